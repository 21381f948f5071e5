//! The organisation itself: its name, zone and language.

use uuid::Uuid;

use crate::{StoreError, Tx};

/// What an organisation says about itself.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    /// An IANA zone.
    pub zone: String,
    pub language: String,
    pub version: i32,
}

/// The scope's organisation.
///
/// # Errors
/// `SessionOver` when it is gone, else as any statement.
pub async fn find(tx: &mut Tx) -> Result<Organisation, StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query_as!(Organisation, "select id, code, name, zone, language, version from organisations where id = $1", organisation_id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::SessionOver)
}

/// Settings to change; `None` leaves one as it is.
#[derive(Debug, Default)]
pub struct OrganisationChange<'a> {
    pub name: Option<&'a str>,
    pub zone: Option<&'a str>,
    pub language: Option<&'a str>,
}

/// Changes settings of the scope's organisation; `None` when its version is not `version` any more.
///
/// # Errors
/// As any statement.
pub async fn change(tx: &mut Tx, version: Option<i32>, change: OrganisationChange<'_>) -> Result<Option<Organisation>, StoreError> {
    let organisation_id = tx.organisation_id();
    let changed = sqlx::query_as!(
        Organisation,
        "update organisations set name = coalesce($3, name), zone = coalesce($4, zone), language = coalesce($5, language),
                version = version + 1
         where id = $1 and ($2::integer is null or version = $2)
         returning id, code, name, zone, language, version",
        organisation_id,
        version,
        change.name,
        change.zone,
        change.language
    );
    Ok(changed.fetch_optional(&mut *tx).await?)
}
