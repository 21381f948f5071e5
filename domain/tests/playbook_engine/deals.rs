//! The eight action nodes of a deal.

use domain::people::Role;
use domain::playbook::{ClauseState, Effect, FactName, PlacementRefused, SubjectKind, Value as Known, explain, explain_entry, may_place};
use serde_json::json;

use super::desk::{Desk, hours, minutes};

fn deal() -> Desk {
    let mut desk = Desk::of(SubjectKind::Deal);
    desk.act("deal.created");
    desk
}

fn placed(desk: &mut Desk, stage: &str, reason: &str) {
    let mut action = desk.action("deal.moved", &json!({"to": stage, "reason": reason}), desk.now);
    action.actor_role = Some(Role::Supervisor);
    desk.take(&action);
}

#[test]
fn solution_comparison_needs_the_tick_and_the_attachment_in_either_order_and_starts_with_the_later() {
    let tick = json!({"fields": {"quotation_asked": true}});
    let file = json!({"fields": {"attachments": ["file-1"]}});
    for (first, second) in [(&tick, &file), (&file, &tick)] {
        let mut desk = deal();
        desk.pass(hours(1)).act_with("deal.changed", first);
        assert_eq!(desk.stage(), "lead_accepted");
        desk.pass(hours(3)).act_with("deal.changed", second);
        assert_eq!(desk.way.last().unwrap(), &("solution_comparison".to_owned(), desk.now));
        assert_eq!(desk.heard(), ["competitor_answers push→owner"]);
    }
}

#[test]
fn the_later_instant_counts_also_when_the_phone_told_it_first() {
    let mut desk = deal();
    let (ticked, uploaded) = (desk.now + hours(1), desk.now + hours(2));
    desk.pass(hours(8)).act_late("deal.changed", &json!({"fields": {"attachments": ["file-1"]}}), uploaded);
    desk.pass(hours(1)).act_late("deal.changed", &json!({"fields": {"quotation_asked": true}}), ticked);
    assert_eq!(desk.way.last().unwrap(), &("solution_comparison".to_owned(), uploaded));
    assert_eq!(desk.timer("deal_stalled").unwrap().due_at, uploaded + hours(48));
}

#[test]
fn half_of_it_is_not_enough() {
    for fields in [
        json!({"quotation_asked": true}),
        json!({"attachments": ["file-1"]}),
        json!({"quotation_asked": false, "attachments": ["file-1"]}),
        json!({"quotation_asked": true, "attachments": []}),
        json!({"quotation_asked": "true", "attachments": ["file-1"]}),
    ] {
        let mut desk = deal();
        desk.act_with("deal.changed", &json!({"fields": fields}));
        assert_eq!(desk.stage(), "lead_accepted", "{fields}");
    }
}

#[test]
fn what_was_unticked_again_does_not_count() {
    let mut desk = deal();
    desk.act_with("deal.changed", &json!({"fields": {"quotation_asked": true}})).pass(minutes(1));
    desk.act_with("deal.changed", &json!({"fields": {"quotation_asked": null}})).pass(minutes(1));
    let before = desk.now - hours(3);
    desk.act_late("deal.changed", &json!({"fields": {"quotation_asked": true}}), before);
    desk.act_with("deal.changed", &json!({"fields": {"attachments": ["file-1"]}}));
    assert_eq!(desk.stage(), "lead_accepted");
}

