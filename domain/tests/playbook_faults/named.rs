//! Each kind of fault, with its line.

use std::collections::BTreeSet;

use domain::playbook::{Fault, FaultCode, check, read};
use domain::texts::Language;

use super::small::SMALL;

/// What is written instead of what, and what is then found where: code, line, column.
type Case = (&'static str, &'static str, &'static [(&'static str, u32, u32)]);

const CASES: &[Case] = &[
    // the text
    ("format: 1", "format: [1", &[("syntax", 2, 5)]),
    ("format: 1", "format: 1\nformat: 1", &[("duplicate_key", 2, 1)]),
    ("format: 1", "format: &a 1", &[("not_supported", 1, 9)]),
    ("format: 1", "format: !x 1", &[("not_supported", 1, 9)]),
    // keys and values
    ("format: 1", "format: 2", &[("format_not_known", 1, 9)]),
    ("format: 1", "", &[("missing_key", 2, 1)]),
    ("format: 1", "format: one", &[("wrong_type", 1, 9)]),
    ("format: 1", "format: 1\ncolour: red", &[("unknown_key", 2, 1)]),
    ("name: {zh-CN: 小打法, en: Small}", "name: Small", &[("wrong_type", 2, 7)]),
    ("name: {zh-CN: 小打法, en: Small}", "name: {zh-CN: 小打法}", &[("missing_translation", 2, 7)]),
    ("name: {zh-CN: 小打法, en: Small}", "name: {zh-CN: ' ', en: Small}", &[("missing_translation", 2, 7)]),
    ("name: {zh-CN: 小打法, en: Small}", "name: {zh-CN: \"a\\u0007\", en: Small}", &[("control_character", 2, 15)]),
    ("openings: 3", "openings: -3", &[("out_of_range", 4, 13)]),
    ("openings: 3", "Openings: 3", &[("bad_code", 4, 3)]),
    ("response: 48h", "response: 48 hours", &[("bad_span", 5, 13)]),
    ("response: 48h", "response: 0h", &[("span_out_of_range", 5, 13)]),
    ("awaits: [deal.quotation_sent]}", "awaits: deal.quotation_sent}", &[("wrong_type", 11, 61)]),
    ("kind: tick", "kind: checkbox", &[("not_known", 15, 68), ("condition_unknown_name", 25, 17)]),
    ("at: \"08:30\"", "at: \"8:30\"", &[("bad_time_of_day", 58, 14)]),
    // references
    ("to: owner", "to: boss", &[("not_known", 35, 26)]),
    ("to: owner", "to: department", &[("no_department", 35, 26)]),
    ("text: stalled_todo}\n    then", "text: stalled_card}\n    then", &[("not_known", 35, 39)]),
    ("lists: [calls]", "lists: [visits]", &[("not_known", 50, 13)]),
    ("lists: [calls]", "lists: [calls]\n    once: monthly", &[("wrong_type", 51, 11)]),
    ("lists: [calls]", "lists: [calls]\n    once: week\n    per: team", &[("not_known", 52, 10)]),
    ("lists: [calls]", "lists: [calls]\n    once: week\n    per: department", &[("no_department", 52, 10)]),
    ("enters: [compared]", "enters: [compare]", &[("not_known", 49, 14)]),
    ("subject: deal\n    enters", "subject: lead\n    enters", &[("not_known", 48, 14)]),
    (
        "code: compared, name",
        "code: asked, name",
        &[("duplicate_code", 12, 16), ("not_known", 22, 13), ("not_known", 26, 26), ("not_known", 32, 29), ("not_known", 49, 14)],
    ),
    ("code: quiet", "code: stalled", &[("duplicate_code", 38, 11)]),
    ("code: compared\n", "code: stalled\n", &[("duplicate_code", 47, 11)]),
    ("awaits: [deal.signed]", "awaits: [deal.sung]", &[("not_known", 12, 68)]),
    ("awaits: [deal.signed]", "awaits: [lead.assigned]", &[("action_of_other_subject", 12, 68)]),
    ("awaits: [deal.signed]", "awaits: [deal.changed]", &[("not_a_deed", 12, 68)]),
    ("closes: {on: [visit.counted]}", "closes: {on: [note.added]}", &[("not_a_deed", 42, 19)]),
    ("opens: {on: [visit.counted]}", "opens: {on: [message.sent]}", &[("not_a_deed", 41, 18)]),
    ("    clock: working", "    records: deal.signed", &[("not_of_the_house", 44, 14)]),
    ("after: 16h", "after: 2d", &[("days_in_working_time", 43, 12)]),
    ("why: {zh-CN: 停了, en: Stalled}", "why: {zh-CN: '停了{time}', en: Stalled}", &[("unknown_placeholder", 56, 10)]),
    // conditions
    ("if: subject.fields.quotation", "if: subject.fields.quotation &&", &[("condition_syntax", 25, 44)]),
    ("if: subject.fields.quotation", "if: subject.fields.price", &[("condition_unknown_name", 25, 17)]),
    ("if: subject.fields.quotation", "if: true && subject.fields.price", &[("condition_unknown_name", 25, 25)]),
    ("if: subject.fields.quotation", "if: \"true && subject.fields.price\"", &[("condition_unknown_name", 25, 26)]),
    ("if: subject.fields.quotation", "if: \"'a' == 'a' && \\\"b\\\" == x\"", &[("condition_unknown_name", 25, 17)]),
    (
        "if: subject.fields.quotation",
        "if: |\n              true\n              && subject.fields.price",
        &[("condition_unknown_name", 27, 18)],
    ),
    (
        "if: subject.fields.quotation",
        "if: >-\n              true\n              && subject.fields.price",
        &[("condition_unknown_name", 26, 15)],
    ),
    ("if: subject.fields.quotation", "if: subject.fields.band == 'tiny'", &[("condition_unknown_name", 25, 40)]),
    ("if: subject.fields.quotation", "if: subject.fields.band", &[("condition_wrong_type", 25, 31)]),
    ("if: subject.fields.quotation", "if: subject.fields.band.matches('s')", &[("condition_not_supported", 25, 36)]),
    ("if: subject.fields.quotation", "if: ((((((((((((((((((((((((((((true))))))))))))))))))))))))))))", &[("condition_too_big", 25, 41)]),
    // the whole
    ("      - {to: won, from: [compared], on: [deal.signed]}\n", "", &[("stage_unreachable", 13, 9)]),
    (", awaits: [deal.signed]", "", &[("stage_awaits_nothing", 12, 9)]),
    ("kind: won", "kind: won, awaits: [deal.paid]", &[("stage_is_over", 13, 9)]),
    ("on: [deal.signed]}\n", "on: [deal.signed]}\n      - {to: asked, from: [won], on: [deal.paid]}\n", &[("stage_is_over", 27, 28)]),
    ("awaits: [deal.quotation_sent]", "kind: lost", &[("first_stage_not_open", 11, 9)]),
    (
        "{to: won, from: [compared], on: [deal.signed]}",
        "{to: won, from: [compared], on: [deal.signed]}\n      - {to: asked, from: [compared], on: [deal.paid]}",
        &[("moves_in_a_circle", 22, 9)],
    ),
    ("on: [deal.signed]}\n", "on: [deal.signed]}\n      - {to: won, from: [won], on: [deal.paid]}\n", &[("move_to_itself", 27, 26)]),
    ("on: [deal.signed]}\n", "on: [deal.signed]}\n      - {to: won}\n", &[("move_without_reason", 27, 9)]),
    ("opens: {on: [visit.counted]}", "opens: {when: now > now}", &[("never_opens", 41, 12)]),
    ("    closes: {on: [visit.counted]}\n", "", &[("never_closes", 38, 5)]),
    ("    lists: [calls]\n", "", &[("says_nothing", 47, 5)]),
    ("    fires: [{kind: card, to: supervisor, text: stalled_todo}]\n", "", &[("says_nothing", 38, 5)]),
    ("times: 2", "times: 1000", &[("out_of_range", 37, 29)]),
    ("starts_on: [deal.created]", "starts_on: []", &[("missing_key", 8, 5)]),
    // several at once, all of them told
    (
        "name: {zh-CN: 小打法, en: Small}\nlimits:\n  openings: 3\n  response: 48h",
        "limits:\n  openings: many\n  response: -1h",
        &[("missing_key", 1, 1), ("bad_span", 3, 13), ("bad_span", 4, 13)],
    ),
];

