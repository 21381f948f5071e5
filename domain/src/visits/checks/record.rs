//! The record: something was learned, in the rep's own words, from somebody with a place in the decision chain.

use super::{Case, Finding};
use crate::visits::code::Code;
use crate::visits::key_info::{is_one_sign, is_only_name, meaningful_chars};
use crate::visits::verdict::Measure;

pub(super) fn key_info(case: &Case) -> Finding {
    let text = &case.facts.visit.key_info;
    let (chars, min_chars) = (meaningful_chars(text), case.policy.key_info_min_chars);
    let code = if chars == 0 || is_one_sign(text) {
        Code::KeyInfoEmpty
    } else if is_only_name(text, &case.facts.customer.name) {
        Code::KeyInfoOnlyName
    } else if chars < min_chars {
        Code::KeyInfoTooShort
    } else {
        Code::Ok
    };
    Finding::of(code).measured(Measure::Characters(chars)).limit(Measure::Characters(min_chars))
}

pub(super) fn key_info_repeated(case: &Case) -> Finding {
    case.facts.repeated_key_info.map_or_else(Finding::pass, |earlier| Finding::of(Code::RepeatedKeyInfo).measured(Measure::Visit(earlier)))
}

pub(super) fn decision_role(case: &Case) -> Finding {
    let role = case.facts.visit.decision_role.trim();
    if meaningful_chars(role) == 0 {
        Finding::of(Code::DecisionRoleMissing)
    } else if case.facts.decision_roles.iter().any(|known| known == role) {
        Finding::pass()
    } else {
        Finding::of(Code::DecisionRoleUnknown).measured(Measure::Text(role.to_owned()))
    }
}
