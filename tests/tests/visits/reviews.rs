//! After the verdict: reviews, appeals, more photos, newer rules. Every change stands beside what was before.

use dev::demo::door;
use dev::photo::Variant;
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::{code_of, id_in, new_visit, odd_photo_at, photo_at, photo_spec, visit_at};
use tests::house::Plan;
use tests::{House, Person};

use crate::assert_replayable;

async fn verdicts(who: &Person, visit: &Value) -> Vec<Value> {
    who.get(&format!("/v1/visits/{}/verdicts", id_in(visit))).await.expect(200)["items"].as_array().unwrap().clone()
}

async fn inbox(who: &Person) -> Vec<Value> {
    who.get("/v1/inbox?open=true").await.expect(200)["items"].as_array().unwrap().clone()
}

async fn with_photo(house: &House, rep: &Person, variant: Variant) -> Value {
    let here = door("demo", 0);
    let photo = rep.upload(&odd_photo_at(house, &here, variant)).await;
    rep.put(&new_visit(), &visit_at(house, &here, &[photo])).await.expect(201)
}

#[tokio::test]
async fn a_supervisor_settles_what_the_engine_left_open() {
    let house = House::open().await;
    let (rep, supervisor, director) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("director1").await);
    let visit = with_photo(&house, &rep, Variant::CoarseAccuracy).await;
    let path = format!("/v1/visits/{}", id_in(&visit));
    assert_eq!(visit["status"], "review");
    assert_eq!(supervisor.get("/v1/visits").await.expect(200)["items"], json!([]), "not counted yet");
    assert_eq!(supervisor.get("/v1/visits?status=review").await.expect(200)["items"][0]["id"], visit["id"]);
    let decision = json!({ "decision": "valid", "reason": "已电话核实，客户确认当天到访" });
    assert_eq!(director.post(&format!("{path}/review"), &decision).await.status, 403, "directors read");
    let decided = supervisor.post(&format!("{path}/review"), &decision).await.expect(200);
    assert_eq!((&decided["status"], &decided["verdict"]["cause"]), (&json!("valid"), &json!("reviewed")));
    // The same again is no third verdict, and who has not seen the second one decides nothing.
    supervisor.post(&format!("{path}/review"), &decision).await.expect(200);
    let other = json!({ "decision": "invalid", "reason": "客户说没有人来过" });
    let stale = supervisor.request(Method::POST, &format!("{path}/review")).header("if-match", "\"1\"").json(&other);
    let stale = supervisor.send(stale).await;
    assert_eq!((stale.status.as_u16(), stale.code()), (412, "version_differs"));
    let all = verdicts(&rep, &visit).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[0], visit["verdict"], "what was before stands as it was");
    assert_eq!((&all[1]["reason"], &all[1]["judged_by"]), (&decision["reason"], &json!(dev::demo::id_of("demo", "supervisor1"))));
    assert_eq!(supervisor.get("/v1/visits").await.expect(200)["items"][0]["id"], visit["id"], "now it counts");
    let told = inbox(&rep).await;
    assert_eq!((told.len(), &told[0]["code"], &told[0]["data"]["to"]), (1, &json!("verdict_changed"), &json!("valid")));
    let noted = format!("/v1/inbox/{}/acknowledge", id_in(&told[0]));
    for _ in 0..2 {
        assert_eq!(rep.post(&noted, &json!({})).await.status, 204);
    }
    assert_eq!(inbox(&rep).await.len(), 0);
}

#[tokio::test]
async fn an_appeal_goes_to_the_supervisor_and_comes_back_decided() {
    let house = House::open().await;
    let (rep, supervisor, other) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("supervisor2").await);
    let visit = with_photo(&house, &rep, Variant::StrippedGps).await;
    let path = format!("/v1/visits/{}", id_in(&visit));
    let appeal = json!({ "reason": "照片是微信转发的，人确实在门口" });
    for _ in 0..2 {
        let appealed = rep.post(&format!("{path}/appeal"), &appeal).await.expect(200);
        assert!(appealed["appealed_at"].is_string() && appealed["status"] == "invalid");
    }
    let in_other_words = rep.post(&format!("{path}/appeal"), &json!({ "reason": "另一个理由" })).await;
    assert_eq!((in_other_words.status.as_u16(), in_other_words.code()), (409, "state_forbids"));
    let waiting = inbox(&supervisor).await;
    assert_eq!((waiting.len(), &waiting[0]["code"], &waiting[0]["visit_id"]), (1, &json!("visit_appealed"), &visit["id"]));
    assert_eq!(inbox(&other).await.len(), 0, "the other team's supervisor has nothing to do with it");
    let appealed = &supervisor.get("/v1/visits?status=all&appealed=true").await.expect(200)["items"][0];
    assert_eq!((&appealed["id"], &appealed["appeal_reason"]), (&visit["id"], &appeal["reason"]));
    let decision = json!({ "decision": "valid", "reason": "门店监控可见" });
    let decided = supervisor.post(&format!("{path}/review"), &decision).await.expect(200);
    assert_eq!((&decided["status"], &decided["appealed_at"]), (&json!("valid"), &Value::Null));
    assert_eq!(inbox(&rep).await.len(), 1);
    let pointless = rep.post(&format!("{path}/appeal"), &appeal).await;
    assert_eq!((pointless.status.as_u16(), pointless.code()), (409, "state_forbids"), "it counts already");
    // A decision that does not change the verdict still answers the appeal.
    let second = with_photo(&house, &rep, Variant::Redacted).await;
    let path = format!("/v1/visits/{}", id_in(&second));
    rep.post(&format!("{path}/appeal"), &appeal).await.expect(200);
    supervisor.post(&format!("{path}/review"), &json!({ "decision": "invalid", "reason": "监控中没有看到" })).await.expect(200);
    assert_eq!(inbox(&rep).await.len(), 2);
}

