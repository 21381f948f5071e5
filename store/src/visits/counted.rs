//! A visit that counts is a deed: at its customer, for its contact, and in what the rep is working on there.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, SubjectKind};
use domain::visits::VerdictStatus;
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::rows::Submission;
use crate::actions::{Action, record_about, record_all};
use crate::engine::{AtCustomer, at_customers, hold_all, recount};
use crate::{StoreError, Tx};

/// Locks what the visits will be about if they count, in the order in which subjects are locked: for several visits in one transaction,
/// before the first of them is judged.
///
/// # Errors
/// As any statement.
pub async fn hold_subjects(tx: &mut Tx, submissions: &[&Submission]) -> Result<(), StoreError> {
    let deeds = submissions.iter().map(|submission| at_customer(submission)).collect::<Vec<_>>();
    let mut keys = at_customers(tx, &deeds).await?.into_iter().flat_map(|around| around.subjects).collect::<Vec<_>>();
    keys.sort_unstable_by_key(|(kind, id)| (kind.as_str(), *id));
    keys.dedup();
    hold_all(tx, &keys).await
}

fn at_customer(submission: &Submission) -> AtCustomer {
    let Submission { id, rep_id, customer_id, contact_id, deal_id, started_at, .. } = *submission;
    AtCustomer { visit_id: id, rep_id, customer_id, contact_id, deal_id, done_at: started_at }
}

/// Records that visits count, the first time they do. Each happened when the rep was there, however long its photos or a review took.
///
/// # Errors
/// As any statement.
pub async fn count(tx: &mut Tx, submissions: &[&Submission], now: DateTime<Utc>, ids: &Ids) -> Result<(), StoreError> {
    if submissions.is_empty() {
        return Ok(());
    }
    let deeds = submissions.iter().map(|submission| at_customer(submission)).collect::<Vec<_>>();
    let (mut together, mut touched) = (Vec::new(), HashSet::new());
    for (submission, around) in submissions.iter().zip(at_customers(tx, &deeds).await?) {
        if around.subjects.iter().any(|subject| touched.contains(subject)) {
            // What follows from the visit before at the same customer comes first.
            record_all(tx, std::mem::take(&mut together)).await?;
            touched.clear();
        }
        touched.extend(around.subjects.iter().copied());
        together.push((deed(tx, submission, around.is_latest, now, ids), around.subjects));
    }
    record_all(tx, together).await
}

fn deed<'a>(tx: &Tx, submission: &Submission, is_latest: bool, now: DateTime<Utc>, ids: &Ids) -> Action<'a> {
    let mut data = json!({
        "visit_id": submission.id,
        "rep_id": submission.rep_id,
        "customer_id": submission.customer_id,
        "contact_id": submission.contact_id,
        "deal_id": submission.deal_id,
        "decision_role": submission.decision_role,
    });
    // Whoever was there last holds the customer. A deal that is named may be a colleague's, and stays so.
    if let Some(fields) = data.as_object_mut().filter(|_| is_latest && submission.deal_id.is_none()) {
        fields.insert("owner_id".to_owned(), json!(submission.rep_id));
    }
    Action {
        id: ids.next(),
        // The rep's deed, where the rep is the one who speaks; judged later, it is the house that says so.
        actor_id: tx.scope().actor_id().filter(|actor| *actor == submission.rep_id),
        kind: ActionKind::VisitCounted.as_str(),
        subject_kind: "visit",
        subject_id: submission.id,
        occurred_at: submission.started_at,
        recorded_at: now,
        data,
    }
}

/// A visit that has counted before has another verdict now: where it does not count any more, the clocks that began with it count from the
/// contact before, and what it was about says so; where it counts again, they are its own again.
///
/// # Errors
/// As any statement.
pub(super) async fn changed(
    tx: &mut Tx,
    submission: &Submission,
    (was, is): (VerdictStatus, VerdictStatus),
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<(), StoreError> {
    let (counts, counted) = (is == VerdictStatus::Valid, was == VerdictStatus::Valid);
    // What waits for a person is not decided yet.
    if counts == counted || is == VerdictStatus::Review {
        return Ok(());
    }
    let Some((deed, about)) = deed_of(tx, submission.id).await? else { return Ok(()) };
    recount(tx, deed, counts, now).await?;
    if counts {
        return Ok(());
    }
    let action = Action {
        id: ids.next(),
        actor_id: tx.scope().actor_id(),
        kind: "visit.overturned",
        subject_kind: "visit",
        subject_id: submission.id,
        occurred_at: now,
        recorded_at: now,
        data: json!({ "visit_id": submission.id, "customer_id": submission.customer_id, "counted_by": deed }),
    };
    record_about(tx, action, &about).await
}

/// The action by which a visit counted, and what it was about.
async fn deed_of(tx: &mut Tx, visit_id: Uuid) -> Result<Option<(Uuid, Vec<(SubjectKind, Uuid)>)>, StoreError> {
    let organisation_id = tx.organisation_id();
    let deed = sqlx::query!(
        "select id, recorded_at from actions where organisation_id = $1 and subject_kind = 'visit' and subject_id = $2 and kind = 'visit.counted'
         order by recorded_at limit 1",
        organisation_id,
        visit_id
    );
    let Some(deed) = deed.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let about = sqlx::query!(
        "select subject_kind, subject_id from action_subjects where organisation_id = $1 and recorded_at = $2 and action_id = $3",
        organisation_id,
        deed.recorded_at,
        deed.id
    );
    let about = about.fetch_all(&mut *tx).await?;
    let about = about.into_iter().filter_map(|row| Some((SubjectKind::parse(&row.subject_kind)?, row.subject_id)));
    Ok(Some((deed.id, about.collect())))
}
