//! A visit that counts is a deed: what waits for it at the customer, and in what the rep works on there, has been done.

use dev::demo::{door, id_of};
use domain::playbook::SubjectKind;
use serde_json::{Value, json};
use store::engine::Kin;
use tests::House;
use tests::doorstep::{id_in, new_id, new_visit, photo_at, visit_at};
use tests::house::Plan;
use uuid::Uuid;

use crate::ground::{acts, ask, begins, catch_up, goes_by, hours, stage_of};

fn at_door() -> Kin {
    Kin { customer_id: Some(door("demo", 0).customer_id), deal_id: None }
}

async fn deal_of(house: &House, login: &str) -> Uuid {
    begins(house, SubjectKind::Deal, at_door(), "deal.created", json!({ "owner_id": id_of("demo", login) })).await
}

async fn counted(house: &House, visit: Uuid) -> i64 {
    ask(house, "select count(*) from actions where kind = 'visit.counted' and subject_id = $1", visit).await
}

#[tokio::test]
async fn a_visit_that_counts_resolves_what_the_customer_waited_for() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep, door) = (house.sign_in("rep1").await, door("demo", 0));
    let visit = rep.check_in(&house, &door).await;
    assert_eq!((visit["status"].as_str(), counted(&house, id_in(&visit)).await), (Some("valid"), 1));
    let owner: Option<Uuid> = ask(&house, "select owner_id from standings where subject_id = $1", door.customer_id).await;
    assert_eq!(owner, Some(id_of("demo", "rep1")), "whoever was there holds it");
    house.advance(hours(72));
    catch_up(&house).await;
    let state = "select state from incidents where code = 'customer_silent' and subject_id = $1";
    assert_eq!(ask::<String>(&house, state, door.customer_id).await, "open");
    let todo: i64 =
        ask(&house, "select count(*) from interventions where code = 'customer_silent_todo' and recipient_id = $1", id_of("demo", "rep1"))
            .await;
    assert_eq!(todo, 1);
    rep.check_in(&house, &door).await;
    assert_eq!(ask::<String>(&house, state, door.customer_id).await, "resolved");
    let open: i64 = ask(
        &house,
        "select count(*) from timers where code = 'customer_silent' and closed_at is null and subject_id = $1",
        door.customer_id,
    )
    .await;
    assert_eq!(open, 1, "and the next silence is watched");
}

#[tokio::test]
async fn it_moves_the_deals_and_leads_that_the_rep_works_on_there_and_no_others() {
    let house = House::open_as(Plan::of_patience()).await;
    goes_by(&house, &[("awaits: [lead.contacted]", "awaits: [lead.contacted, visit.counted]")]).await;
    let (own, colleagues, named) = (deal_of(&house, "rep1").await, deal_of(&house, "rep2").await, deal_of(&house, "rep2").await);
    let owner = json!({ "owner_id": id_of("demo", "rep1") });
    let lead = begins(&house, SubjectKind::Lead, at_door(), "lead.created", json!({})).await;
    for kind in ["lead.assigned", "lead.accepted"] {
        acts(&house, (SubjectKind::Lead, lead), kind, owner.clone()).await;
    }
    house.advance(hours(40));
    let rep = house.sign_in("rep1").await;
    rep.check_in(&house, &door("demo", 0)).await;
    assert_eq!(stage_of(&house, own).await.as_deref(), Some("first_contact"));
    assert_eq!(stage_of(&house, colleagues).await.as_deref(), Some("lead_accepted"));
    house.advance(hours(10));
    catch_up(&house).await;
    let stalled = "select count(*) from incidents where subject_id = $1";
    assert_eq!((ask::<i64>(&house, stalled, lead).await, ask::<i64>(&house, stalled, colleagues).await), (0, 1));
    // A deal that is named is the one that it was about, whoever holds it.
    let photo = rep.upload(&photo_at(&house, &door("demo", 0))).await;
    let mut visit = visit_at(&house, &door("demo", 0), &[photo]);
    visit["deal_id"] = json!(named);
    assert_eq!(rep.put(&new_visit(), &visit).await.expect(201)["status"], "valid");
    assert_eq!(stage_of(&house, named).await.as_deref(), Some("first_contact"));
    let owner: Option<Uuid> = ask(&house, "select owner_id from standings where subject_id = $1", named).await;
    assert_eq!(owner, Some(id_of("demo", "rep2")));
}

#[tokio::test]
async fn it_counts_once_when_it_begins_to_count_and_as_of_when_it_happened() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let path = new_visit();
    let (visit, began_at) = (path.rsplit('/').next().unwrap().parse::<Uuid>().unwrap(), house.now());
    assert_eq!(rep.put(&path, &visit_at(&house, &door("demo", 0), &[])).await.expect(201)["status"], "invalid");
    assert_eq!(counted(&house, visit).await, 0);
    house.advance(hours(5));
    for decision in ["valid", "invalid", "valid"] {
        let decision = json!({ "decision": decision, "reason": "已电话核实" });
        supervisor.post(&format!("{path}/review"), &decision).await.expect(200);
    }
    assert_eq!(counted(&house, visit).await, 1);
    let opened_at: chrono::DateTime<chrono::Utc> =
        ask(&house, "select opened_at from timers where code = 'customer_silent' and subject_id = $1", door("demo", 0).customer_id).await;
    assert_eq!(opened_at, began_at);
}

