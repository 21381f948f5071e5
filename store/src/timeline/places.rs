//! Whose story is asked for, and who is known there.

use uuid::Uuid;

use super::About;
use crate::{StoreError, Tx};

/// A deal as far as its story needs it.
#[derive(Debug, Clone, Copy)]
pub struct Deal {
    pub id: Uuid,
    pub customer_id: Uuid,
}

/// The deal, if the caller may see it: of their unit and below, reps those that they hold.
///
/// # Errors
/// As any statement.
pub async fn deal(tx: &mut Tx, id: Uuid) -> Result<Option<Deal>, StoreError> {
    let (organisation_id, unit_id, own) = (tx.organisation_id(), tx.scope().unit_id, tx.scope().own_only());
    Ok(sqlx::query_as!(
        Deal,
        "select d.id, d.customer_id from deals d
         left join standings s on s.organisation_id = d.organisation_id and s.subject_kind = 'deal' and s.subject_id = d.id
         where d.organisation_id = $1 and d.id = $4 and ($2::uuid is null or d.unit_id in (select app.units_within($1, $2)))
           and ($3::uuid is null or s.owner_id = $3)",
        organisation_id,
        unit_id,
        own,
        id
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// Who holds the customer or the deal.
///
/// # Errors
/// As any statement.
pub async fn owner_of(tx: &mut Tx, about: About) -> Result<Option<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    let owner = sqlx::query_scalar!(
        "select owner_id from standings where organisation_id = $1 and subject_kind = $2 and subject_id = $3",
        organisation_id,
        about.kind(),
        about.id()
    );
    Ok(owner.fetch_optional(&mut *tx).await?.flatten())
}

/// More people than this are not known at a customer.
const NAMES_MAX: i64 = 500;

/// The names of people at a customer: its contacts, those who are gone too, and the people of leads that became it.
///
/// # Errors
/// As any statement.
pub async fn known_names(tx: &mut Tx, customer_id: Uuid) -> Result<Vec<String>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"select name as "name!" from (
             (select name from contacts where organisation_id = $1 and customer_id = $2 limit $3)
             union select l.person from standings s join leads l on l.organisation_id = s.organisation_id and l.id = s.subject_id
                where s.organisation_id = $1 and s.customer_id = $2 and s.subject_kind = 'lead' and l.person is not null
           ) known limit $3"#,
        organisation_id,
        customer_id,
        NAMES_MAX
    )
    .fetch_all(&mut *tx)
    .await?)
}
