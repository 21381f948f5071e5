//! The stream: what changes is told at once, to those who may know, and can be read on from where it was.

use std::time::Duration;

use dev::demo::id_of;
use serde_json::{Value, json};
use tests::house::Plan;
use tests::{House, Person};

use crate::ground::house;
use crate::leads::{Lead, ask, catch_up, hours};

/// One event of a stream.
#[derive(Debug, Clone)]
struct Told {
    id: String,
    event: String,
    data: Value,
}

/// Somebody who watches.
struct Watch {
    answer: reqwest::Response,
    text: String,
    bytes: Vec<u8>,
}

impl Watch {
    async fn begin(person: &Person, last: Option<&str>) -> Self {
        let request = person.request(reqwest::Method::GET, "/v1/stream?for_s=30");
        let request = if let Some(last) = last { request.header("Last-Event-ID", last) } else { request };
        let answer = request.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"text/event-stream".parse().unwrap()));
        Self { answer, text: String::new(), bytes: Vec::new() }
    }

    async fn next(&mut self) -> Told {
        tokio::time::timeout(Duration::from_secs(20), self.read()).await.expect("in vain: an event")
    }

    async fn read(&mut self) -> Told {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned);
                if let (Some(id), Some(name)) = (field("id"), field("event")) {
                    return Told { id, event: name, data: serde_json::from_str(&field("data").unwrap()).unwrap() };
                }
            }
            let chunk = self.answer.chunk().await.unwrap().expect("the stream goes on");
            self.bytes.extend_from_slice(&chunk);
            // A letter may be cut in two.
            let whole = std::str::from_utf8(&self.bytes).map_or_else(|cut| cut.valid_up_to(), str::len);
            self.text.push_str(std::str::from_utf8(&self.bytes[..whole]).unwrap());
            self.bytes.drain(..whole);
        }
    }

    /// Reads until both kinds have come.
    async fn incident(&mut self) -> Told {
        loop {
            let told = self.next().await;
            if told.event == "incident" {
                return told;
            }
        }
    }
}

async fn stalled(house: &House) -> Lead<'_> {
    let lead = Lead::confirmed(house).await;
    house.advance(hours(48));
    catch_up(house).await;
    lead
}

#[tokio::test]
async fn what_changes_is_told_to_those_who_may_know_and_to_nobody_else() {
    let house = house(Plan::default()).await;
    let (rep, other, supervisor) = (house.sign_in("rep1").await, house.sign_in("rep2").await, house.sign_in("supervisor1").await);
    let mut watches = Vec::new();
    for person in [&rep, &other, &supervisor] {
        let mut watch = Watch::begin(person, None).await;
        assert_eq!(watch.next().await.event, "ready");
        watches.push(watch);
    }
    let lead = stalled(&house).await;
    let raised = watches[0].incident().await;
    assert_eq!((&raised.data["subject_id"], &raised.data["state"]), (&json!(lead.id), &json!("open")));
    assert_eq!(watches[2].incident().await.data["owner_id"], json!(id_of("demo", "rep1")));
    let incident: uuid::Uuid = ask(&house, "select id from incidents where subject_id = $1", lead.id).await;
    rep.post(&format!("/v1/incidents/{incident}/acknowledge"), &json!({})).await.expect(200);
    assert_eq!(watches[2].incident().await.data["state"], "acknowledged", "the board is live");
    // The other team hears of its own only.
    lead.does("lead.disqualified", json!({ "reason": "wrong number" })).await;
    let mut behind = house.behind().await;
    sqlx::query("insert into interventions (organisation_id, id, recipient_id, kind, code, created_at) select organisation_id, $1, id, 'todo', 'x', now() from users where id = $2")
        .bind(tests::doorstep::new_id())
        .bind(id_of("demo", "rep2"))
        .execute(&mut behind)
        .await
        .unwrap();
    sqlx::query("select pg_notify('fieldproof_changes', '')").execute(&mut behind).await.unwrap();
    let own = watches[1].next().await;
    assert_eq!((own.event.as_str(), &own.data["code"]), ("inbox", &json!("x")));
}

