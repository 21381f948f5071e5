//! Messages to people, by the ways that their organisation has set up.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::house::Plan;
use tests::{House, Person};

use crate::ground::{house, reach, round, states, until_hour};
use crate::leads::{Lead, ask, catch_up, hours};
use crate::receiver::{Receiver, Told};

const SECRET: &str = "app-secret-that-nobody-shall-see";
const KEY: &str = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa";

/// WeCom, as far as it takes part: `send` is what it says to a message.
pub async fn wecom(send: Value) -> Receiver {
    Receiver::deciding(move |_, seen| match seen.path.as_str() {
        "/cgi-bin/gettoken" => Told::json(&json!({ "errcode": 0, "access_token": "token-of-wecom", "expires_in": 7200 })),
        "/cgi-bin/message/send" => Told::json(&send),
        "/cgi-bin/webhook/send" => Told::json(&json!({ "errcode": 0, "errmsg": "ok" })),
        _ => Told::status(404),
    })
    .await
}

pub async fn set_up(admin: &Person, channel: &str, settings: Value) -> Value {
    admin.put(&format!("/v1/channels/{channel}"), &settings).await.expect(200)
}

pub fn app() -> Value {
    json!({ "enabled": true, "corp_id": "ww1", "agent_id": 1000002, "secret": SECRET })
}

/// A lead of `rep1` that has stalled.
async fn stalled(house: &House) -> Lead<'_> {
    let lead = confirmed(house).await;
    house.advance(hours(48));
    catch_up(house).await;
    lead
}

/// A lead of `rep1`; that it was offered to them is nothing that these walks look at.
pub async fn confirmed(house: &House) -> Lead<'_> {
    let lead = Lead::confirmed(house).await;
    let mut behind = house.behind().await;
    sqlx::query("delete from deliveries where channel <> 'inbox' and state in ('pending', 'stopped')").execute(&mut behind).await.unwrap();
    lead
}

#[tokio::test]
async fn a_stalled_lead_reaches_the_rep_and_their_supervisor_where_they_are() {
    let wecom = wecom(json!({ "errcode": 0, "msgid": "m1" })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url).with("app_url", "https://app.example.com")).await;
    let admin = house.sign_in("admin").await;
    set_up(&admin, "wecom_app", app()).await;
    set_up(&admin, "wecom_robot", json!({ "enabled": true, "kinds": ["card"], "token": KEY })).await;
    for login in ["rep1", "supervisor1"] {
        reach(&admin, login, json!({ "wecom_app": format!("wx-{login}"), "wecom_robot": format!("wx-{login}") })).await;
    }
    let lead = stalled(&house).await;
    round(&house).await;
    let cards = wecom.at("/cgi-bin/message/send");
    let mut to: Vec<String> = cards.iter().map(|card| card.json()["touser"].as_str().unwrap().to_owned()).collect();
    to.sort();
    assert_eq!(to, ["wx-rep1", "wx-supervisor1"], "pre-sales have no address there, and read their inbox");
    let card = &cards.iter().find(|card| card.json()["touser"] == "wx-rep1").unwrap().json()["template_card"];
    assert_eq!((&card["card_type"], &card["button_list"][0]["key"]), (&json!("button_interaction"), &json!("acknowledge")));
    assert!(card["main_title"]["title"].as_str().unwrap().contains("晨光超市"), "{card:#}");
    assert!(card["card_action"]["url"].as_str().unwrap().starts_with("https://app.example.com/inbox/"));
    let spoken = wecom.at("/cgi-bin/webhook/send");
    assert_eq!((spoken.len(), &spoken[0].json()["text"]["mentioned_list"]), (1, &json!(["wx-supervisor1"])), "cards only");
    assert_eq!(states(&house, "wecom_app").await, ["delivered", "delivered"]);
    assert_eq!(round(&house).await.touched, 0);
    assert_eq!(lead.incident_state().await, "open");
}

#[tokio::test]
async fn acknowledging_stops_what_is_queued_and_what_is_to_be_tried_again() {
    let wecom = wecom(json!({ "errcode": -1, "errmsg": "busy" })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url)).await;
    let (admin, rep) = (house.sign_in("admin").await, house.sign_in("rep1").await);
    set_up(&admin, "wecom_app", app()).await;
    reach(&admin, "rep1", json!({ "wecom_app": "wx-rep1" })).await;
    let queued = stalled(&house).await;
    acknowledge(&rep, &queued).await;
    round(&house).await;
    assert_eq!((wecom.at("/cgi-bin/message/send").len(), states(&house, "wecom_app").await), (0, vec!["stopped".to_owned()]));
    queued.does("lead.disqualified", json!({ "reason": "空号" })).await;
    // Tried once in vain, and acknowledged before the next attempt.
    let tried = stalled(&house).await;
    round(&house).await;
    let sent = wecom.at("/cgi-bin/message/send").len();
    assert!(sent >= 1);
    acknowledge(&rep, &tried).await;
    house.advance(hours(1));
    round(&house).await;
    assert_eq!(wecom.at("/cgi-bin/message/send").len(), sent);
    let mut behind = house.behind().await;
    let waiting: i64 =
        sqlx::query_scalar("select count(*) from deliveries where state in ('pending', 'sending')").fetch_one(&mut behind).await.unwrap();
    assert_eq!(waiting, 0);
}

