//! A database of its own for one test, with one organisation in it, taken down afterwards.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

use std::time::Duration;

use chrono::{DateTime, Utc};
use dev::house::Throwaway;
use dev::postgres::Role as DatabaseRole;
use domain::calendars::{DeliveryWindow, china};
use domain::people::Role;
use platform::Ids;
use serde_json::json;
use store::people::found::{self, FirstAdmin, NewDecisionRole, NewOrganisation};
use store::people::sessions::{self, NewSession};
use store::people::users::{self, NewUser, User};
use store::{Actor, Database, Scope, StoreError, Tx};
use uuid::Uuid;

const STATEMENT_AFTER: Duration = Duration::from_secs(10);

pub struct Ground {
    owner_url: String,
    /// As the servers see it.
    pub db: Database,
    pub ids: Ids,
    pub organisation_id: Uuid,
    pub root_id: Uuid,
    pub admin_id: Uuid,
    /// The first admin's, with a live session.
    pub scope: Scope,
}

/// A session of an hour.
pub fn session(id: Uuid, user_id: Uuid, access_epoch: i32) -> NewSession<'static> {
    NewSession { id, user_id, access_epoch, refresh: &[1; 32], lives_for: Duration::from_hours(1) }
}

/// The instant of everything that is written with one.
pub fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// Runs `test` on a fresh database with the organisation `acme`, in the cluster that all tests of the process share.
pub fn on_a_database<F: AsyncFnOnce(Ground)>(test: F) {
    let cluster = &Throwaway::shared().unwrap().cluster;
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let name = format!("ground_{}", hex::encode(&platform::secrets::random_32()[..8]));
        cluster.ensure_database(&name).await.unwrap();
        let owner_url = cluster.url(&name, DatabaseRole::Owner);
        store::migrate::migrate(&owner_url, DatabaseRole::App.name()).await.unwrap();
        let db = Database::new(&cluster.url(&name, DatabaseRole::App), 4, STATEMENT_AFTER).unwrap();
        let ground = found(&owner_url, &db, "acme").await.unwrap();
        test(ground).await;
        db.close().await;
        cluster.drop_database(&name).await.unwrap();
    });
}

async fn found(owner_url: &str, db: &Database, code: &str) -> Result<Ground, StoreError> {
    let seed = u128::from_be_bytes(platform::secrets::random_32()[..16].try_into().unwrap());
    let [organisation_id, root_id, admin_id, session_id] = [0, 1, 2, 3].map(|n| Uuid::from_u128(seed ^ n));
    let new = NewOrganisation {
        code,
        name: code,
        zone: "Asia/Shanghai",
        language: "zh-CN",
        root_unit_id: root_id,
        root_unit_name: code,
        admin: FirstAdmin { id: admin_id, login: "admin", name: "Admin", password_hash: "$hash" },
        visit_policy: json!({ "fence_m": 200 }),
        calendar: &china::calendar(),
        delivery_window: DeliveryWindow::default(),
        decision_roles: &[NewDecisionRole { code: "champion", name_zh: "支持者", name_en: "Champion" }],
    };
    let house = Scope::house(organisation_id);
    let owner = Database::new(owner_url, 1, STATEMENT_AFTER)?;
    let mut tx = owner.begin(&house).await?;
    found::new_organisation(&mut tx, &Ids::default(), &new, now()).await?;
    tx.commit().await?;
    owner.close().await;
    let mut tx = db.begin(&house).await?;
    sessions::open(&mut tx, &Ids::default(), &session(session_id, admin_id, 1), now()).await?.unwrap();
    tx.commit().await?;
    let actor = Actor::User { id: admin_id, session_id, access_epoch: 1 };
    let scope = Scope { organisation_id, actor, role: Role::Admin, unit_id: Some(root_id) };
    Ok(Ground { owner_url: owner_url.to_owned(), db: db.clone(), ids: Ids::default(), organisation_id, root_id, admin_id, scope })
}

impl Ground {
    /// Another organisation in the same database.
    pub async fn found(&self, code: &str) -> Self {
        self.try_to_found(code).await.unwrap()
    }

    pub async fn try_to_found(&self, code: &str) -> Result<Self, StoreError> {
        found(&self.owner_url, &self.db, code).await
    }

    /// A transaction of the first admin.
    pub async fn begin(&self) -> Tx {
        self.db.begin(&self.scope).await.unwrap()
    }

    /// A transaction of the house, as for signing in.
    pub async fn begin_house(&self) -> Tx {
        self.db.begin(&Scope::house(self.organisation_id)).await.unwrap()
    }

    pub async fn create_user(&self, id: u128, login: &str, role: Role, unit_id: Uuid) -> User {
        let mut tx = self.begin().await;
        let id = Uuid::from_u128(id);
        let new = NewUser { id, login, name: login, role, unit_id, password_hash: Some("$hash"), language: None, external_subject: None };
        let user = users::create(&mut tx, &self.ids, &new, now()).await.unwrap();
        tx.commit().await.unwrap();
        user
    }

    /// The scope of a user who signs in now, under the session id `session`.
    pub async fn sign_in(&self, user: &User, session_id: u128, access_epoch: i32) -> Scope {
        let session_id = Uuid::from_u128(session_id);
        let mut tx = self.begin_house().await;
        sessions::open(&mut tx, &self.ids, &session(session_id, user.id, access_epoch), now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let actor = Actor::User { id: user.id, session_id, access_epoch };
        Scope { organisation_id: self.organisation_id, actor, role: user.role.0, unit_id: Some(user.unit_id) }
    }
}
