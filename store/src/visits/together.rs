//! Submissions that come in one request: those that do not touch each other are read about and written down at once.

use std::collections::HashSet;

use domain::visits::{PreviousPosition, Verdict, key_info};
use uuid::Uuid;

use super::facts::{Loaded, load_all};
use super::rows::Submission;
use crate::{StoreError, Tx};

/// Loads the facts of the longest run of submissions, from the first, that are new, name nothing that is missing or awaited, and touch
/// nothing that one before them in the run uses. It is empty where the first is not such a one.
///
/// # Errors
/// As [`super::load`].
pub async fn load_together(tx: &mut Tx, submissions: &[&Submission]) -> Result<Vec<Loaded>, StoreError> {
    let (mut run, mut used) = (Vec::new(), HashSet::new());
    for (submission, loaded) in submissions.iter().zip(load_all(tx, submissions).await?) {
        let is_plain = |loaded: &Loaded| loaded.existing.is_none() && loaded.missing.is_empty() && loaded.awaited.is_empty();
        let Some(loaded) = loaded.filter(is_plain) else { break };
        let resembles = loaded.traces.look_alikes.iter().any(|photo_id| used.contains(&Trace::Photo(*photo_id)));
        let mut traces = traces(submission, &loaded);
        if resembles || traces.any(|trace| !used.insert(trace)) {
            break;
        }
        drop(traces);
        run.push(loaded);
    }
    Ok(run)
}

/// What one visit uses and another may not use again, or is judged by.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Trace {
    Visit(Uuid),
    Photo(Uuid),
    Digest(String),
    Challenge(Uuid),
    Text([u8; 32]),
}

fn traces<'a>(submission: &'a Submission, loaded: &'a Loaded) -> impl Iterator<Item = Trace> + 'a {
    let photos = submission.photo_ids.iter().copied().map(Trace::Photo);
    // A photo may have its bytes in common with another of its own visit.
    let digests = loaded.traces.digests.iter().collect::<HashSet<_>>().into_iter().cloned().map(Trace::Digest);
    let text = key_info::fingerprint(&submission.key_info).map(Trace::Text);
    std::iter::once(Trace::Visit(submission.id))
        .chain(photos)
        .chain(digests)
        .chain(submission.challenge_id.map(Trace::Challenge))
        .chain(text)
}

/// Where a visit that was just judged had its rep, if it says so.
pub(super) fn whereabouts(submission: &Submission, verdict: &Verdict) -> Option<PreviousPosition> {
    let evidence = verdict.evidence.as_ref()?;
    let (position, at) = (evidence.position?, evidence.captured_at?);
    Some(PreviousPosition { visit_id: submission.id, position, at, accuracy_m: evidence.accuracy_m })
}

/// Lets a submission come after visits of the same request: where its rep was last may be where one of them was made.
pub(super) fn come_after(loaded: &mut Loaded, submission: &Submission, been: &[PreviousPosition]) {
    let before = been.iter().filter(|been| been.at < submission.started_at);
    let known = loaded.facts.previous.take();
    loaded.facts.previous = before.cloned().chain(known).max_by_key(|previous| previous.at);
}
