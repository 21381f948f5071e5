//! Every statement about people once, on a real database, as the role the servers run under.

mod ground;
mod sessions;
mod tree;

use ground::{Ground, now, on_a_database};
use store::StoreError;
use store::people::issuers::Issuer;
use store::people::keys::Key;
use store::people::organisation::{self, OrganisationChange};
use store::people::{issuers, keys};
use store::{Actor, Scope};
use uuid::Uuid;

#[test]
fn an_organisation_changes_its_own_settings_and_nobody_elses() {
    on_a_database(async |ground: Ground| {
        let mut tx = ground.begin().await;
        let zone = OrganisationChange { zone: Some("Asia/Urumqi"), ..OrganisationChange::default() };
        let changed = organisation::change(&mut tx, &ground.ids, Some(1), zone, now()).await.unwrap().unwrap();
        assert_eq!((changed.zone.as_str(), changed.name.as_str(), changed.version), ("Asia/Urumqi", "acme", 2));
        assert!(organisation::change(&mut tx, &ground.ids, Some(1), OrganisationChange::default(), now()).await.unwrap().is_none());
        tx.commit().await.unwrap();

        let other = ground.found("beta").await;
        let mut tx = other.begin().await;
        assert_eq!(organisation::find(&mut tx).await.unwrap().code, "beta");
        let renamed = OrganisationChange { name: Some("Beta"), ..OrganisationChange::default() };
        organisation::change(&mut tx, &other.ids, None, renamed, now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let mut tx = ground.begin().await;
        let mine = organisation::find(&mut tx).await.unwrap();
        assert_eq!((mine.name.as_str(), mine.version), ("acme", 2));
    });
}

#[test]
fn a_code_is_taken_once() {
    on_a_database(async |ground: Ground| {
        assert!(matches!(ground.try_to_found("acme").await, Err(StoreError::Conflict(law)) if law == "organisation_code_unique"));
        assert_eq!(ground.db.organisation_id_of("acme").await.unwrap(), Some(ground.organisation_id));
        assert_eq!(ground.db.organisation_id_of("nowhere").await.unwrap(), None);
    });
}

#[test]
fn a_key_opens_its_scope_until_it_is_revoked() {
    on_a_database(async |ground: Ground| {
        let key = Key {
            id: Uuid::from_u128(1),
            name: "CRM".to_owned(),
            scopes: vec!["customers:read".to_owned()],
            unit_id: ground.root_id,
            created_by: ground.admin_id,
            created_at: now(),
            expires_at: None,
            revoked_at: None,
        };
        let mut tx = ground.begin().await;
        keys::create(&mut tx, &ground.ids, &key, &[7; 32]).await.unwrap();
        tx.commit().await.unwrap();

        let mut scope = Scope { actor: Actor::Key { id: key.id, secret_sha256: [7; 32] }, ..ground.scope.clone() };
        let mut tx = ground.db.begin(&scope).await.unwrap();
        let grant = keys::grant(&mut tx, key.id).await.unwrap();
        assert_eq!((grant.unit_id, grant.scopes), (ground.root_id, key.scopes.clone()));
        tx.commit().await.unwrap();

        let key_id = key.id;
        let mut tx = ground.begin().await;
        assert!(keys::revoke(&mut tx, &ground.ids, key_id, now()).await.unwrap());
        assert!(!keys::revoke(&mut tx, &ground.ids, Uuid::from_u128(2), now()).await.unwrap());
        assert_eq!(keys::list(&mut tx, None, 10).await.unwrap()[0].revoked_at, Some(now()));
        assert!(keys::list(&mut tx, Some(key_id), 10).await.unwrap().is_empty());
        let nowhere = Key { id: Uuid::from_u128(3), unit_id: Uuid::nil(), ..key };
        let refused = keys::create(&mut tx, &ground.ids, &nowhere, &[8; 32]).await.unwrap_err();
        assert_eq!(refused.constraint(), Some("api_key_unit_exists"));
        drop(tx);

        let mut tx = ground.begin().await;
        keys::revoke(&mut tx, &ground.ids, key_id, now()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(ground.db.begin(&scope).await, Err(StoreError::SessionOver)));
        scope.actor = Actor::Key { id: key_id, secret_sha256: [9; 32] };
        assert!(matches!(ground.db.begin(&scope).await, Err(StoreError::SessionOver)));
    });
}

#[test]
fn an_issuer_is_trusted_changed_and_trusted_no_longer() {
    on_a_database(async |ground: Ground| {
        let issuer = Issuer {
            id: Uuid::from_u128(1),
            issuer: "https://id.example.com".to_owned(),
            audience: "fieldproof".to_owned(),
            jwks_url: "https://id.example.com/keys".to_owned(),
            user_claim: "sub".to_owned(),
            match_by: "external_subject".to_owned(),
            created_at: now(),
        };
        let mut tx = ground.begin().await;
        assert!(issuers::put(&mut tx, &ground.ids, &issuer, now()).await.unwrap().1);
        let changed = Issuer { user_claim: "email".to_owned(), ..issuer.clone() };
        assert!(!issuers::put(&mut tx, &ground.ids, &changed, now()).await.unwrap().1);
        assert_eq!(issuers::called(&mut tx, &issuer.issuer).await.unwrap().unwrap().user_claim, "email");
        assert!(issuers::called(&mut tx, "https://id.example.com/").await.unwrap().is_none());
        assert_eq!(issuers::list(&mut tx, None, 10).await.unwrap().len(), 1);
        tx.commit().await.unwrap();

        let other = ground.found("beta").await;
        let mut tx = other.begin().await;
        assert!(issuers::called(&mut tx, &issuer.issuer).await.unwrap().is_none(), "another organisation's issuer");
        assert!(!issuers::remove(&mut tx, &ground.ids, issuer.id, now()).await.unwrap());
        drop(tx);

        let mut tx = ground.begin().await;
        let twin = issuers::put(&mut tx, &ground.ids, &Issuer { id: Uuid::from_u128(2), ..issuer.clone() }, now()).await.unwrap_err();
        assert_eq!(twin.constraint(), Some("oidc_issuer_unique"));
        drop(tx);
        let mut tx = ground.begin().await;
        assert!(issuers::remove(&mut tx, &ground.ids, issuer.id, now()).await.unwrap());
        assert!(issuers::called(&mut tx, &issuer.issuer).await.unwrap().is_none());
    });
}
