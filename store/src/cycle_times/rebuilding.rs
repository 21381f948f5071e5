//! All rows worked out anew, a page of subjects at a time: after the playbook calls other stages the end, and for whoever wants to see that
//! what was kept on the way is what the log says.

use domain::playbook::SubjectKind;
use uuid::Uuid;

use super::keep;
use crate::engine::rules;
use crate::{StoreError, Tx};

/// Whether the organisation has leads or deals on their way that have no row: they are from before rows were kept.
///
/// # Errors
/// As any statement.
pub async fn is_missing(tx: &mut Tx) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from standings s where s.organisation_id = $1 and s.subject_kind in ('deal', 'lead') and s.stage is not null
             and not exists (select from cycle_times c where c.organisation_id = $1 and c.subject_kind = s.subject_kind
                 and c.subject_id = s.subject_id and c.stage = '')) as "is!""#,
        organisation_id
    )
    .fetch_one(&mut *tx)
    .await?)
}

/// Works the rows of up to `limit` leads and deals out anew, those after `after`. Returns the last of them; `None` when there are no more.
///
/// # Errors
/// As any statement.
pub async fn rebuild(tx: &mut Tx, after: Option<(SubjectKind, Uuid)>, limit: i64) -> Result<Option<(SubjectKind, Uuid)>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (after_kind, after_id) = after.map(|(kind, id)| (kind.as_str(), id)).unzip();
    let rules = rules::in_force(tx).await?;
    // Whoever enters a stage meanwhile waits for the page, and works it out after it.
    let rows = sqlx::query!(
        "select subject_kind, subject_id from standings
         where organisation_id = $1 and subject_kind in ('deal', 'lead') and stage is not null
           and ($2::text is null or (subject_kind, subject_id) > ($2, $3::uuid))
         order by subject_kind, subject_id limit $4 for update",
        organisation_id,
        after_kind,
        after_id,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let keys = rows.into_iter().filter_map(|row| Some((SubjectKind::parse(&row.subject_kind)?, row.subject_id))).collect::<Vec<_>>();
    keep(tx, &rules, &keys).await?;
    Ok(keys.last().copied())
}
