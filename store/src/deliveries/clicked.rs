//! Who pressed the button of a card that was delivered to them.

use uuid::Uuid;

use crate::{StoreError, Tx};

/// What a card was about, and for whom.
#[derive(Debug)]
pub struct Clicked {
    pub intervention_id: Uuid,
    pub recipient_id: Uuid,
    pub role: String,
    pub incident_id: Option<Uuid>,
}

/// The delivery that a card names, if it went by WeCom's app to the person of this id there, who may still sign in.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, delivery_id: Uuid, wecom_user: &str) -> Result<Option<Clicked>, StoreError> {
    let organisation_id = tx.organisation_id();
    let found = sqlx::query_as!(
        Clicked,
        r#"select i.id as intervention_id, u.id as recipient_id, u.role, i.incident_id
           from deliveries d
           join interventions i on i.organisation_id = d.organisation_id and i.id = d.intervention_id
           join users u on u.organisation_id = d.organisation_id and u.id = d.recipient_id and u.disabled_at is null
           join addresses a on a.organisation_id = d.organisation_id and a.user_id = u.id and a.channel = d.channel
           where d.organisation_id = $1 and d.id = $2 and d.channel = 'wecom_app' and lower(a.address) = lower($3)"#,
        organisation_id,
        delivery_id,
        wecom_user
    );
    Ok(found.fetch_optional(&mut *tx).await?)
}
