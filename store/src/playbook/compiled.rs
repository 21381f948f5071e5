//! Playbooks that have been read, kept by the digest of their source: reading one takes longer than everything else about an action.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use domain::playbook::{Playbook, read};

/// Most organisations go by the same few sources; when there are more, it is begun anew.
const KEPT_MAX: usize = 256;

static KEPT: LazyLock<Mutex<HashMap<Vec<u8>, Arc<Playbook>>>> = LazyLock::new(Mutex::default);

/// The playbook of this source, if it was read before.
pub(crate) fn kept(digest: &[u8]) -> Option<Arc<Playbook>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
}

/// Reads the playbook and keeps it; `None` when it has faults, which a stored one cannot have.
pub(super) fn compile(digest: &[u8], source: &str) -> Option<Arc<Playbook>> {
    let playbook = Arc::new(read(source).ok()?);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(digest.to_vec(), Arc::clone(&playbook));
    Some(playbook)
}