#[tokio::test]
async fn whoever_was_away_reads_on_without_a_gap() {
    let house = house(Plan::default()).await;
    let rep = house.sign_in("rep1").await;
    let last = Watch::begin(&rep, None).await.next().await.id;
    let (one, two) = (stalled(&house).await, stalled(&house).await);
    let mut watch = Watch::begin(&rep, Some(&last)).await;
    assert_eq!(watch.next().await.event, "ready");
    let (first, second) = (watch.incident().await, watch.incident().await);
    assert_eq!((&first.data["subject_id"], &second.data["subject_id"]), (&json!(one.id), &json!(two.id)));
    let mut again = Watch::begin(&rep, Some(&first.id)).await;
    assert_eq!(again.next().await.event, "ready");
    assert_eq!(again.incident().await.data["subject_id"], json!(two.id));
    for garbage in ["nonsense", "9000000000000000000-00000000000000000000000000000000"] {
        assert_eq!(Watch::begin(&rep, Some(garbage)).await.next().await.event, "reset", "{garbage}");
    }
}

#[tokio::test]
async fn boards_hear_when_a_lead_stands_otherwise_and_reps_and_other_teams_do_not() {
    let house = house(Plan::default()).await;
    let (rep, supervisor, other) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("supervisor2").await);
    let (mut board, mut reps, mut others) =
        (Watch::begin(&supervisor, None).await, Watch::begin(&rep, None).await, Watch::begin(&other, None).await);
    for watch in [&mut board, &mut reps, &mut others] {
        assert_eq!(watch.next().await.event, "ready");
    }
    let lead = Lead::confirmed(&house).await;
    let told = loop {
        let told = board.next().await;
        assert_eq!((told.event.as_str(), &told.data["lead_id"], &told.data["board"]), ("board", &json!(lead.id), &json!("breaker")));
        if told.data["stage"] == "confirmed" {
            break told;
        }
    };
    assert_eq!((&told.data["owner_id"], &told.data["unit_id"]), (&json!(id_of("demo", "rep1")), &json!(id_of("demo", "team1"))));
    // A note changes nothing on the board; what does is the next thing to be heard of.
    lead.does("note.added", json!({})).await;
    lead.does("lead.contacted", json!({ "channel": "phone", "outcome": "will_think" })).await;
    assert_eq!(board.next().await.data["stage"], "contacted");
    assert_eq!(reps.next().await.event, "inbox", "the offer");
    let mut behind = house.behind().await;
    sqlx::query("update standings set unit_id = $2 where subject_id = $1")
        .bind(lead.id)
        .bind(id_of("demo", "team2"))
        .execute(&mut behind)
        .await
        .unwrap();
    sqlx::query("select pg_notify('fieldproof_changes', '')").execute(&mut behind).await.unwrap();
    let first = others.next().await;
    assert_eq!((first.event.as_str(), &first.data["unit_id"]), ("board", &json!(id_of("demo", "team2"))), "only now is it theirs");
}

#[tokio::test]
async fn whoever_reads_slowly_holds_nobody_up_and_loses_nothing() {
    let house = house(Plan::default()).await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let mut slow = Watch::begin(&rep, None).await;
    assert_eq!(slow.next().await.event, "ready");
    let mut quick = Watch::begin(&supervisor, None).await;
    let mut behind = house.behind().await;
    // More than any buffer on the way holds, while the slow one reads nothing.
    let flood = "insert into interventions (organisation_id, id, recipient_id, kind, code, created_at, data)
        select organisation_id, gen_random_uuid(), id, 'signal', 'flood ' || n, now(), jsonb_build_object('subject', repeat('慢', 2000))
        from users cross join generate_series($1::int, $1 + 199) n where id = $2";
    for part in 0..30_i32 {
        sqlx::query(flood).bind(part * 200).bind(id_of("demo", "rep1")).execute(&mut behind).await.unwrap();
    }
    let lead = stalled(&house).await;
    let heard = tokio::time::timeout(Duration::from_secs(5), quick.incident()).await.expect("others hear at once");
    assert_eq!(heard.data["subject_id"], json!(lead.id));
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let told = slow.next().await;
        if told.event == "incident" {
            break;
        }
        if told.data["code"].as_str().is_some_and(|code| code.starts_with("flood")) {
            assert!(seen.insert(told.data["code"].as_str().unwrap().to_owned()), "twice: {}", told.data["code"]);
        }
    }
    assert_eq!(seen.len(), 6_000, "everything in its time");
}
