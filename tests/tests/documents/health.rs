//! The health board: red by timer, and told to the right people.

use dev::demo::{door, id_of, organisation_id};
use reqwest::{Method, header};
use serde_json::{Value, json};
use tests::Person;
use tests::doorstep::{fresh_number, id_in};
use uuid::Uuid;

use crate::ground::{Ground, hours, seconds};

async fn board(person: &Person, query: &str) -> Value {
    person.get(&format!("/v1/boards/health{query}")).await.expect(200)
}

fn names(board: &Value) -> Vec<&str> {
    board["items"].as_array().unwrap().iter().map(|item| item["customer_id"].as_str().unwrap()).collect()
}

async fn customer(person: &Person) -> Uuid {
    id_in(&person.post("/v1/customers", &json!({ "name": format!("客户 {}", fresh_number()) })).await.expect(201))
}

#[tokio::test]
async fn a_new_customer_of_a_rep_turns_red_by_the_timer_and_the_right_people_are_told() {
    let ground = Ground::open().await;
    let id = customer(&ground.rep).await;
    // Nobody has promised to be in touch with what the office enters.
    customer(&ground.supervisor).await;
    ground.pass(hours(72) - seconds(1)).await;
    let before = board(&ground.supervisor, "").await;
    assert_eq!((names(&before), &before["items"][0]["red"]), (vec![id.to_string().as_str()], &json!(false)), "{before:#}");
    assert_eq!((&before["red_after_hours"], &before["watched"], &before["red"]), (&json!(72.0), &json!(1), &json!(0)));
    assert_eq!((&before["items"][0]["was_contacted"], &before["items"][0]["owner_name"]), (&json!(false), &json!("陈晓")));
    assert_eq!(ground.pass(seconds(1)).await, 1);
    assert_eq!(ground.told("customer_silent").await, ["rep1 todo", "supervisor1 card"]);
    let red = board(&ground.supervisor, "?red=true").await;
    assert_eq!((&red["items"][0]["hours_silent"], &red["items"][0]["open_incidents"]), (&json!(72.0), &json!(1)));
    assert_eq!((&red["red"], &red["items"][0]["red_at"]), (&json!(1), &json!(null)));
    assert_eq!(names(&board(&ground.supervisor, "?red=false").await), Vec::<&str>::new());
    // Whoever takes it away stops the clock.
    let gone = ground.supervisor.request(Method::DELETE, &format!("/v1/customers/{id}")).header(header::IF_MATCH, "*");
    assert_eq!(ground.supervisor.send(gone).await.status, 204);
    assert_eq!(names(&board(&ground.supervisor, "").await), Vec::<&str>::new());
    assert_eq!(ground.count("incidents where subject_id = $1 and closed_at is null", id).await, 0);
    assert_eq!(ground.pass(hours(500)).await, 0);
}

#[tokio::test]
async fn an_effective_contact_begins_the_watch_anew_and_the_longest_silence_comes_first() {
    let ground = Ground::open().await;
    let visited = door("demo", 0);
    ground.rep.check_in(&ground.house, &visited).await;
    ground.pass(hours(10)).await;
    let later = customer(&ground.rep).await;
    let all = board(&ground.rep, "").await;
    assert_eq!(names(&all), [visited.customer_id.to_string(), later.to_string()]);
    assert_eq!((&all["items"][0]["was_contacted"], &all["items"][1]["was_contacted"]), (&json!(true), &json!(false)));
    ground.pass(hours(62)).await;
    assert_eq!(names(&board(&ground.rep, "?red=true").await), [visited.customer_id.to_string()]);
    ground.rep.check_in(&ground.house, &visited).await;
    let after = board(&ground.rep, "").await;
    assert_eq!(names(&after), [later.to_string(), visited.customer_id.to_string()], "in touch again");
    assert_eq!(after["red"], json!(0));
    assert_eq!(ground.count("incidents where subject_id = $1 and state = 'resolved'", visited.customer_id).await, 1);
    let first = board(&ground.rep, "?limit=1").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(names(&board(&ground.rep, &format!("?limit=1&cursor={cursor}")).await), [visited.customer_id.to_string()]);
    // Others see what they answer for.
    for (login, seen) in [("supervisor1", 2), ("director1", 2), ("presales1", 2), ("rep2", 0), ("supervisor2", 0)] {
        let person = ground.house.sign_in(login).await;
        assert_eq!(names(&board(&person, "").await).len(), seen, "{login}");
    }
    let abroad = ground.house.sign_in_to("other", "admin").await;
    assert_eq!(names(&board(&abroad, "").await).len(), 0);
    let director = ground.house.sign_in("director1").await;
    for (query, seen) in [
        (format!("?unit_id={}", id_of("demo", "team2")), 0),
        (format!("?unit_id={}", id_of("demo", "team1")), 2),
        (format!("?owner_id={}", id_of("demo", "rep1")), 2),
        (format!("?owner_id={}", id_of("demo", "rep2")), 0),
    ] {
        assert_eq!(names(&board(&director, &query).await).len(), seen, "{query}");
    }
}

