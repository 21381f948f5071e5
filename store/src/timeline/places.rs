//! Whose story is asked for, and who is known there.

use uuid::Uuid;

use super::About;
use crate::{StoreError, Tx};

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

/// The names of people at a customer: its contacts, those who are gone too, and the people of leads that became it. All of them: whoever is
/// left out could be read about. An index gives the names without their rows, and hiding them costs the same however many they are.
///
/// # Errors
/// As any statement.
pub async fn known_names(tx: &mut Tx, customer_id: Uuid) -> Result<Vec<String>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"select name as "name!" from contacts where organisation_id = $1 and customer_id = $2
           union all select l.person from standings s join leads l on l.organisation_id = s.organisation_id and l.id = s.subject_id
             where s.organisation_id = $1 and s.customer_id = $2 and s.subject_kind = 'lead' and l.person is not null"#,
        organisation_id,
        customer_id
    )
    .fetch_all(&mut *tx)
    .await?)
}