#[tokio::test]
async fn batches_that_meet_at_the_same_doors_do_not_stand_in_each_others_way() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    let doors = [door("demo", 0), door("demo", 2), door("demo", 4)];
    for _ in 0..3 {
        let mut visits = Vec::new();
        for door in doors.iter().chain(doors.iter().rev()) {
            let photo = rep.upload(&photo_at(&house, door)).await;
            let mut visit = visit_at(&house, door, &[photo]);
            visit["id"] = json!(new_id());
            visits.push(visit);
        }
        let (there, back) = visits.split_at(doors.len());
        let batch = |visits: &[Value]| json!({ "visits": visits });
        let (there, back) = (batch(there), batch(back));
        let (there, back) = tokio::join!(rep.post("/v1/visits:batch", &there), rep.post("/v1/visits:batch", &back));
        for answer in [there.expect(200), back.expect(200)] {
            assert!(answer["results"].as_array().unwrap().iter().all(|result| result["status"] == 201), "{answer:#}");
        }
        house.advance(hours(1));
    }
}

#[tokio::test]
async fn conditions_read_what_lies_in_other_rooms() {
    let house = House::open().await;
    let deal = deal_of(&house, "rep1").await;
    let about = (SubjectKind::Deal, deal);
    let fields = json!({ "fields": { "pain": "断货", "current_solution": "自采", "time_frame": "下月", "customer_confirmed": true } });
    house.sign_in("rep1").await.check_in(&house, &door("demo", 0)).await;
    acts(&house, about, "deal.needs_recorded", fields).await;
    assert_eq!(stage_of(&house, deal).await.as_deref(), Some("needs_confirmed"));
    for role in ["economic_buyer", "user_buyer", "technical_buyer"] {
        acts(&house, about, "deal.contact_added", json!({ "decision_role": role })).await;
    }
    assert_eq!(stage_of(&house, deal).await.as_deref(), Some("needs_confirmed"), "the economic buyer was not reached");
    acts(&house, about, "meeting.held", json!({ "roles": ["economic_buyer"] })).await;
    assert_eq!(stage_of(&house, deal).await.as_deref(), Some("chain_mapped"));
    for kind in ["deal.quotation_sent", "deal.terms_discussed"] {
        acts(&house, about, kind, json!({})).await;
    }
    assert_eq!(stage_of(&house, deal).await.as_deref(), Some("chain_mapped"), "nobody has seen the quotation");
    let of_deal = Kin { deal_id: Some(deal), ..at_door() };
    let document = begins(&house, SubjectKind::Document, of_deal, "document.shared", json!({ "purpose": "quotation" })).await;
    acts(&house, (SubjectKind::Document, document), "document.opened", json!({ "seconds": 40 })).await;
    assert_eq!(stage_of(&house, deal).await.as_deref(), Some("negotiation"), "the opening moves the deal by itself");
}

#[tokio::test]
async fn a_visit_that_is_overturned_lets_the_silence_count_from_the_contact_before() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep, supervisor, door) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, door("demo", 0));
    let began_at = house.now();
    rep.check_in(&house, &door).await;
    house.advance(hours(40));
    let second = id_in(&rep.check_in(&house, &door).await);
    house.advance(hours(10));
    let opened = "select opened_at from timers where code = 'customer_silent' and closed_at is null and subject_id = $1";
    let opened_at = async || ask::<chrono::DateTime<chrono::Utc>>(&house, opened, door.customer_id).await;
    assert_eq!(opened_at().await, began_at + hours(40));
    let review = async |decision: &str| {
        let decision = json!({ "decision": decision, "reason": "照片不是门店" });
        supervisor.post(&format!("/v1/visits/{second}/review"), &decision).await.expect(200);
    };
    review("invalid").await;
    assert_eq!(opened_at().await, began_at, "from the first visit again");
    assert_eq!(ask::<i64>(&house, "select count(*) from actions where kind = 'visit.overturned' and subject_id = $1", second).await, 1);
    review("valid").await;
    assert_eq!(opened_at().await, began_at + hours(40), "and back");
    review("invalid").await;
    house.advance(hours(22));
    catch_up(&house).await;
    let raised: i64 =
        ask(&house, "select count(*) from incidents where code = 'customer_silent' and subject_id = $1", door.customer_id).await;
    assert_eq!(raised, 1, "72 hours after the first");
    assert!(!ask::<bool>(&house, "select late from incidents where subject_id = $1", door.customer_id).await);
}