fn spoilt(case: &Case) -> Vec<Fault> {
    let (from, to, _) = case;
    assert_eq!(SMALL.matches(from).count(), 1, "{from}");
    check(&SMALL.replacen(from, to, 1))
}

#[test]
fn the_small_playbook_has_no_faults() {
    assert_eq!(check(SMALL), []);
}

#[test]
fn every_fault_is_found_at_its_place() {
    for case in CASES {
        let found = spoilt(case);
        let found = found.iter().map(|fault| (fault.code.as_str(), fault.mark.line, fault.mark.column)).collect::<Vec<_>>();
        assert_eq!(found, case.2, "{} → {}", case.0, case.1);
    }
}

#[test]
fn the_list_of_faults_is_complete() {
    let bounds = ["too_large", "empty", "too_deep", "too_many_parts", "too_many", "too_long"];
    let shown = CASES.iter().flat_map(|case| case.2).map(|(code, ..)| *code).chain(bounds).collect::<BTreeSet<_>>();
    let all = FaultCode::ALL.iter().map(|code| code.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(shown, all);
}

#[test]
fn messages_have_no_gaps_and_speak_both_languages() {
    for case in CASES {
        for fault in spoilt(case) {
            let (zh, en) = (fault.message(Language::ZhCn), fault.message(Language::En));
            assert_ne!(zh, en);
            for message in [zh, en] {
                assert!(!message.contains("{0}") && !message.contains("{1}") && !message.contains("{2}"), "{message}");
            }
            assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'), "{fault:?}");
        }
    }
    let fault = spoilt(&CASES[4]).remove(0);
    assert_eq!(fault.message(Language::En), "This format is not known; it should be 1.");
}

#[test]
fn a_pointer_leads_to_the_fault() {
    let fault = check(&SMALL.replace("to: owner", "to: boss")).remove(0);
    assert_eq!(fault.pointer, "/timers/0/fires/0/to");
    assert_eq!(
        fault.message(Language::En),
        "`boss` is not known; known are: owner, department, supervisor, director, presales, delivery, legal, operations, admin."
    );
}

#[test]
fn json_is_read_like_yaml_and_what_is_written_is_read_back() {
    for text in [SMALL, domain::playbook::DEFAULT] {
        let playbook = read(text).unwrap();
        let json = serde_json::to_string_pretty(&playbook).unwrap();
        assert_eq!(read(&json), Ok(playbook.clone()));
        assert_eq!(read(&serde_json::to_string(&playbook).unwrap()), Ok(playbook));
    }
}