#[tokio::test]
async fn a_supervisor_may_overrule_what_counted_and_the_engine_does_not_take_it_back() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let visit = rep.check_in(&house, &door("demo", 0)).await;
    let path = format!("/v1/visits/{}", id_in(&visit));
    let decided = supervisor.post(&format!("{path}/review"), &json!({ "decision": "invalid", "reason": "客户否认到访" })).await.expect(200);
    assert_eq!(decided["status"], "invalid");
    assert_eq!(supervisor.get("/v1/visits").await.expect(200)["items"], json!([]));
    let board = supervisor.get("/v1/boards/visits").await.expect(200);
    assert_eq!(board["totals"]["left_out_by_code"], json!({ "reviewed": 1 }));
    let more = rep.upload(&photo_at(&house, &door("demo", 0))).await;
    let refused = rep.post(&format!("{path}/photos"), &json!({ "photo_ids": [more] })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "state_forbids"));
    let after = rep.get(&path).await.expect(200);
    assert_eq!((&after["status"], &after["verdict"]["cause"]), (&json!("invalid"), &json!("reviewed")), "a person's word stands");
}

#[tokio::test]
async fn a_better_photo_makes_the_visit_count() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let visit = with_photo(&house, &rep, Variant::Redacted).await;
    let path = format!("/v1/visits/{}/photos", id_in(&visit));
    let better = rep.upload(&photo_at(&house, &here)).await;
    let after = rep.post(&path, &json!({ "photo_ids": [better] })).await.expect(200);
    assert_eq!(
        (&after["status"], &after["verdict"]["cause"], &after["verdict"]["seq"]),
        (&json!("valid"), &json!("photo_added"), &json!(2))
    );
    assert_eq!(rep.post(&path, &json!({ "photo_ids": [better] })).await.expect(200), after, "adding it again changes nothing");
    let all = verdicts(&rep, &visit).await;
    assert_eq!((all.len(), &all[0]), (2, &visit["verdict"]));
    // One that is still on its way leaves the verdict in force.
    let bytes = photo_at(&house, &here);
    let late = id_in(&rep.declare(&bytes).await);
    let waiting = rep.post(&path, &json!({ "photo_ids": [late] })).await.expect(200);
    assert_eq!((&waiting["status"], &waiting["verdict"]["seq"]), (&json!("valid"), &json!(2)));
    rep.send_content(late, &bytes).await.expect(200);
    assert_eq!(verdicts(&rep, &visit).await.len(), 3);
    let too_many: Vec<_> = (0..8).map(|_| tests::doorstep::new_id()).collect();
    rep.post(&path, &json!({ "photo_ids": too_many })).await.expect(422);
    assert_replayable(&house).await;
}

#[tokio::test]
async fn after_a_supervisors_decision_a_photo_comes_with_an_appeal() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let visit = with_photo(&house, &rep, Variant::CoarseAccuracy).await;
    let path = format!("/v1/visits/{}", id_in(&visit));
    let decision = json!({ "decision": "invalid", "reason": "照片里不是这家店" });
    supervisor.post(&format!("{path}/review"), &decision).await.expect(200);
    let better = rep.upload(&photo_at(&house, &door("demo", 0))).await;
    let more = json!({ "photo_ids": [better] });
    let refused = rep.post(&format!("{path}/photos"), &more).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "state_forbids"));
    // What the visit had before may be sent again: nothing changes.
    rep.post(&format!("{path}/photos"), &json!({ "photo_ids": visit["photo_ids"] })).await.expect(200);
    rep.post(&format!("{path}/appeal"), &json!({ "reason": "门头换了，新照片里看得到" })).await.expect(200);
    let kept = rep.post(&format!("{path}/photos"), &more).await.expect(200);
    assert_eq!((&kept["status"], kept["photo_ids"].as_array().unwrap().len()), (&json!("invalid"), 2), "the supervisor decides");
}

#[tokio::test]
async fn newer_rules_judge_again_beside_the_old_verdict_when_asked() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep, supervisor, admin) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("admin").await);
    let here = door("demo", 0);
    let mut spec = photo_spec(&house, &here);
    // 400 m to the north.
    spec.lat += 0.0036;
    let photo = rep.upload(&spec.encode().unwrap()).await;
    let visit = rep.put(&new_visit(), &visit_at(&house, &here, &[photo])).await.expect(201);
    assert_eq!(code_of(&visit, "fence"), "outside_fence");
    let wider = admin.request(Method::PUT, "/v1/visit-rules").header("If-Match", "1").json(&json!({ "fence_m": 500.0 }));
    let rules = admin.send(wider).await.expect(200);
    let path = format!("/v1/visits/{}", id_in(&visit));
    assert_eq!(rep.get(&path).await.expect(200)["verdict"], visit["verdict"], "new rules do not reach back by themselves");
    let again = supervisor.post(&format!("{path}/re-evaluate"), &json!({})).await.expect(200);
    assert_eq!((&again["status"], &again["verdict"]["cause"]), (&json!("valid"), &json!("re_evaluated")));
    assert_eq!(again["verdict"]["rules_version"], rules["rules_version"]);
    assert_ne!(again["verdict"]["rules_version"], visit["verdict"]["rules_version"]);
    let all = verdicts(&rep, &visit).await;
    assert_eq!((all.len(), &all[0]), (2, &visit["verdict"]));
    assert_replayable(&house).await;
}
