//! Leads that are there already, for those who bring many.

use uuid::Uuid;

use crate::{StoreError, Tx};

/// What many leads to be are known by.
#[derive(Debug, Default)]
pub struct Marks {
    pub external_ids: Vec<String>,
    pub phones: Vec<String>,
    pub companies: Vec<String>,
}

/// A lead that has one of the marks.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: Uuid,
    pub external_id: Option<String>,
    pub phone_e164: Option<String>,
    pub company_key: Option<String>,
    /// The caller answers for its unit.
    pub is_seen: bool,
}

/// Every lead that has one of the marks, but those that were merged into another and are found by their number alone.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, marks: &Marks) -> Result<Vec<Known>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    Ok(sqlx::query_as!(
        Known,
        r#"select l.id, l.external_id, case when l.merged_into is null then l.phone_e164 end as phone_e164,
               case when l.merged_into is null then l.company_key end as company_key,
               ($2::uuid is null or l.unit_id in (select app.units_within($1, $2))) as "is_seen!"
           from leads l
           where l.organisation_id = $1 and (l.external_id = any ($3)
               or l.merged_into is null and (l.phone_e164 = any ($4) or l.company_key = any ($5)))
           order by l.created_at, l.id"#,
        organisation_id,
        unit_id,
        &marks.external_ids,
        &marks.phones,
        &marks.companies
    )
    .fetch_all(&mut *tx)
    .await?)
}
