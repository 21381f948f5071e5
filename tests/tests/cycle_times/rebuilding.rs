//! What was kept on the way is what the log says, run again from its beginning.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dev::demo::organisation_id;
use domain::metrics::{Passage, StageRole, Stay};
use domain::people::Role;
use domain::playbook::facts::Facts;
use domain::playbook::model::StageKind;
use domain::playbook::simulation::{Past, simulate};
use domain::playbook::{Action, ActionKind, Clocks, DEFAULT, Effect, Playbook, SubjectKind, WallTime, read};
use serde_json::{Value, json};
use sqlx::Row;
use store::{Scope, cycle_times};
use uuid::Uuid;

use crate::ground::Ground;

/// Every row, as far as figures are made of it.
async fn rows(ground: &Ground) -> Vec<String> {
    let rows = sqlx::query(
        "select concat_ws(' ', subject_id, stage, unit_id, owner_id, segment, began_at, length, longest, stays, visits, rework, outcome,
             is_won) from cycle_times order by subject_id, stage",
    );
    rows.fetch_all(&mut ground.house.behind().await).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// Deals that go their way by deeds, by facts in either order, and by hand.
async fn lives(ground: &Ground) -> Vec<Uuid> {
    let mut deals = Vec::new();
    for n in 0..6 {
        let deal = ground.begun("team1", "rep1", None).await;
        deals.push(deal);
        ground.hours(3 + n);
        ground.does(deal, "reply.received", json!({})).await;
        ground.hours(2);
        let (asked, attached) = (json!({ "fields": { "quotation_asked": true } }), json!({ "fields": { "attachments": [Uuid::nil()] } }));
        for fields in if n % 2 == 0 { [asked, attached] } else { [attached, asked] } {
            ground.does(deal, "deal.changed", fields).await;
            ground.hours(5);
        }
        if n % 3 == 0 {
            ground.put(deal, "first_contact").await;
            ground.hours(7);
        }
        match n {
            4 => ground.does(deal, "deal.lost", json!({ "reason": "price" })).await,
            5 => ground.put(deal, "contract_signed").await,
            _ => {}
        }
    }
    deals
}

#[tokio::test]
async fn working_everything_out_anew_changes_nothing() {
    let ground = Ground::open().await;
    let deals = lives(&ground).await;
    let kept = rows(&ground).await;
    assert!(kept.len() > 3 * deals.len());
    let mut behind = ground.house.behind().await;
    sqlx::query("delete from cycle_times").execute(&mut behind).await.unwrap();
    let mut after = None;
    loop {
        let mut tx = ground.house.front.db.begin(&Scope::house(organisation_id("demo"))).await.unwrap();
        after = cycle_times::rebuild(&mut tx, after, 2).await.unwrap();
        tx.commit().await.unwrap();
        if after.is_none() {
            break;
        }
    }
    assert_eq!(rows(&ground).await, kept);
}

#[tokio::test]
async fn the_log_run_again_gives_the_same_figures() {
    let ground = Ground::open().await;
    let (deals, playbook) = (lives(&ground).await, read(DEFAULT).unwrap());
    let listed = ground.behind("?limit=200").await;
    for deal in deals {
        let passage = replayed(&ground, &playbook, deal).await;
        let one = listed.iter().find(|one| one["id"] == json!(deal)).unwrap();
        let ended = passage.ended.as_ref().map_or(ground.house.now(), |(at, _)| *at);
        crate::ground::same(&one["hours"], (ended - passage.began_at).as_seconds_f64() / 3600.0);
        assert_eq!(one["outcome"], passage.ended.as_ref().map_or(Value::Null, |(_, stage)| json!(stage)), "{one:#}");
        assert_eq!((&one["rework"], &one["is_won"]), (&json!(passage.rework), &json!(passage.is_won)));
        for dwell in &passage.dwells {
            let query = format!("?measure=stage&stage={}&limit=200", dwell.stage);
            let stage = ground.behind(&query).await.into_iter().find(|one| one["id"] == json!(deal)).unwrap();
            let open = dwell.open_since.map_or(0.0, |since| (ground.house.now() - since).as_seconds_f64());
            crate::ground::same(&stage["hours"], (dwell.seconds + open) / 3600.0);
            assert_eq!(stage["stay_count"], json!(dwell.stays), "{}", dwell.stage);
        }
    }
}

/// The passage of a deal, from its actions alone.
async fn replayed(ground: &Ground, playbook: &Playbook, deal: Uuid) -> Passage {
    let start = Facts::fresh(SubjectKind::Deal, deal, chrono_tz::Asia::Shanghai);
    let past = past(ground, deal).await;
    let happenings = simulate(playbook, &start, &past, Clocks { working: &WallTime }, ground.house.now());
    let entered = happenings.into_iter().filter_map(|happening| match happening.effect {
        Effect::EnterStage(entry) => {
            Some(Stay { stage: entry.stage.to_string(), left: entry.left.map(|left| left.to_string()), entered_at: entry.at })
        }
        _ => None,
    });
    let stages = &playbook.subjects[&SubjectKind::Deal].stages;
    let role = |stage: &str| {
        let place = stages.iter().position(|known| known.code.as_str() == stage)?;
        Some(match stages[place].kind {
            StageKind::Open => StageRole::Open(place),
            StageKind::Won => StageRole::Won,
            StageKind::Lost => StageRole::Lost,
        })
    };
    Passage::of(&entered.collect::<Vec<_>>(), &[], role).unwrap()
}

async fn past(ground: &Ground, deal: Uuid) -> Vec<Past> {
    let rows = sqlx::query(
        "select a.id, a.kind, u.role, a.occurred_at, a.recorded_at, a.data from actions a left join users u on u.id = a.actor_id
         where a.subject_id = $1 order by a.recorded_at, a.id",
    );
    let rows = rows.bind(deal).fetch_all(&mut ground.house.behind().await).await.unwrap();
    let past = rows.iter().filter_map(|row| {
        let action = Action {
            id: row.get("id"),
            kind: ActionKind::parse(row.get("kind"))?,
            actor_role: row.get::<Option<String>, _>("role").and_then(|role| Role::parse(&role)),
            occurred_at: row.get::<DateTime<Utc>, _>("occurred_at"),
            recorded_at: row.get::<DateTime<Utc>, _>("recorded_at"),
            data: row.get::<Value, _>("data").as_object().cloned().unwrap(),
        };
        Some(Past { action, known: BTreeMap::new() })
    });
    past.collect()
}
