//! A lead and those who work on it, spoken for through the door that every floor uses.

use chrono::TimeDelta;
use dev::demo::{id_of, organisation_id};
use domain::playbook::{DEFAULT, SubjectKind};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};
use store::actions::{Action, record};
use store::engine::due::PassedOver;
use store::engine::{self, Kin, Subject};
use store::{Scope, StoreError};
use tests::House;
use tests::doorstep::new_id;
use uuid::Uuid;
use workers::timekeeper::{self, Round};

pub fn scope() -> Scope {
    Scope::house(organisation_id("demo"))
}

pub fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

pub struct Lead<'a> {
    pub house: &'a House,
    pub id: Uuid,
}

impl<'a> Lead<'a> {
    /// A lead of team 1 of which nothing is recorded yet.
    pub async fn known(house: &'a House) -> Self {
        let lead = Self { house, id: new_id() };
        let mut tx = house.front.db.begin(&scope()).await.unwrap();
        let subject =
            Subject { kind: SubjectKind::Lead, id: lead.id, name: "晨光超市", unit_id: id_of("demo", "team1"), department: None };
        engine::introduce(&mut tx, &subject).await.unwrap();
        tx.commit().await.unwrap();
        lead
    }

    /// A lead that has just been entered in team 1.
    pub async fn entered(house: &'a House) -> Self {
        let lead = Self::known(house).await;
        lead.does("lead.created", json!({})).await;
        lead
    }

    /// A lead that `rep1` has accepted.
    pub async fn confirmed(house: &'a House) -> Self {
        let lead = Self::entered(house).await;
        lead.does("lead.assigned", json!({ "owner_id": id_of("demo", "rep1") })).await;
        lead.does("lead.accepted", json!({})).await;
        assert_eq!(lead.stage().await, "confirmed");
        lead
    }

    /// Somebody does something now.
    pub async fn does(&self, kind: &str, data: Value) {
        self.did(kind, data, TimeDelta::zero()).await.unwrap();
    }

    /// Somebody did something `before` now, and it is recorded now.
    pub async fn did(&self, kind: &str, data: Value, before: TimeDelta) -> Result<(), StoreError> {
        let now = self.house.now();
        let mut tx = self.house.front.db.begin(&scope()).await.unwrap();
        let action = Action {
            id: new_id(),
            actor_id: Some(id_of("demo", "rep1")),
            kind,
            subject_kind: "lead",
            subject_id: self.id,
            occurred_at: now - before,
            recorded_at: now,
            data,
        };
        record(&mut tx, action).await?;
        tx.commit().await
    }

    pub async fn stage(&self) -> String {
        ask(self.house, "select stage from standings where subject_id = $1", self.id).await
    }

    pub async fn count(&self, of: &str) -> i64 {
        let of = match of {
            "interventions of incidents" => "interventions where incident_id is not null and subject_id = $1".to_owned(),
            "open timers" => "timers where closed_at is null and subject_id = $1".to_owned(),
            "deliveries" => {
                "deliveries d where exists (select from interventions i where i.id = d.intervention_id and i.incident_id is not null and i.subject_id = $1)"
                    .to_owned()
            }
            "raised" => "actions where kind = 'incident.raised' and subject_id = $1".to_owned(),
            table => format!("{table} where subject_id = $1"),
        };
        ask(self.house, &format!("select count(*) from {of}"), self.id).await
    }

    /// Recipient and kind of what the incident said, in order.
    pub async fn told(&self) -> Vec<String> {
        let mut behind = self.house.behind().await;
        let rows = sqlx::query(
            "select u.login || ' ' || i.kind from interventions i join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
             where i.incident_id is not null and i.subject_id = $1 order by i.created_at, 1",
        );
        rows.bind(self.id).fetch_all(&mut behind).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    pub async fn incident_state(&self) -> String {
        ask(self.house, "select state from incidents where subject_id = $1", self.id).await
    }
}

/// Makes a subject of team 1 known that belongs to something, and records the first thing that is done with it.
pub async fn begins(house: &House, subject: SubjectKind, kin: Kin, kind: &str, data: Value) -> Uuid {
    let id = new_id();
    let mut tx = house.front.db.begin(&scope()).await.unwrap();
    let known = Subject { kind: subject, id, name: "冰柜采购", unit_id: id_of("demo", "team1"), department: None };
    engine::introduce(&mut tx, &known).await.unwrap();
    engine::relate(&mut tx, (subject, id), kin).await.unwrap();
    tx.commit().await.unwrap();
    acts(house, (subject, id), kind, data).await;
    id
}

/// The house records something about a subject, now.
pub async fn acts(house: &House, (subject, subject_id): (SubjectKind, Uuid), kind: &str, data: Value) {
    let (now, subject_kind) = (house.now(), subject.as_str());
    let mut tx = house.front.db.begin(&scope()).await.unwrap();
    let action = Action { id: new_id(), actor_id: None, kind, subject_kind, subject_id, occurred_at: now, recorded_at: now, data };
    record(&mut tx, action).await.unwrap();
    tx.commit().await.unwrap();
}

/// The stage that a subject is in.
pub async fn stage_of(house: &House, id: Uuid) -> Option<String> {
    ask(house, "select stage from standings where subject_id = $1", id).await
}

/// Puts a playbook in force that differs from the default.
pub async fn goes_by(house: &House, changes: &[(&str, &str)]) {
    let mut text = DEFAULT.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let admin = house.sign_in("admin").await;
    let put = admin.request(Method::PUT, "/v1/playbook").header("Content-Type", "application/yaml").header("If-Match", "*").body(text);
    admin.send(put).await.expect(200);
}

/// One value from behind, about one id.
pub async fn ask<T>(house: &House, sql: &str, id: Uuid) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let mut behind = house.behind().await;
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).bind(id).fetch_one(&mut behind).await.unwrap()
}

/// The timekeeper looks once.
pub async fn look(house: &House) -> Round {
    timekeeper::round(&house.front.db, house.clock.held(), &mut PassedOver::default()).await.unwrap()
}

/// The timekeeper looks until nothing is due.
pub async fn catch_up(house: &House) -> usize {
    let mut steps = 0;
    loop {
        let round = look(house).await;
        steps += round.fired.steps;
        if !round.more {
            return steps;
        }
    }
}