async fn acknowledge(person: &Person, lead: &Lead<'_>) {
    let incident: uuid::Uuid = ask(lead.house, "select id from incidents where subject_id = $1", lead.id).await;
    person.post(&format!("/v1/incidents/{incident}/acknowledge"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn nobody_is_woken_unless_it_is_urgent() {
    let wecom = wecom(json!({ "errcode": 0 })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url)).await;
    let admin = house.sign_in("admin").await;
    set_up(&admin, "wecom_app", app()).await;
    for login in ["rep1", "supervisor1"] {
        reach(&admin, login, json!({ "wecom_app": format!("wx-{login}") })).await;
    }
    until_hour(&house, 23);
    stalled(&house).await;
    let mut behind = house.behind().await;
    let urgent = "update interventions set urgent = true where kind = 'card' and incident_id is not null";
    assert_eq!(sqlx::query(urgent).execute(&mut behind).await.unwrap().rows_affected(), 1);
    round(&house).await;
    let to = |receiver: &Receiver| -> Vec<Value> {
        receiver.at("/cgi-bin/message/send").iter().map(|one| one.json()["touser"].clone()).collect()
    };
    assert_eq!(to(&wecom), [json!("wx-supervisor1")], "what is urgent, at once");
    until_hour(&house, 8);
    house.advance(TimeDelta::seconds(-1));
    round(&house).await;
    assert_eq!(to(&wecom).len(), 1);
    house.advance(TimeDelta::minutes(6));
    round(&house).await;
    assert_eq!(to(&wecom), [json!("wx-supervisor1"), json!("wx-rep1")]);
}

#[tokio::test]
async fn many_for_one_person_are_told_as_one() {
    let wecom = wecom(json!({ "errcode": 0 })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url)).await;
    let admin = house.sign_in("admin").await;
    set_up(&admin, "wecom_robot", json!({ "enabled": true, "kinds": ["todo"], "token": KEY })).await;
    reach(&admin, "rep1", json!({ "wecom_robot": "wx-rep1" })).await;
    for _ in 0..5 {
        confirmed(&house).await;
    }
    house.advance(hours(48));
    catch_up(&house).await;
    round(&house).await;
    let spoken = wecom.at("/cgi-bin/webhook/send");
    assert_eq!(spoken.len(), 1);
    let text = spoken[0].json()["text"]["content"].as_str().unwrap().to_owned();
    assert!(text.contains("有 5 件事等您处理") && text.contains("5. "), "{text}");
    assert_eq!(states(&house, "wecom_robot").await, ["delivered"; 5]);
}

#[tokio::test]
async fn a_robot_is_never_made_to_speak_faster_than_it_may() {
    let wecom = wecom(json!({ "errcode": 0 })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url)).await;
    let admin = house.sign_in("admin").await;
    set_up(&admin, "wecom_robot", json!({ "enabled": true, "token": KEY })).await;
    for login in ["rep1", "supervisor1", "presales1"] {
        reach(&admin, login, json!({ "wecom_robot": format!("wx-{login}") })).await;
    }
    // Two things each for three people.
    for _ in 0..2 {
        confirmed(&house).await;
    }
    house.advance(hours(48));
    catch_up(&house).await;
    round(&house).await;
    assert_eq!(wecom.at("/cgi-bin/webhook/send").len(), 4, "a burst");
    house.advance(TimeDelta::seconds(4));
    round(&house).await;
    assert_eq!(wecom.at("/cgi-bin/webhook/send").len(), 5, "and then one at a time");
}

#[tokio::test]
async fn a_channel_whose_other_side_refuses_it_is_closed_until_it_is_put_right() {
    let wecom = wecom(json!({ "errcode": 40001, "errmsg": format!("invalid credential {SECRET}") })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url)).await;
    let admin = house.sign_in("admin").await;
    set_up(&admin, "wecom_app", app()).await;
    reach(&admin, "rep1", json!({ "wecom_app": "wx-rep1" })).await;
    stalled(&house).await;
    round(&house).await;
    let shown = admin.get("/v1/channels/wecom_app").await.expect(200);
    assert_eq!(shown["closed_because"], "wrong_credentials");
    let notice = admin.get("/v1/inbox").await.expect(200)["items"][0].clone();
    assert_eq!(notice["code"], "channel_closed");
    assert!(!notice.to_string().contains(SECRET));
    let again = set_up(&admin, "wecom_app", json!({ "enabled": true })).await;
    assert_eq!((&again["closed_at"], &again["corp_id"], &again["secrets"]), (&Value::Null, &json!("ww1"), &json!(["secret"])));
}

#[tokio::test]
async fn what_a_channel_needs_is_asked_for_and_its_secrets_are_never_shown() {
    let house = house(Plan::default()).await;
    let admin = house.sign_in("admin").await;
    let refused = admin.put("/v1/channels/wecom_app", &json!({ "enabled": true, "token": KEY })).await;
    let mut pointers: Vec<&str> = refused.body["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!((refused.status.as_u16(), pointers), (422, vec!["/agent_id", "/corp_id", "/secret", "/token"]));
    let refused = admin.put("/v1/channels/email", &json!({ "enabled": true })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "state_forbids"), "this house has no relay");
    set_up(&admin, "wecom_app", app()).await;
    set_up(&admin, "dingtalk_robot", json!({ "enabled": false, "token": KEY, "secret": SECRET })).await;
    let all = admin.get("/v1/channels").await;
    assert!(!all.text.contains(SECRET) && !all.text.contains(KEY), "{}", all.text);
    assert_eq!(all.body["items"].as_array().unwrap().len(), 5);
    let mut behind = house.behind().await;
    let kept: Vec<String> = sqlx::query_scalar("select c::text || encode(coalesce(sealed, ''), 'escape') from channels c")
        .fetch_all(&mut behind)
        .await
        .unwrap();
    assert!(kept.iter().all(|row| !row.contains(SECRET) && !row.contains(KEY)), "sealed at rest");
    let refused = admin.put(&format!("/v1/users/{}/addresses", dev::demo::id_of("demo", "rep1")), &json!({ "wecom_app": "@all" })).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/wecom_app");
}
