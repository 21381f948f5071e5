//! The demo: two organisations with the same logins, so that isolation can be tried by hand, 200 customers each, and a storefront photo
//! taken now at one customer's door. Nothing of it is in a production binary.

mod customers;
mod deals;
mod leads;
mod people;
mod sample;

pub use customers::{CUSTOMERS, Door, door};
pub use deals::plant_deals;
pub use leads::plant_leads;
pub use people::{LOGINS, Login};
pub use sample::{Sample, sample};

use platform::{Clock, Ids};
use store::people::keys::{self, Key};
use store::{Database, Scope, StoreError};
use uuid::Uuid;

/// The password of every demo account.
pub const PASSWORD: &str = "fieldproof-demo";
/// The organisations by code.
pub const ORGANISATIONS: [(&str, &str); 2] = [("demo", "示范公司"), ("other", "另一家公司")];

/// The id of a demo organisation: the same in every demo.
pub fn organisation_id(code: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_DNS, format!("{code}.demo.fieldproof.invalid").as_bytes())
}

/// The id of something in a demo organisation, by its name.
pub fn id_of(organisation: &str, name: &str) -> Uuid {
    Uuid::new_v5(&organisation_id(organisation), name.as_bytes())
}

/// Plants whatever of the demo is not there yet; `password_hash` is that of [`PASSWORD`].
///
/// # Errors
/// As any statement. `owner` must be a database of the schema's owner.
pub async fn plant(owner: &Database, password_hash: &str, clock: &Clock) -> Result<(), StoreError> {
    for (code, name) in ORGANISATIONS {
        if owner.organisation_id_of(code).await?.is_some() {
            continue;
        }
        let mut tx = owner.begin(&Scope::house(organisation_id(code))).await?;
        people::plant(&mut tx, code, name, password_hash, clock).await?;
        customers::plant(&mut tx, code, clock).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes a fresh integrator's key for the `demo` organisation and revokes the one of the last start; answers the secret, which is kept
/// nowhere.
///
/// # Errors
/// As any statement.
pub async fn integrator_key(db: &Database, clock: &Clock, ids: &Ids) -> Result<String, StoreError> {
    let now = clock.now();
    let mut tx = db.begin(&Scope::house(organisation_id("demo"))).await?;
    for old in keys::list(&mut tx, None, 200).await?.into_iter().filter(|key| key.name == "demo" && key.revoked_at.is_none()) {
        keys::revoke(&mut tx, ids, old.id, now).await?;
    }
    let addressed = api::sessions::bearer_key::Addressed {
        organisation_id: organisation_id("demo"),
        id: ids.next(),
        secret: platform::secrets::random_32(),
    };
    let key = Key {
        id: addressed.id,
        name: "demo".to_owned(),
        scopes: api::permissions::KEY_SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        unit_id: id_of("demo", "region"),
        created_by: id_of("demo", "admin"),
        created_at: now,
        expires_at: None,
        revoked_at: None,
    };
    keys::create(&mut tx, ids, &key, &addressed.sha256()).await?;
    tx.commit().await?;
    Ok(addressed.write(api::sessions::bearer_key::KEY_PREFIX))
}
