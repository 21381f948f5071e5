//! Whose figures, and pages of what they are made of.

use chrono::Days;
use dev::demo::id_of;
use serde_json::{Value, json};

use crate::ground::Ground;

#[tokio::test]
async fn everybody_is_told_of_their_own_units_and_every_number_can_be_opened() {
    let ground = Ground::open().await;
    for n in 0..5 {
        ground.begun("team1", "rep1", Some(if n < 2 { "chain" } else { "single" })).await;
        ground.hours(1);
    }
    let given = ground.begun("team2", "rep2", None).await;
    let count = async |login: &str, query: &str| {
        let person = ground.house.sign_in(login).await;
        let n = person.get(&format!("/v1/metrics/cycle-time{query}")).await.expect(200)["total"]["n"].as_u64().unwrap();
        let page = person.get(&format!("/v1/metrics/cycle-time/deals{query}")).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len() as u64, n, "{login} {query}");
        n
    };
    let (team1, rep1) = (id_of("demo", "team1"), id_of("demo", "rep1"));
    for (login, query, n) in [
        ("director1", String::new(), 6),
        ("supervisor1", String::new(), 5),
        ("supervisor2", String::new(), 1),
        ("director1", format!("?unit_id={team1}"), 5),
        ("supervisor2", format!("?unit_id={team1}"), 0),
        ("director1", format!("?rep_id={rep1}"), 5),
        ("director1", "?segment=chain".to_owned(), 2),
        ("director1", "?measure=stage&stage=lead_accepted".to_owned(), 6),
        ("director1", "?measure=stage&stage=negotiation".to_owned(), 0),
        ("director1", "?pipeline=lead&measure=stage&stage=confirmed".to_owned(), 0),
    ] {
        assert_eq!(count(login, &query).await, n, "{login} {query}");
    }
    let yesterday = ground.house.now().date_naive().checked_sub_days(Days::new(30)).unwrap();
    assert_eq!(count("director1", &format!("?to={yesterday}")).await, 0);
    assert_eq!(ground.house.sign_in("rep1").await.get("/v1/metrics/cycle-time").await.status, 403);
    let abroad = ground.house.sign_in_to("other", "director1").await;
    assert_eq!(abroad.get("/v1/metrics/cycle-time").await.expect(200)["total"]["n"], json!(0));
    // Who is given a deal is given its time.
    ground.does(given, "deal.changed", json!({ "owner_id": rep1 })).await;
    assert_eq!(count("director1", &format!("?rep_id={rep1}")).await, 6);
    let groups = ground.figures("?group_by=unit").await;
    let names = groups["groups"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(names.len(), 2, "{names:?}");
    let reps = ground.figures("?group_by=rep").await;
    assert_eq!(reps["groups"][0]["name"], "陈晓");
    let director = ground.house.sign_in("director1").await;
    for query in ["group_by=stage", "measure=win&group_by=stage", "measure=stage&group_by=outcome"] {
        let refused = director.get(&format!("/v1/metrics/cycle-time?{query}")).await.expect(400);
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!("?group_by"), &json!("not_allowed")),
            "{query}"
        );
    }
    let months = ground.figures("?group_by=month").await;
    assert_eq!(months["groups"].as_array().unwrap().iter().map(|group| group["figures"]["n"].as_u64().unwrap()).sum::<u64>(), 6);
}

#[tokio::test]
async fn what_a_figure_is_made_of_comes_in_pages() {
    let ground = Ground::open().await;
    for _ in 0..5 {
        ground.begun("team1", "rep1", None).await;
        ground.hours(1);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ground.director.get(&format!("/v1/metrics/cycle-time/deals?limit=2{cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["began_at"].as_str().unwrap().to_owned()));
        match &page["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_by(|a, b| b.cmp(a));
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (5, &sorted));
    for (query, pointer) in [("?stage=negotiation", "?stage"), ("?from=2026-11-20&to=2026-11-01", "?from"), ("?measure=speed", "?measure")]
    {
        let answer = ground.director.get(&format!("/v1/metrics/cycle-time{query}")).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["pointer"]), (400, &json!(pointer)), "{query}: {}", answer.text);
    }
}
