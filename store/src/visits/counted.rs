//! A visit that counts is a deed: at its customer, for its contact, and in what the rep is working on there.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, SubjectKind};
use domain::visits::VerdictStatus;
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::rows::Submission;
use crate::actions::{Action, record_about};
use crate::engine::{AtCustomer, at_customers, hold_all, recount};
use crate::{StoreError, Tx};

/// Locks what the visits will be about if they count, in the order in which subjects are locked: for several visits in one transaction,
/// before the first of them is judged.
///
/// # Errors
/// As any statement.
pub async fn hold_subjects(tx: &mut Tx, submissions: &[&Submission]) -> Result<(), StoreError> {
    let deeds = submissions.iter().map(|submission| at_customer(submission)).collect::<Vec<_>>();
    let keys = at_customers(tx, &deeds).await?;
    hold_all(tx, &keys).await
}

fn at_customer(submission: &Submission) -> AtCustomer {
    let Submission { rep_id, customer_id, contact_id, deal_id, .. } = *submission;
    AtCustomer { rep_id, customer_id, contact_id, deal_id }
}

/// Records that a visit counts, the first time it does. It happened when the rep was there, however long its photos or a review took.
pub(super) async fn record(tx: &mut Tx, submission: &Submission, now: DateTime<Utc>, ids: &Ids) -> Result<(), StoreError> {
    let about = at_customers(tx, &[at_customer(submission)]).await?;
    let mut data = json!({
        "visit_id": submission.id,
        "rep_id": submission.rep_id,
        "customer_id": submission.customer_id,
        "contact_id": submission.contact_id,
        "deal_id": submission.deal_id,
        "decision_role": submission.decision_role,
    });
    if let Some(fields) = data.as_object_mut().filter(|_| submission.deal_id.is_none()) {
        // Whoever was there last holds the customer. A deal that is named may be a colleague's, and stays so.
        if is_latest(tx, submission).await? {
            fields.insert("owner_id".to_owned(), json!(submission.rep_id));
        }
    }
    let action = Action {
        id: ids.next(),
        // The rep's deed, where the rep is the one who speaks; judged later, it is the house that says so.
        actor_id: tx.scope().actor_id().filter(|actor| *actor == submission.rep_id),
        kind: ActionKind::VisitCounted.as_str(),
        subject_kind: "visit",
        subject_id: submission.id,
        occurred_at: submission.started_at,
        recorded_at: now,
        data,
    };
    record_about(tx, action, &about).await
}

async fn is_latest(tx: &mut Tx, submission: &Submission) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"select not exists (select from visits where organisation_id = $1 and customer_id = $2 and started_at > $3 and status = 'valid') as "is!""#,
        organisation_id,
        submission.customer_id,
        submission.started_at
    )
    .fetch_one(&mut *tx)
    .await?)
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
