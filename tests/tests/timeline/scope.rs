//! Who reads whose story.

use dev::demo::{door, id_of};
use domain::playbook::SubjectKind;
use serde_json::json;

use crate::ground::{Ground, kinds};

#[tokio::test]
async fn leaders_read_everything_of_their_units_and_nothing_of_others() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    for (login, status) in [
        ("director1", 200),
        ("presales1", 200),
        ("operations1", 200),
        ("admin", 200),
        ("supervisor1", 200),
        ("rep1", 200),
        ("supervisor2", 404),
        ("rep2", 404),
    ] {
        let person = ground.house.sign_in(login).await;
        for path in [format!("/v1/customers/{}/timeline", converted.customer), format!("/v1/deals/{}/timeline", converted.deal)] {
            assert_eq!(person.get(&path).await.status, status, "{login} {path}");
        }
    }
    let abroad = ground.house.sign_in_to("other", "admin").await;
    assert_eq!(abroad.get(&format!("/v1/customers/{}/timeline", converted.customer)).await.status, 404);
    assert_eq!(abroad.get(&format!("/v1/deals/{}/timeline", converted.deal)).await.status, 404);
}

#[tokio::test]
async fn of_a_customer_that_units_share_everybody_sees_their_own_work() {
    let ground = Ground::open().await;
    let admin = ground.house.sign_in("admin").await;
    let shared = door("demo", 0);
    let patch = admin.request(reqwest::Method::PATCH, &format!("/v1/customers/{}", shared.customer_id)).header("If-Match", "*");
    admin.send(patch.json(&json!({ "unit_id": id_of("demo", "branch") }))).await.expect(200);
    ground.rep.check_in(&ground.house, &shared).await;
    let path = format!("/v1/customers/{}/timeline?kinds=visit,customer", shared.customer_id);
    for (login, sees) in [("rep1", true), ("supervisor1", true), ("director1", true), ("rep2", false), ("supervisor2", false)] {
        let page = ground.house.sign_in(login).await.get(&path).await.expect(200);
        assert_eq!(kinds(&page).contains(&"visit.submitted"), sees, "{login}");
        assert!(kinds(&page).contains(&"customer.changed"), "{login}");
    }
}

#[tokio::test]
async fn reps_read_of_a_customer_what_they_did_and_what_they_hold() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    let login =
        json!({ "login": "rep9", "name": "新人", "role": "rep", "unit_id": id_of("demo", "team1"), "password": dev::demo::PASSWORD });
    ground.house.sign_in("admin").await.post("/v1/users", &login).await.expect(201);
    let colleague = ground.house.sign_in("rep9").await;
    let path = format!("/v1/customers/{}/timeline?limit=200", converted.customer);
    let seen = colleague.get(&path).await.expect(200);
    assert!(kinds(&seen).iter().all(|kind| kind.starts_with("customer.") || kind.starts_with("contact.")), "{:?}", kinds(&seen));
    assert!(kinds(&ground.rep.get(&path).await.expect(200)).contains(&"deal.created"));
    assert_eq!(colleague.get(&format!("/v1/deals/{}/timeline", converted.deal)).await.status, 404);
    // A lead that is not theirs is not told by its incidents either.
    ground.acts((SubjectKind::Deal, converted.deal), "note.added", json!({ "text": "内部" }), chrono::TimeDelta::zero()).await;
    assert!(!colleague.get(&path).await.text.contains("内部"));
}
