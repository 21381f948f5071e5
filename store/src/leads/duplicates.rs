//! Leads that may be one and the same: by telephone number, or by the company's name.

use sqlx::QueryBuilder;

use super::{Lead, LeadRow, SHOWN, narrow};
use crate::{StoreError, Tx};

/// What a lead has in common with others.
#[derive(Debug)]
pub struct Duplicates {
    /// Those that the caller sees, entered first first.
    pub seen: Vec<Lead>,
    /// How many others there are in the organisation.
    pub elsewhere: i64,
}

/// Other leads with the same number or the same company; at most `limit` are shown.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, lead: &Lead, limit: i64) -> Result<Duplicates, StoreError> {
    let (phone, company) = (lead.said.phone_e164(), lead.said.company_key());
    let organisation_id = tx.organisation_id();
    let all = sqlx::query_scalar!(
        r#"select count(*) as "all!" from leads
           where organisation_id = $1 and id <> $2 and merged_into is null and (phone_e164 = $3 or company_key = $4)"#,
        organisation_id,
        lead.id,
        phone,
        company
    )
    .fetch_one(&mut *tx)
    .await?;
    if all == 0 {
        return Ok(Duplicates { seen: Vec::new(), elsewhere: 0 });
    }
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and l.merged_into is null and l.id <> ").push_bind(lead.id);
    query.push(" and (l.phone_e164 = ").push_bind(phone).push(" or l.company_key = ").push_bind(company);
    query.push(") order by l.created_at, l.id limit ").push_bind(limit);
    let rows: Vec<LeadRow> = query.build_query_as().fetch_all(&mut *tx).await?;
    let seen = rows.into_iter().map(Lead::from).collect::<Vec<_>>();
    let elsewhere = all - i64::try_from(seen.len()).unwrap_or(all);
    Ok(Duplicates { seen, elsewhere })
}
