//! A deed that turned out to be none: a visit that had counted was overruled.
//!
//! What it moved stays where it is. A stage was entered by what was known then, people have worked on from there, and whoever overrules may
//! put the subject back by hand; an incident that it ended was ended in good faith, and raising it again would accuse somebody of a
//! stall that nobody could see. But a clock that began anew with it must not go on as if it had happened: it counts from the
//! deed before again, and is due now where its time has been used up since. Where there was no deed before, it stays as it is. Should the
//! visit come to count again after all, its clock is set to it again.

use chrono::{DateTime, Utc};
use domain::playbook::{Code, SubjectKind};
use uuid::Uuid;

use super::{rules, standings};
use crate::{StoreError, Tx, bell};

/// Counts the timers that an action opened, and that have not run out yet, from the deed before it, or where it `stands` again, from itself.
///
/// # Errors
/// As any statement.
pub async fn recount(tx: &mut Tx, action_id: Uuid, stands: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let rules = rules::in_force(tx).await?;
    let subjects = sqlx::query!(
        "select distinct subject_kind, subject_id from timers where organisation_id = $1 and opened_by = $2 and closed_at is null and step = 0",
        organisation_id,
        action_id
    )
    .fetch_all(&mut *tx)
    .await?;
    let keys = subjects.into_iter().filter_map(|row| Some((SubjectKind::parse(&row.subject_kind)?, row.subject_id))).collect::<Vec<_>>();
    if keys.is_empty() {
        return Ok(());
    }
    standings::lock(tx, &rules, &keys).await?;
    // Asked again under the lock: the timekeeper may have been there first.
    let timers = sqlx::query!(
        r#"select t.id, t.code, a.occurred_at as "happened_at!",
                  (select p.opened_at from timers p where p.organisation_id = $1 and p.subject_kind = t.subject_kind and p.subject_id = t.subject_id
                     and p.code = t.code and p.closed_by = $2 order by p.opened_at desc limit 1) as before_at
           from timers t
           join lateral (select occurred_at from actions where organisation_id = $1 and id = $2 and recorded_at >= t.opened_at
                         order by recorded_at limit 1) a on true
           where t.organisation_id = $1 and t.opened_by = $2 and t.closed_at is null and t.step = 0"#,
        organisation_id,
        action_id
    )
    .fetch_all(&mut *tx)
    .await?;
    for timer in timers {
        let Some(from) = (if stands { Some(timer.happened_at) } else { timer.before_at }) else { continue };
        let Some(rule) = Code::parse(&timer.code).and_then(|code| rules.playbook.timer(&code)) else { continue };
        let due_at = rules.clocks().due(rule.clock, from, rule.after.delta()).max(now);
        sqlx::query!(
            "update timers set opened_at = $3, since_at = $3, due_at = $4 where organisation_id = $1 and id = $2",
            organisation_id,
            timer.id,
            from,
            super::course::keepable(due_at)
        )
        .execute(&mut *tx)
        .await?;
    }
    bell::ring(tx, bell::TIMERS).await
}