#[tokio::test]
async fn openings_and_the_response_of_other_departments_stand_beside_it() {
    let ground = Ground::open().await;
    let visited = door("demo", 0);
    ground.rep.check_in(&ground.house, &visited).await;
    let link = ground.sent(ground.proposal().await).await;
    ground.opens(&link).await;
    ground.opens(&link).await;
    let presales = ground.house.sign_in("presales1").await;
    let asked = json!({ "department": "presales", "customer_id": visited.customer_id, "need": "演示" });
    let handover = id_in(&ground.rep.post("/v1/handovers", &asked).await.expect(201));
    ground.pass(hours(5)).await;
    presales.post(&format!("/v1/handovers/{handover}/answer"), &json!({ "answer": "周四" })).await.expect(200);
    let item = board(&ground.rep, "").await["items"][0].clone();
    assert_eq!(
        (&item["openings"], &item["mean_response_minutes"], &item["open_incidents"]),
        (&json!(2), &json!(300.0), &json!(0)),
        "{item:#}"
    );
    assert!(!item["last_opened_at"].is_null());
    // What was opened long ago says nothing about today.
    ground.pass(hours(31 * 24)).await;
    let later = ground.house.sign_in("rep1").await;
    assert_eq!(board(&later, "").await["items"][0]["openings"], json!(0));
}

/// Customers that have been silent for a minute, two minutes, three minutes and so on.
const MANY: &str = "
    with made as (
        insert into customers (organisation_id, id, unit_id, name, created_at, updated_at)
        select $1, gen_random_uuid(), $2, 'customer ' || n, now(), now() from generate_series(1, 10000) n returning id, name
    ), known as (
        insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, owner_id, history)
        select $1, 'customer', id, name, $2, $3, '{\"visit.counted\": {}}' from made returning subject_id, name
    )
    insert into timers (organisation_id, id, subject_kind, subject_id, code, opened_by, opened_at, since_at, due_at, step, playbook_version)
    select $1, subject_id, 'customer', subject_id, 'customer_silent', subject_id, $4 - n * interval '1 minute', $4, null,
        case when n >= 4320 then 1 else 0 end, 1
    from (select subject_id, substr(name, 10)::int as n from known) k";

#[tokio::test]
async fn of_ten_thousand_customers_the_worst_are_found_at_once() {
    let ground = Ground::open().await;
    let planted = sqlx::query(MANY).bind(organisation_id("demo")).bind(id_of("demo", "team1")).bind(id_of("demo", "rep1"));
    planted.bind(ground.house.now()).execute(&mut ground.house.behind().await).await.unwrap();
    sqlx::query("analyze customers, standings, timers").execute(&mut ground.house.behind().await).await.unwrap();
    for person in [&ground.admin, &ground.supervisor, &ground.rep] {
        let (mut took, mut seen) = (Vec::new(), Value::Null);
        for _ in 0..15 {
            let began = std::time::Instant::now();
            seen = board(person, "").await;
            took.push(began.elapsed());
        }
        took.sort_unstable();
        eprintln!("a page of 50 of 10,000 customers: p50 {:?}", took[took.len() / 2]);
        let first = seen["items"][0]["hours_silent"].as_f64().unwrap();
        assert!((first - 10_000.0 / 60.0).abs() < 0.1, "{first}");
        assert_eq!((seen["items"].as_array().unwrap().len(), &seen["watched"], &seen["red"]), (50, &json!(10_000), &json!(5681)));
    }
}
