//! The past run again under another playbook, and compared with what was said.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::playbook::simulation::{Happening, Kept, Mark, Past, Seen, compare, seen, simulate, simulate_kept};
use domain::playbook::{Action, ActionKind, DEFAULT, SubjectKind, read};
use serde_json::Map;
use uuid::Uuid;

use super::life::{CLOCKS, PLAYBOOK, fresh, start};

/// Recorded actions, each so many hours after the first.
fn past(actions: &[(i64, ActionKind)]) -> Vec<Past> {
    let recorded = actions.iter().enumerate().map(|(n, (hours, kind))| {
        let at = start() + TimeDelta::hours(*hours);
        let id = Uuid::from_u128(n as u128 + 1);
        let actor_role = (!kind.is_of_house()).then_some(domain::people::Role::Rep);
        Past { action: Action { id, kind: *kind, actor_role, occurred_at: at, recorded_at: at, data: Map::new() }, known: BTreeMap::new() }
    });
    recorded.collect()
}

/// The interventions among what happened.
fn fired(happenings: &[Happening]) -> Vec<Seen> {
    seen(happenings).into_iter().filter(|seen| matches!(seen.mark, Mark::Intervention { .. })).collect()
}

fn to(seen: &Seen) -> String {
    let Mark::Intervention { by, to, .. } = &seen.mark else { panic!("{seen:?}") };
    format!("{by} {}", to.as_str())
}

fn told(fired: &[Seen]) -> Vec<String> {
    fired.iter().map(|fired| format!("{} +{}h", to(fired), (fired.at - start()).num_hours())).collect()
}

const LIFE: [(i64, ActionKind); 4] =
    [(0, ActionKind::LeadCreated), (0, ActionKind::LeadAssigned), (1, ActionKind::LeadAccepted), (60, ActionKind::LeadContacted)];

#[test]
fn it_says_what_would_have_fired_when_and_for_whom() {
    let happenings = simulate(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &past(&LIFE), CLOCKS, start() + TimeDelta::hours(100));
    assert_eq!(
        told(&fired(&happenings)),
        ["lead_offered owner +0h", "lead_stalled owner +49h", "lead_stalled supervisor +49h", "lead_stalled presales +49h"]
    );
}

#[test]
fn a_stricter_playbook_is_compared_with_what_was_said() {
    let until = start() + TimeDelta::hours(100);
    let did = fired(&simulate(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &past(&LIFE), CLOCKS, until));
    let strict = DEFAULT.replacen("qualified]}\n    after: 48h", "qualified]}\n    after: 24h", 1);
    let strict = strict.replace(
        "      - {kind: todo, to: owner, text: lead_offered_todo, urgent: true}",
        "      - {kind: signal, to: presales, text: lead_offered_todo}",
    );
    let would = fired(&simulate(&read(&strict).unwrap(), &fresh(SubjectKind::Lead, 1), &past(&LIFE), CLOCKS, until));
    let comparison = compare(&would, &did);
    assert_eq!(comparison.same, []);
    let moved = comparison.moved.iter().map(|(did, at)| format!("{} → +{}h", to(did), (*at - start()).num_hours()));
    assert_eq!(
        moved.collect::<Vec<_>>(),
        ["lead_stalled owner → +25h", "lead_stalled supervisor → +25h", "lead_stalled presales → +25h"],
        "in the same stage"
    );
    assert_eq!(told(&comparison.dropped), ["lead_offered owner +0h"]);
    let added = [
        "lead_offered presales +0h",
        "lead_stalled owner +49h",
        "lead_stalled supervisor +49h",
        "lead_stalled owner +84h",
        "lead_stalled supervisor +84h",
        "lead_stalled presales +84h",
    ];
    let mut found = told(&comparison.added);
    found.sort();
    let mut added = added.map(str::to_owned).to_vec();
    added.sort();
    assert_eq!(found, added);
}

#[test]
fn the_same_playbook_differs_in_nothing() {
    let happenings = simulate(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &past(&LIFE), CLOCKS, start() + TimeDelta::hours(300));
    let did = fired(&happenings);
    let swept = did.iter().map(|fired| Seen { at: fired.at + TimeDelta::seconds(30), ..fired.clone() }).collect::<Vec<_>>();
    let comparison = compare(&did, &swept);
    assert_eq!((comparison.same.len(), comparison.moved.len(), comparison.added.len(), comparison.dropped.len()), (did.len(), 0, 0, 0));
}

#[test]
fn what_the_house_recorded_is_left_out_because_the_playbook_that_is_tried_records_its_own() {
    let life =
        [(0, ActionKind::LeadCreated), (0, ActionKind::LeadAssigned), (2, ActionKind::LeadOfferExpired), (3, ActionKind::LeadAccepted)];
    let patient = read(&DEFAULT.replace("after: 2h\n    records", "after: 4h\n    records")).unwrap();
    for (playbook, returned) in [(&*PLAYBOOK, true), (&patient, false)] {
        let happenings = simulate(playbook, &fresh(SubjectKind::Lead, 1), &past(&life), CLOCKS, start() + TimeDelta::hours(20));
        let back = told(&fired(&happenings)).iter().any(|told| told == "lead_back_in_pool supervisor +2h");
        assert_eq!(back, returned);
    }
}

#[test]
fn what_comes_after_the_end_is_not_looked_at() {
    for (hours, fires) in [(48, 1), (49, 4), (50, 4)] {
        let happenings = simulate(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &past(&LIFE), CLOCKS, start() + TimeDelta::hours(hours));
        assert_eq!(fired(&happenings).len(), fires, "{hours}");
    }
}

#[test]
fn an_incident_that_was_kept_quiet_stays_quiet() {
    let until = start() + TimeDelta::hours(80);
    let ahead = [LIFE[0], LIFE[1], LIFE[2]];
    let loud = simulate(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &past(&ahead), CLOCKS, until);
    assert!(told(&fired(&loud)).contains(&"lead_stalled owner +73h".to_owned()));
    let incident = loud.iter().find_map(|happening| match &happening.effect {
        domain::playbook::Effect::RaiseIncident(incident) => Some(incident.id),
        _ => None,
    });
    let kept = [Kept { incident: incident.unwrap(), at: start() + TimeDelta::hours(50), until: start() + TimeDelta::hours(79) }];
    let quiet = simulate_kept(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &past(&ahead), &kept, CLOCKS, until);
    let told = told(&fired(&quiet));
    assert!(told.contains(&"lead_stalled owner +79h".to_owned()) && !told.contains(&"lead_stalled owner +73h".to_owned()), "{told:?}");
}

#[test]
fn incidents_and_stages_are_seen_as_well() {
    let happenings = simulate(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &past(&LIFE), CLOCKS, start() + TimeDelta::hours(50));
    let seen = seen(&happenings).into_iter().filter_map(|seen| match seen.mark {
        Mark::Incident { code, .. } => Some(format!("{code} +{}h", (seen.at - start()).num_hours())),
        Mark::Stage { stage } => Some(format!("{stage} +{}h", (seen.at - start()).num_hours())),
        Mark::Intervention { .. } => None,
    });
    assert_eq!(seen.collect::<Vec<_>>(), ["new +0h", "assigned +0h", "confirmed +1h", "lead_stalled +49h"]);
}