#[test]
fn a_deal_walks_through_all_eight_nodes() {
    let mut desk = deal();
    desk.act_with("call.answered", &json!({"seconds": 59}));
    assert_eq!(desk.stage(), "lead_accepted");
    desk.act_with("call.answered", &json!({"seconds": 60}));
    assert_eq!(desk.stage(), "first_contact");
    desk.act("visit.counted").act_with("deal.needs_recorded", &json!({"fields": {"pain": "贵", "current_solution": "手工"}}));
    desk.act_with("deal.changed", &json!({"fields": {"customer_confirmed": true}}));
    assert_eq!(desk.stage(), "first_contact");
    desk.act_with("deal.changed", &json!({"fields": {"budget_band": "above_500k"}}));
    assert_eq!(desk.stage(), "needs_confirmed");
    let roles = ["economic_buyer", "user_buyer", "coach"].map(str::to_owned).to_vec();
    desk.facts.known.insert(FactName::ContactRoles, Known::Texts(roles));
    desk.act("deal.contact_added");
    assert_eq!(desk.stage(), "needs_confirmed");
    desk.act_with("deal.changed", &json!({"fields": {"economic_buyer_meeting_on": "2026-12-01"}}));
    assert_eq!(desk.stage(), "chain_mapped");
    desk.act_with("deal.demo_held", &json!({"roles": ["coach"], "has_minutes": true}));
    desk.act_with("deal.demo_held", &json!({"roles": ["coach", "user_buyer"]}));
    assert_eq!(desk.stage(), "chain_mapped");
    desk.act_with("deal.demo_held", &json!({"roles": ["coach", "user_buyer"], "has_minutes": true}));
    assert_eq!(desk.stage(), "demo_trial");
    desk.act_with("deal.changed", &json!({"fields": {"quotation_asked": true, "attachments": ["a"]}}));
    assert_eq!(desk.stage(), "solution_comparison");
    desk.act("deal.quotation_sent").act("deal.terms_discussed");
    desk.facts.known.insert(FactName::QuotationSeen, Known::Bool(true));
    desk.act("deal.discount_approved");
    assert_eq!(desk.stage(), "negotiation");
    desk.act_with("deal.signed", &json!({"fields": {"contract": ["c"], "amount": 120_000_000, "signed_on": "2026-11-23"}}));
    assert_eq!((desk.stage(), desk.open_timers()), ("contract_signed", Vec::new()));
    assert_eq!(desk.way.len(), 8);
}

#[test]
fn facts_that_are_all_there_lead_on_in_one_go_and_only_the_last_stage_is_watched() {
    let mut desk = deal();
    desk.act("visit.counted");
    let all = json!({"fields": {
        "pain": "a", "current_solution": "b", "time_frame": "c", "customer_confirmed": true, "quotation_asked": true, "attachments": ["x"]
    }});
    desk.act_with("deal.changed", &all);
    let stages = desk.way.iter().map(|(stage, _)| stage.as_str()).collect::<Vec<_>>();
    assert_eq!(stages, ["lead_accepted", "first_contact", "needs_confirmed", "solution_comparison"]);
    let opened = desk.last.iter().filter(|effect| matches!(effect, Effect::OpenTimer(_))).count();
    assert_eq!((opened, desk.open_timers()), (1, vec!["deal_stalled"]));
}

#[test]
fn a_deed_within_the_stage_winds_the_watch_up_again_and_it_is_never_unwatched() {
    let mut desk = deal();
    desk.act("visit.counted");
    assert_eq!(desk.stage(), "first_contact");
    desk.pass(hours(47)).act("meeting.held");
    assert_eq!(desk.timer("deal_stalled").unwrap().due_at, desk.now + hours(48));
    desk.pass(hours(47)).act("deal.changed");
    desk.pass(hours(1));
    assert_eq!(desk.incidents.len(), 1);
    let told = desk.timer("deal_stalled").unwrap().opened_at;
    desk.act_late("meeting.held", &json!(null), told - hours(1));
    assert_eq!(desk.timer("deal_stalled").unwrap().opened_at, told, "a late report of something earlier changes nothing");
    desk.act("meeting.held");
    assert_eq!(desk.timer("deal_stalled").unwrap().opened_at, desk.now);
}

#[test]
fn by_hand_with_a_reason_and_not_by_everybody() {
    let mut desk = deal();
    let place = desk.facts.subject.place.clone();
    let may = |stage: &str, role, reason: Option<&str>| may_place(&desk.playbook, SubjectKind::Deal, place.as_ref(), stage, role, reason);
    assert!(may("negotiation", Some(Role::Supervisor), Some("he said so")).is_ok());
    for (stage, role, reason, refused) in [
        ("nowhere", Some(Role::Supervisor), Some("x"), PlacementRefused::StageUnknown),
        ("lead_accepted", Some(Role::Supervisor), Some("x"), PlacementRefused::AlreadyThere),
        ("negotiation", Some(Role::Rep), Some("x"), PlacementRefused::RoleNotAllowed),
        ("negotiation", None, Some("x"), PlacementRefused::RoleNotAllowed),
        ("negotiation", Some(Role::Director), Some("x"), PlacementRefused::RoleNotAllowed),
        ("negotiation", Some(Role::Admin), Some(" "), PlacementRefused::ReasonMissing),
        ("negotiation", Some(Role::Admin), None, PlacementRefused::ReasonMissing),
    ] {
        assert_eq!(may(stage, role, reason), Err(refused), "{stage} {role:?} {reason:?}");
    }
    desk.act_with("deal.moved", &json!({"to": "negotiation", "reason": "x"}));
    assert_eq!(desk.stage(), "lead_accepted", "the rep at the desk may not");
    placed(&mut desk, "negotiation", "x");
    assert_eq!(desk.stage(), "negotiation");
}

