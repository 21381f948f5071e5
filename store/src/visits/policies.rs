//! The organisation's visit policies: versions that stay.

use chrono::{DateTime, Utc};
use domain::visits::VisitPolicy;
use platform::Ids;
use serde_json::{Value, json};

use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx};

fn read(policy: Value) -> Result<VisitPolicy, StoreError> {
    serde_json::from_value(policy).map_err(|_| StoreError::Corrupt { table: "visit_policies", column: "policy" })
}

/// The newest policy with its version.
///
/// # Errors
/// `Corrupt` when the organisation has none, which its founding rules out.
pub async fn newest(tx: &mut Tx) -> Result<(i32, VisitPolicy), StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!(
        "select version, policy from visit_policies where organisation_id = $1 order by in_force_from desc, version desc limit 1",
        organisation_id
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::Corrupt { table: "visit_policies", column: "version" })?;
    Ok((row.version, read(row.policy)?))
}

/// One version of the policy.
///
/// # Errors
/// `Corrupt` when a verdict names a version that is not there.
pub async fn version(tx: &mut Tx, version: i32) -> Result<(i32, VisitPolicy), StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!("select policy from visit_policies where organisation_id = $1 and version = $2", organisation_id, version)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::Corrupt { table: "visit_policies", column: "version" })?;
    Ok((version, read(row.policy)?))
}

/// Puts a policy in force as the next version, and records which of its fields are others now; `None` when `read_version` is not the
/// newest any more.
///
/// # Errors
/// As any statement.
pub async fn put(
    tx: &mut Tx,
    ids: &Ids,
    policy: &VisitPolicy,
    read_version: Option<i32>,
    now: DateTime<Utc>,
) -> Result<Option<i32>, StoreError> {
    let (organisation_id, by) = (tx.organisation_id(), tx.scope().actor_id());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 3))", organisation_id).execute(&mut *tx).await?;
    let before = written(&newest(tx).await?.1)?;
    let policy = written(policy)?;
    let put = sqlx::query_scalar!(
        r#"insert into visit_policies (organisation_id, version, policy, in_force_from, created_by, created_at)
           select $1, coalesce(max(version), 0) + 1, $2, $4, $5, $4 from visit_policies where organisation_id = $1
           having $3::int is null or coalesce(max(version), 0) = $3
           returning version"#,
        organisation_id,
        policy,
        read_version,
        now,
        by
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(version) = put else { return Ok(None) };
    let data = json!({ "version": version, "fields": differing(&before, &policy) });
    let deed = Deed { kind: "visit_policy.put", subject_kind: "organisation", subject_id: organisation_id, data };
    record_deed(tx, ids, now, deed).await?;
    Ok(Some(version))
}

fn written(policy: &VisitPolicy) -> Result<Value, StoreError> {
    serde_json::to_value(policy).map_err(|_| StoreError::Corrupt { table: "visit_policies", column: "policy" })
}

/// The fields of a policy that another one has otherwise.
fn differing<'a>(before: &Value, after: &'a Value) -> Vec<&'a str> {
    let fields = after.as_object().into_iter().flatten();
    fields.filter(|(field, value)| before.get(field.as_str()) != Some(*value)).map(|(field, _)| field.as_str()).collect()
}

/// The codes of the decision roles in force, in order.
///
/// # Errors
/// As any statement.
pub async fn decision_role_codes(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        "select code from decision_roles where organisation_id = $1 and retired_at is null order by ordinal",
        organisation_id
    )
    .fetch_all(&mut *tx)
    .await?)
}
