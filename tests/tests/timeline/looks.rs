//! Who looked at what.

use chrono::TimeDelta;
use dev::demo::{door, id_of};
use domain::playbook::SubjectKind;
use serde_json::{Value, json};
use tests::Person;

use crate::ground::Ground;

async fn looks(person: &Person, path: &str) -> Vec<Value> {
    person.get(path).await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn whoever_reads_a_story_is_written_down_once_in_ten_minutes() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    let (admin, path) = (ground.house.sign_in("admin").await, format!("/v1/customers/{}/timeline", converted.customer));
    for query in ["", "?limit=1", "?kinds=visit"] {
        ground.director.get(&format!("{path}{query}")).await.expect(200);
    }
    // Whoever holds it looks at their own.
    ground.rep.get(&format!("/v1/deals/{}/timeline", converted.deal)).await.expect(200);
    let seen = looks(&admin, &format!("/v1/looks?subject_id={}", converted.customer)).await;
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert_eq!(
        (&seen[0]["viewer_name"], &seen[0]["viewer_role"], &seen[0]["what"]),
        (&json!("郑岚"), &json!("director"), &json!("timeline"))
    );
    assert!(seen[0]["reason"].is_null());
    ground.director.get(&format!("{path}?reason=季度复盘")).await.expect(200);
    ground.pass(11);
    ground.director.get(&path).await.expect(200);
    assert_eq!(looks(&admin, &format!("/v1/looks?subject_id={}", converted.customer)).await.len(), 3);
    let reasons = looks(&admin, "/v1/looks?what=timeline").await;
    assert!(reasons.iter().any(|look| look["reason"] == "季度复盘"));
    // A page of one, and on from there.
    let first = admin.get("/v1/looks?limit=1").await.expect(200);
    let rest = looks(&admin, &format!("/v1/looks?cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!(rest.len(), looks(&admin, "/v1/looks").await.len() - 1);
}

#[tokio::test]
async fn reps_see_who_looked_at_their_visits_and_photos_and_nobody_elses() {
    let ground = Ground::open().await;
    let door = door("demo", 0);
    let visit = ground.rep.check_in(&ground.house, &door).await;
    let photo = visit["photo_ids"][0].as_str().unwrap().to_owned();
    sqlx::query("update photos set thumbnail_key = object_key").execute(&mut ground.house.behind().await).await.unwrap();
    let paths = [format!("/v1/visits/{}", visit["id"].as_str().unwrap()), format!("/v1/photos/{photo}/content")];
    for path in &paths {
        assert_eq!(ground.rep.get(path).await.status, 200, "{path}");
    }
    assert!(looks(&ground.rep, "/v1/me/looks").await.is_empty(), "one's own looks are nobody's affair");
    for path in &paths {
        assert_eq!(ground.supervisor.get(path).await.status, 200, "{path}");
        assert_eq!(ground.supervisor.get(path).await.status, 200, "{path}");
    }
    let mut seen = looks(&ground.rep, "/v1/me/looks").await;
    seen.sort_by_key(|look| look["what"].as_str().unwrap().to_owned());
    assert_eq!(seen.iter().map(|look| look["what"].as_str().unwrap()).collect::<Vec<_>>(), ["photo", "visit"]);
    assert!(seen.iter().all(|look| look["viewer_id"] == json!(id_of("demo", "supervisor1"))));
    let others = ground.house.sign_in("rep2").await;
    assert!(looks(&others, "/v1/me/looks").await.is_empty());
    for login in ["rep1", "supervisor1", "director1", "operations1"] {
        assert_eq!(ground.house.sign_in(login).await.get("/v1/looks").await.status, 403, "{login}");
    }
    let admin = ground.house.sign_in("admin").await;
    assert_eq!(looks(&admin, &format!("/v1/looks?about_user_id={}", id_of("demo", "rep1"))).await.len(), 2);
    let abroad = ground.house.sign_in_to("other", "admin").await;
    assert!(looks(&abroad, "/v1/looks").await.is_empty());
}

#[tokio::test]
async fn the_log_of_a_lead_or_a_deal_is_masked_for_whoever_does_not_hold_it_and_their_look_is_written_down() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    ground.acts((SubjectKind::Deal, converted.deal), "note.added", json!({ "text": "王芳说打13912345678" }), TimeDelta::zero()).await;
    let lead = ground.rep.get("/v1/leads").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let admin = ground.house.sign_in("admin").await;
    let key = json!({ "name": "crm", "scopes": ["leads:read", "deals:read"], "unit_id": id_of("demo", "branch") });
    let crm = admin.with_token(admin.post("/v1/api-keys", &key).await.expect(201)["secret"].as_str().unwrap());
    for (path, of, word, key) in [
        (format!("/v1/leads/{lead}/actions"), lead.clone(), "lead.contacted", "words"),
        (format!("/v1/deals/{}/actions", converted.deal), converted.deal.to_string(), "note.added", "text"),
    ] {
        let said = async |person: &Person| {
            let page = person.get(&path).await.expect(200);
            let entry = page["items"].as_array().unwrap().iter().find(|entry| entry["kind"] == word).unwrap().clone();
            (entry["data"][key].as_str().unwrap().to_owned(), page.to_string())
        };
        for holder in [&ground.rep, &crm] {
            assert!(said(holder).await.0.starts_with("王芳说打13912345678"), "{path}");
        }
        for login in ["supervisor1", "director1", "presales1", "admin"] {
            let (words, page) = said(&ground.house.sign_in(login).await).await;
            assert!(words.starts_with("王*说打139****5678"), "{login} {path}: {words}");
            assert!(!page.contains("13912345678") && !page.contains("王芳"), "{login} {path}");
        }
        ground.director.get(&format!("{path}?reason=季度复盘")).await.expect(200);
        let seen = looks(&admin, &format!("/v1/looks?subject_id={of}")).await;
        let mut roles = seen.iter().map(|look| look["viewer_role"].as_str().unwrap()).collect::<Vec<_>>();
        roles.sort_unstable();
        assert_eq!(roles, ["admin", "director", "director", "integrator", "presales", "supervisor"], "{path}");
        assert!(seen.iter().any(|look| look["reason"] == "季度复盘") && seen.iter().all(|look| look["what"] == "timeline"));
        let own = looks(&ground.rep, "/v1/me/looks?limit=200").await;
        assert_eq!(own.iter().filter(|look| look["subject_id"] == json!(of)).count(), 6, "the rep concerned sees them: {path}");
    }
}
