//! The fence radius of customers that state none of their own.

use chrono::{DateTime, Utc};
use domain::visits::policy::VisitPolicy;

use crate::{StoreError, Tx};

/// The fence radius in metres that the visit policy in force at `now` gives to customers without their own.
///
/// # Errors
/// `Corrupt` when the policy in force cannot be read, else as any statement.
pub async fn in_force_m(tx: &mut Tx, now: DateTime<Utc>) -> Result<f64, StoreError> {
    let organisation_id = tx.organisation_id();
    let written = sqlx::query_scalar!(
        "select policy from visit_policies where organisation_id = $1 and in_force_from <= $2
         order by in_force_from desc, version desc limit 1",
        organisation_id,
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    let policy = match written {
        Some(policy) => {
            serde_json::from_value::<VisitPolicy>(policy).map_err(|_| StoreError::Corrupt { table: "visit_policies", column: "policy" })?
        }
        None => VisitPolicy::default(),
    };
    Ok(policy.fence_m)
}
