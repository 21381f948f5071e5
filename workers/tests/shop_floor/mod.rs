//! An organisation with a rep, customers and an object store, on the database that `DATABASE_URL` names.

pub mod avif;

use chrono::{DateTime, TimeDelta, Utc};
use dev::objects::{ObjectServer, Store};
use dev::photo::PhotoSpec;
use dev::scratch::Folder;
use domain::place::Position;
use platform::settings::Settings;
use platform::{Clock, Ids};
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection, Row};
use std::sync::Arc;
use store::objects::incoming_key;
use store::photos::{self, Declaration};
use store::queue::{AwaitChore, PhotoChore};
use store::visits::{Recorded, Submission, load, record, record_awaiting};
use store::{Scope, Tx};
use uuid::Uuid;
use workers::EngineRoom;

/// People's Square, Shanghai.
pub const PIN: Position = Position { lon: 121.4737, lat: 31.230_37 };

pub struct ShopFloor {
    pub room: Arc<EngineRoom>,
    pub settings: Settings,
    pub organisation_id: Uuid,
    pub rep_id: Uuid,
    pub unit_id: Uuid,
    pub clock: Clock,
    pub ids: Ids,
    /// Dropped last of all: the objects lie there.
    _server: ObjectServer,
    _folder: Folder,
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// `None`, with a printed line, when no database is named.
pub async fn open() -> Option<ShopFloor> {
    let Ok(owner_url) = std::env::var("DATABASE_URL") else {
        println!("skipped: DATABASE_URL names no database");
        return None;
    };
    let app_url = std::env::var("FIELDPROOF_TEST_APP_URL").unwrap_or_else(|_| owner_url.replace("fieldproof_owner", "fieldproof_app"));
    let folder = Folder::new("shop-floor").unwrap();
    let objects = Store::open(folder.path()).unwrap();
    let server = objects.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let clock = Clock::by_hand(at("2026-11-20T07:06:00Z"));
    let settings = settings(&app_url, &server);
    // Two tests that migrate at once would wait for each other's locks in vain.
    let mut conn = PgConnection::connect(&owner_url).await.unwrap();
    sqlx::query("select pg_advisory_lock(4711)").execute(&mut conn).await.unwrap();
    store::migrate::migrate(&owner_url, "fieldproof_app").await.unwrap();
    conn.close().await.unwrap();
    let room = EngineRoom::open(&settings, clock.clone()).unwrap();
    room.objects.ensure_bucket().await.unwrap();
    // Ids of their own, whatever the clock says: the database remembers earlier runs.
    let fresh = Ids::new(Clock::wall());
    let (organisation_id, rep_id, unit_id) = (fresh.next(), fresh.next(), fresh.next());
    found(&owner_url, organisation_id, rep_id, unit_id).await;
    Some(ShopFloor { room, settings, organisation_id, rep_id, unit_id, clock, ids: fresh, _server: server, _folder: folder })
}

pub fn settings(app_url: &str, server: &ObjectServer) -> Settings {
    let variables = [
        ("DATABASE_URL", app_url),
        ("S3_ENDPOINT", &server.endpoint),
        ("S3_ACCESS_KEY", &server.access_key),
        ("S3_SECRET_KEY", &server.secret_key),
        ("WORKERS_LISTEN", "127.0.0.1:0"),
        ("DATABASE_CONNECTIONS", "4"),
    ];
    Settings::load(None, variables.map(|(key, value)| (format!("FIELDPROOF_{key}"), value.to_owned()))).unwrap()
}

async fn found(owner_url: &str, organisation_id: Uuid, rep_id: Uuid, unit_id: Uuid) {
    let mut conn = PgConnection::connect(owner_url).await.unwrap();
    sqlx::query("select app.enter_house($1), set_config('fieldproof.organisation_id', $1::text, false)")
        .bind(organisation_id)
        .execute(&mut conn)
        .await
        .unwrap();
    let policy = serde_json::to_value(domain::visits::VisitPolicy::default()).unwrap();
    for statement in [
        "insert into organisations (id, code, name, created_at) values ($1, 'o' || replace($1::text, '-', ''), 'Shop floor', now())",
        "insert into units (organisation_id, id, name, path, created_at) values ($1, $2, 'East', 'east', now())",
        "insert into users (organisation_id, id, login, name, role, unit_id, created_at) values ($1, $3, 'wang.xm', '王小明', 'rep', $2, now())",
        "insert into decision_roles (organisation_id, code, name_zh, name_en, ordinal) values ($1, 'owner', '老板', 'Owner', 1)",
        "insert into visit_policies (organisation_id, version, policy, in_force_from, created_at) values ($1, 1, $4, '2020-01-01', now())",
    ] {
        // Every statement is given the same values and names those it needs.
        let statement = format!("with given as (select $1::uuid, $2::uuid, $3::uuid, $4::jsonb) {statement}");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organisation_id)
            .bind(unit_id)
            .bind(rep_id)
            .bind(&policy)
            .execute(&mut conn)
            .await
            .unwrap();
    }
    store::playbook::found_missing(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

impl ShopFloor {
    pub fn scope(&self) -> Scope {
        Scope::house(self.organisation_id)
    }

    pub async fn begin(&self) -> Tx {
        self.room.db.begin(&self.scope()).await.unwrap()
    }

    /// One value, asked for in the house's scope; `$1` is the organisation and `$2` the id.
    pub async fn ask<T>(&self, sql: &'static str, id: Uuid) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let mut tx = self.begin().await;
        let row = sqlx::query(sql).bind(self.organisation_id).bind(id).fetch_one(&mut tx).await.unwrap();
        row.get(0)
    }

    pub async fn customer(&self, pin: Option<Position>) -> Uuid {
        let id = self.ids.next();
        let mut tx = self.begin().await;
        sqlx::query(
            "insert into customers (organisation_id, id, unit_id, name, pin, pin_sent_lat, pin_sent_lon, pin_datum, pin_source, pin_set_at, created_at, updated_at)
             values ($1, $2, $3, '爱婴室南京西路店', st_point($4, $5)::geography, $5, $4, case when $4 is not null then 'wgs84' end,
                case when $4 is not null then 'manual' end, case when $4 is not null then now() end, now(), now())",
        )
        .bind(self.organisation_id)
        .bind(id)
        .bind(self.unit_id)
        .bind(pin.map(|pin| pin.lon))
        .bind(pin.map(|pin| pin.lat))
        .execute(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Declares a photo whose window is open for a quarter of an hour.
    pub async fn declare(&self, bytes: &[u8]) -> Uuid {
        let (id, now) = (self.ids.next(), self.clock.now());
        let mut tx = self.begin().await;
        let declaration = Declaration {
            id,
            rep_id: self.rep_id,
            sha256: &Sha256::digest(bytes),
            bytes: bytes.len() as u64,
            content_type: "image/jpeg",
            purpose: "storefront",
            now,
            upload_expires_at: now + TimeDelta::minutes(15),
        };
        photos::declare(&mut tx, &declaration).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn upload(&self, photo_id: Uuid, bytes: &[u8]) {
        self.room.objects.put_small(&incoming_key(self.organisation_id, photo_id), "image/jpeg", bytes.to_vec()).await.unwrap();
    }

    /// Declared, uploaded and taken in.
    pub async fn landed(&self, bytes: &[u8]) -> Uuid {
        let photo_id = self.declare(bytes).await;
        self.upload(photo_id, bytes).await;
        workers::doorman::look(&self.room, self.awaited(photo_id)).await.unwrap();
        photo_id
    }

    pub fn awaited(&self, photo_id: Uuid) -> AwaitChore {
        AwaitChore { organisation_id: self.organisation_id, photo_id, looked: 0 }
    }

    pub fn chore(&self, photo_id: Uuid) -> PhotoChore {
        PhotoChore { organisation_id: self.organisation_id, photo_id }
    }

    /// Submits a visit as its rep would; `None` while its photos are awaited.
    pub async fn visit(&self, customer_id: Uuid, photo_id: Uuid) -> (Uuid, Option<Recorded>) {
        let (id, now) = (self.ids.next(), self.clock.now());
        let submission = Submission {
            id,
            rep_id: self.rep_id,
            customer_id,
            contact_id: None,
            deal_id: None,
            started_at: at("2026-11-20T07:05:00Z"),
            ended_at: None,
            photo_ids: vec![photo_id],
            key_info: format!("asked for a quotation, {id}"),
            decision_role: "owner".to_owned(),
            challenge_sent: false,
            challenge_id: None,
            device: None,
            received_at: now,
            body_sha256: vec![0; 32],
        };
        let mut tx = self.begin().await;
        let mut loaded = load(&mut tx, &submission).await.unwrap().unwrap();
        assert!(loaded.missing.is_empty(), "{:?}", loaded.missing);
        let recorded = if loaded.awaited.is_empty() {
            record(&mut tx, &[&submission], std::slice::from_mut(&mut loaded), now, &self.ids).await.unwrap().pop()
        } else {
            record_awaiting(&mut tx, &submission, &loaded, now, &self.ids).await.unwrap();
            None
        };
        tx.commit().await.unwrap();
        (id, recorded)
    }

    pub async fn status(&self, visit_id: Uuid) -> String {
        self.ask("select status from visits where organisation_id = $1 and id = $2", visit_id).await
    }
}

/// A photo of shop `seed` taken at the pin.
pub fn photo_of(seed: u64) -> PhotoSpec {
    let taken_at = DateTime::parse_from_rfc3339("2026-11-20T15:04:05+08:00").unwrap();
    PhotoSpec { seed, width: 1600, height: 1200, ..PhotoSpec::new(PIN.lat, PIN.lon, taken_at) }
}
