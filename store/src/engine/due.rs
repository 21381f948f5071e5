//! Timers that are due: found over all organisations, fired within one at a time.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use domain::playbook::SubjectKind;
use uuid::Uuid;

use super::course::Course;
use super::ledger::Ledger;
use super::{rules, standings};
use crate::{Database, Scope, StoreError, Tx};

/// Subjects of one organisation that have timers which are due; different batches of one look have different subjects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub organisation_id: Uuid,
    pub subjects: Vec<(SubjectKind, Uuid)>,
}

/// What is due, and when there is something to do again.
#[derive(Debug)]
pub struct Look {
    /// By the database's clock, or the one that was given.
    pub now: DateTime<Utc>,
    pub batches: Vec<Batch>,
    /// When the next timer is due, where nothing is due now.
    pub next_at: Option<DateTime<Utc>>,
}

/// What is passed over for a while, because it failed.
#[derive(Debug, Clone, Default)]
pub struct PassedOver {
    pub organisations: Vec<Uuid>,
    pub subjects: Vec<Uuid>,
}

/// Up to `limit` due timers, the longest overdue first, in batches of at most `batch`. `now` is the database's when none is given.
///
/// # Errors
/// As any statement.
pub async fn look(db: &Database, now: Option<DateTime<Utc>>, limit: i32, batch: usize, passed: &PassedOver) -> Result<Look, StoreError> {
    // Nobody's scope: only the functions, which name what is due, see anything.
    let mut tx = db.begin(&Scope::house(Uuid::nil())).await?;
    let asked = sqlx::query!(r#"select coalesce($1, now()) as "now!", app.next_timer_due_at() as next_at"#, now).fetch_one(&mut tx).await?;
    let (now, next_at) = (asked.now, asked.next_at);
    if next_at.is_none_or(|next| next > now) {
        tx.commit().await?;
        return Ok(Look { now, batches: Vec::new(), next_at });
    }
    let rows = sqlx::query!(
        r#"select organisation_id as "organisation_id!", subject_kind as "subject_kind!", subject_id as "subject_id!"
           from app.subjects_due($1, $2, $3, $4)"#,
        now,
        limit,
        &passed.organisations,
        &passed.subjects
    )
    .fetch_all(&mut tx)
    .await?;
    tx.commit().await?;
    let (mut subjects, mut seen) = (BTreeMap::<_, Vec<_>>::new(), HashSet::new());
    for row in rows {
        let Some(kind) = SubjectKind::parse(&row.subject_kind) else { continue };
        if seen.insert((row.organisation_id, kind, row.subject_id)) {
            subjects.entry(row.organisation_id).or_default().push((kind, row.subject_id));
        }
    }
    let batches = subjects.into_iter().flat_map(|(organisation_id, subjects)| {
        let parts = subjects.chunks(batch.max(1)).map(<[_]>::to_vec).collect::<Vec<_>>();
        parts.into_iter().map(move |subjects| Batch { organisation_id, subjects })
    });
    Ok(Look { now, batches: batches.collect(), next_at: None })
}

/// How much was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fired {
    /// Steps of timers.
    pub steps: usize,
    pub incidents: usize,
    /// Subjects that another worker holds, or that are gone.
    pub passed_over: usize,
}

/// Fires what is due of a batch by `now`, with everything that follows, in one transaction: all of it or nothing.
///
/// # Errors
/// As any statement.
pub async fn fire(db: &Database, batch: &Batch, now: DateTime<Utc>) -> Result<Fired, StoreError> {
    let mut tx = db.begin(&Scope::house(batch.organisation_id)).await?;
    match fire_in(&mut tx, batch, now).await {
        Ok(fired) => {
            tx.commit().await?;
            Ok(fired)
        }
        Err(error) => {
            // At once, so that whoever tries again finds nothing held.
            tx.rollback().await;
            Err(error)
        }
    }
}

async fn fire_in(tx: &mut Tx, batch: &Batch, now: DateTime<Utc>) -> Result<Fired, StoreError> {
    let rules = rules::in_force(tx).await?;
    let held = standings::lock_free(tx, &rules, &batch.subjects).await?;
    let (mut ledger, mut fired) = (Ledger::default(), Fired::default());
    fired.passed_over = batch.subjects.len() - held.len();
    for held in held {
        let mut course = Course::begin(&rules, held, now, &mut ledger);
        course.fire_due(&mut ledger);
        fired.steps += course.fired;
        course.end(&mut ledger)?;
    }
    fired.incidents = ledger.raised.len();
    ledger.write(tx, &rules, now).await?;
    Ok(fired)
}
