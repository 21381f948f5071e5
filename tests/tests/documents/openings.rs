//! Which looks at a document are openings by a person.

use chrono::TimeDelta;
use dev::demo::organisation_id;
use reqwest::{Method, header};
use serde_json::json;
use store::Scope;
use store::sweep::{self, Leavings};

use crate::ground::{BROWSER, Ground, nonce, seconds};

#[tokio::test]
async fn a_look_of_three_seconds_counts_and_those_within_half_an_hour_are_one() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    ground.looks(&link, BROWSER, TimeDelta::milliseconds(2999)).await;
    assert_eq!(ground.counted(document).await, (0, 1), "too short");
    ground.looks(&link, BROWSER, seconds(3)).await;
    assert_eq!(ground.counted(document).await, (1, 2));
    ground.house.advance(TimeDelta::minutes(29));
    ground.looks(&link, BROWSER, seconds(20)).await;
    assert_eq!(ground.counted(document).await, (1, 3), "the same person is still at it");
    ground.house.advance(TimeDelta::minutes(1));
    ground.looks(&link, BROWSER, seconds(20)).await;
    assert_eq!(ground.counted(document).await, (2, 4));
    let hits = ground.rep.get(&format!("/v1/document-links/{}/hits", link.id)).await.expect(200);
    let outcomes = hits["items"].as_array().unwrap().iter().map(|hit| hit["outcome"].as_str().unwrap());
    assert_eq!(outcomes.collect::<Vec<_>>(), ["counted", "repeated", "counted", "too_soon"]);
    assert_eq!((&hits["items"][0]["network"], &hits["items"][0]["doubt"]), (&json!("127.0.0.0/24"), &json!(null)));
    let opened = "actions a join document_links l on l.sharing_id = a.subject_id where a.kind = 'document.opened' and a.actor_id is null and l.id = $1";
    assert_eq!(ground.count(opened, link.id).await, 2, "the log tells of what was counted, and of nothing else");
}

#[tokio::test]
async fn calls_that_were_nobodys_are_forgotten_in_the_end_and_openings_are_not() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    ground.opens(&link).await;
    ground.visit(&link.path, "curl/8.5.0").await;
    let mut tx = ground.house.front.db.begin(&Scope::house(organisation_id("demo"))).await.unwrap();
    let long_ago = ground.house.now() - TimeDelta::days(1);
    assert_eq!(sweep::remove(&mut tx, Leavings::DocumentHits, long_ago, 10).await.unwrap(), 0);
    let soon = ground.house.now() + TimeDelta::seconds(1);
    assert!(sweep::remove(&mut tx, Leavings::DocumentHits, soon, 10).await.unwrap() > 0);
    tx.commit().await.unwrap();
    assert_eq!(ground.count("document_hits where link_id = $1", link.id).await, 1);
    assert_eq!(ground.count("document_openings where link_id = $1", link.id).await, 1);
}

#[tokio::test]
async fn a_page_speaks_once_for_itself_and_not_for_others() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let (link, other) = (ground.sent(document).await, ground.sent(document).await);
    let page = ground.visit(&link.path, BROWSER).await;
    ground.house.advance(seconds(5));
    let said = json!({ "nonce": nonce(&page.text), "visible_ms": 5000 });
    assert_eq!(ground.say(&other, BROWSER, &said).await, 204);
    assert_eq!(ground.say(&link, BROWSER, &json!({ "nonce": "made-up", "visible_ms": 5000 })).await, 204);
    assert_eq!(ground.say(&link, BROWSER, &json!("nonsense")).await, 204);
    assert_eq!(ground.count("document_openings where sharing_id is not null and $1 is not null", link.id).await, 0);
    assert_eq!(ground.say(&link, BROWSER, &json!({ "nonce": nonce(&page.text), "visible_ms": 1e300 })).await, 204);
    assert_eq!(ground.count("document_openings where link_id = $1", link.id).await, 1);
    ground.house.advance(TimeDelta::minutes(40));
    ground.say(&link, BROWSER, &said).await;
    assert_eq!(ground.count("document_openings where link_id = $1", link.id).await, 1, "it has spoken");
}