#[test]
fn a_deal_that_was_put_back_stays_until_there_is_news() {
    let mut desk = deal();
    desk.act("visit.counted")
        .pass(minutes(1))
        .act_with("deal.changed", &json!({"fields": {"quotation_asked": true, "attachments": ["x"]}}));
    assert_eq!(desk.stage(), "solution_comparison");
    desk.pass(hours(1));
    placed(&mut desk, "needs_confirmed", "needs changed");
    desk.pass(hours(1)).act_with("deal.changed", &json!({"fields": {"pain": "new"}}));
    assert_eq!(desk.stage(), "needs_confirmed", "what was known before does not pull it forward again");
    desk.pass(hours(1)).act_with("deal.changed", &json!({"fields": {"attachments": ["x", "y"]}}));
    assert_eq!(desk.stage(), "solution_comparison");
}

#[test]
fn it_is_explained_which_condition_is_met_and_by_which_action() {
    let mut desk = deal();
    let uploaded = desk.action("deal.changed", &json!({"fields": {"attachments": ["file-1"]}}), desk.now);
    desk.take(&uploaded);
    let explained = explain(&desk.playbook, &desk.facts, desk.now);
    assert_eq!(explained.stage.unwrap().as_str(), "lead_accepted");
    let comparison = explained.moves.iter().find(|way| way.step.to.as_str() == "solution_comparison").unwrap();
    let [asked, file] = comparison.clauses.as_slice() else { panic!("two conditions") };
    assert_eq!(asked.clause.name.en, "The customer asked for a quotation");
    assert!(matches!(&asked.state, ClauseState::Missing(why) if why.to_string() == "subject.fields.quotation_asked is not known"));
    assert_eq!((asked.evidence.len(), &file.state), (0, &ClauseState::Met));
    assert_eq!((file.evidence[0].action, file.evidence[0].name.as_str()), (uploaded.id, "subject.fields.attachments"));
    desk.act_with("deal.changed", &json!({"fields": {"quotation_asked": false}}));
    let explained = explain(&desk.playbook, &desk.facts, desk.now);
    let comparison = explained.moves.iter().find(|way| way.step.to.as_str() == "solution_comparison").unwrap();
    assert_eq!(comparison.clauses[0].state, ClauseState::NotMet);
}

#[test]
fn what_led_into_a_stage_is_explained_too_and_facts_name_the_action_that_they_are_known_from() {
    let mut desk = deal();
    assert!(explain_entry(&desk.playbook, &desk.facts, desk.now).is_empty(), "nothing leads into the first stage");
    let roles = ["economic_buyer", "user_buyer", "coach"].map(str::to_owned).to_vec();
    desk.facts.known.insert(FactName::ContactRoles, Known::Texts(roles));
    desk.act_with("deal.changed", &json!({"fields": {"economic_buyer_meeting_on": "2026-12-01"}})).pass(minutes(1));
    let added = desk.action("deal.contact_added", &json!({}), desk.now);
    desk.take(&added);
    assert_eq!(desk.stage(), "chain_mapped");
    let [way] = explain_entry(&desk.playbook, &desk.facts, desk.now).try_into().unwrap();
    assert!(way.clauses.iter().all(|clause| clause.state == ClauseState::Met));
    assert_eq!((way.clauses[0].evidence[0].action, way.clauses[0].evidence[0].name.as_str()), (added.id, "facts.contact_roles"));
}

#[test]
fn losing_is_an_end_from_anywhere() {
    for (kind, stage) in [("deal.lost", "lost"), ("deal.abandoned", "abandoned")] {
        let mut desk = deal();
        desk.act("visit.counted").act_with(kind, &json!({"reason": "price"}));
        assert_eq!((desk.stage(), desk.open_timers()), (stage, Vec::new()));
        desk.act_with("deal.changed", &json!({"fields": {"quotation_asked": true, "attachments": ["x"]}}));
        assert_eq!(desk.stage(), stage);
    }
}
