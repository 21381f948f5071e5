//! The rules that an organisation's subjects go by.

use std::sync::{Arc, LazyLock};

use chrono_tz::Tz;
use domain::playbook::{Clocks, DEFAULT, Playbook, WallTime};

use crate::{StoreError, Tx};

/// The playbook in force, by which clocks, and where days begin.
#[derive(Debug, Clone)]
pub struct Rules {
    pub playbook: Arc<Playbook>,
    pub version: i32,
    pub zone: Tz,
}

impl Rules {
    /// The organisation's clocks.
    pub fn clocks(&self) -> Clocks<'_> {
        Clocks { working: &WallTime }
    }
}

/// The version of an organisation that never wrote a playbook of its own: the one that ships with the product.
pub const BUILT_IN: i32 = 0;

/// Compiled once.
static BUILT_IN_PLAYBOOK: LazyLock<Option<Arc<Playbook>>> = LazyLock::new(|| domain::playbook::read(DEFAULT).ok().map(Arc::new));

/// The rules in force in the transaction's organisation.
///
/// # Errors
/// As any statement.
pub async fn in_force(tx: &mut Tx) -> Result<Rules, StoreError> {
    let organisation_id = tx.organisation_id();
    let zone = sqlx::query_scalar!("select zone from organisations where id = $1", organisation_id).fetch_one(&mut *tx).await?;
    let zone = zone.parse().map_err(|_| StoreError::Corrupt { table: "organisations", column: "zone" })?;
    Ok(Rules { playbook: of_version(tx, BUILT_IN)?, version: BUILT_IN, zone })
}

/// A playbook by its version: what was said is told in the words it was said in.
///
/// # Errors
/// `Corrupt` for a version that is not there.
pub fn of_version(_: &Tx, version: i32) -> Result<Arc<Playbook>, StoreError> {
    let built_in = (version == BUILT_IN).then(|| BUILT_IN_PLAYBOOK.clone()).flatten();
    built_in.ok_or(StoreError::Corrupt { table: "playbooks", column: "version" })
}