#[tokio::test]
async fn scanners_and_previews_raise_no_opening() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    // What only fetches is never counted, whatever it calls itself.
    for _ in 0..3 {
        ground.visit(&link.path, BROWSER).await;
        ground.visit(&format!("{}/file", link.path), BROWSER).await;
        ground.house.advance(TimeDelta::minutes(31));
    }
    // What runs the page's script as well is known by its name, or by what it says.
    for agent in [
        "Mozilla/5.0 (compatible; DingTalkBot-LinkService/1.0)",
        "Mozilla/5.0 (compatible; FeishuBot/1.0)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 HeadlessChrome/131.0.0.0 Safari/537.36",
        "SafeLinks/1.0",
        "curl/8.5.0",
    ] {
        ground.looks(&link, agent, seconds(10)).await;
        ground.house.advance(TimeDelta::minutes(31));
    }
    let driven = ground.visit(&link.path, BROWSER).await;
    ground.house.advance(seconds(5));
    ground.say(&link, BROWSER, &json!({ "nonce": nonce(&driven.text), "visible_ms": 5000, "automated": true })).await;
    let head = ground.stranger(Method::HEAD, &link.path, BROWSER).send().await.unwrap();
    assert_eq!(head.status(), 200);
    let prefetched = ground.stranger(Method::GET, &link.path, BROWSER).header("Sec-Purpose", "prefetch").send().await.unwrap();
    ground.house.advance(seconds(5));
    let said = json!({ "nonce": nonce(&prefetched.text().await.unwrap()), "visible_ms": 5000 });
    ground.say(&link, BROWSER, &said).await;
    let nameless = ground.house.http.get(format!("{}{}", ground.house.url, link.path)).header(header::USER_AGENT, "");
    nameless.send().await.unwrap();
    assert_eq!(ground.counted(document).await.0, 0);
    assert_eq!(ground.count("actions where kind = 'document.opened' and $1 is not null", link.id).await, 0);
    assert_eq!(ground.told("opened_and_not_signed").await, Vec::<String>::new());
    // And a person is not kept from being counted by all of that.
    ground.opens(&link).await;
    assert_eq!(ground.counted(document).await.0, 1);
}

#[tokio::test]
async fn whatever_is_taken_for_a_machine_says_why() {
    let ground = Ground::open().await;
    let link = ground.sent(ground.proposal().await).await;
    let silent = ground.visit(&link.path, BROWSER).await;
    ground.house.advance(seconds(5));
    // The page was asked for with a language, and what speaks for it has none.
    let request = ground.house.http.post(format!("{}{}/seen", ground.house.url, link.path)).header(header::USER_AGENT, BROWSER);
    let said = json!({ "nonce": nonce(&silent.text), "visible_ms": 5000 });
    assert_eq!(request.json(&said).send().await.unwrap().status(), 204);
    let driven = ground.visit(&link.path, BROWSER).await;
    ground.house.advance(seconds(5));
    ground.say(&link, BROWSER, &json!({ "nonce": nonce(&driven.text), "visible_ms": 5000, "automated": true })).await;
    let fetched = ground.stranger(Method::GET, &link.path, BROWSER).header("Purpose", "navigate").header("Sec-Purpose", "prefetch");
    let fetched = nonce(&fetched.send().await.unwrap().text().await.unwrap());
    ground.house.advance(seconds(5));
    ground.say(&link, BROWSER, &json!({ "nonce": fetched, "visible_ms": 5000, "automated": true })).await;
    let hits = ground.rep.get(&format!("/v1/document-links/{}/hits", link.id)).await.expect(200);
    let told = hits["items"].as_array().unwrap().iter().map(|hit| (hit["outcome"].as_str().unwrap(), hit["doubt"].as_str().unwrap()));
    assert_eq!(told.collect::<Vec<_>>(), [("machine", "prefetch"), ("machine", "automated"), ("machine", "no_language")]);
}

#[tokio::test]
async fn of_two_pages_that_speak_at_once_one_counts() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    let mut pages = Vec::new();
    for _ in 0..8 {
        pages.push(nonce(&ground.visit(&link.path, BROWSER).await.text));
    }
    ground.house.advance(seconds(5));
    let said = pages.iter().map(|nonce| json!({ "nonce": nonce, "visible_ms": 5000 })).collect::<Vec<_>>();
    futures_util::future::join_all(said.iter().map(|said| ground.say(&link, BROWSER, said))).await;
    assert_eq!(ground.counted(document).await, (1, 8));
}
