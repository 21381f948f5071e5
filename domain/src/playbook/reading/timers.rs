//! Reads timers and rules.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::FaultCode;
use super::reader::{At, Entries, Given, Reader};
use super::subjects::{Asked, action, actions, stage};
use super::words::{interventions, name};
use crate::playbook::action::ActionKind;
use crate::playbook::clock::ClockKind;
use crate::playbook::code::Code;
use crate::playbook::condition::{Limit, Scope};
use crate::playbook::model::{Field, Hold, Once, Opening, Per, Rule, Stage, Step, Subject, TimerRule, Trigger, WeeklyList};
use crate::playbook::span::Span;
use crate::playbook::subject::SubjectKind;

/// What timers and rules can refer to.
pub(super) struct Known<'k> {
    pub subjects: &'k BTreeMap<SubjectKind, Subject>,
    pub limits: &'k BTreeMap<Code, Limit>,
    pub texts: &'k BTreeSet<Code>,
    pub lists: &'k [WeeklyList],
}

impl<'k> Known<'k> {
    fn stages(&self, subject: SubjectKind) -> &'k [Stage] {
        self.subjects.get(&subject).map(|rules| rules.stages.as_slice()).unwrap_or_default()
    }

    fn fields(&self, subject: SubjectKind) -> &'k [Field] {
        self.subjects.get(&subject).map(|rules| rules.fields.as_slice()).unwrap_or_default()
    }
}

/// The beginning that timers and rules have in common.
fn head<'a>(reader: &mut Reader<'a>, entries: &Entries<'a>, known: &Known<'_>, given: &mut Given) -> (Option<Code>, Option<SubjectKind>) {
    let code = reader.need(entries, "code").and_then(|at| {
        let code = reader.code(&at)?;
        given.once(reader, &at, code.as_str());
        Some(code)
    });
    let subjects = known.subjects.keys().map(|kind| kind.as_str()).collect::<Vec<_>>();
    let parse = |text: &str| SubjectKind::parse(text).filter(|kind| known.subjects.contains_key(kind));
    let subject = reader.need(entries, "subject").and_then(|at| reader.one_of(&at, &subjects, parse));
    (code, subject)
}

/// `on` and `when` of one map.
fn trigger<'a>(reader: &mut Reader<'a>, entries: &Entries<'a>, known: &Known<'_>, subject: SubjectKind, asked: Asked) -> Trigger {
    let on = actions(reader, entries.get("on"), subject, asked);
    let stages = known.stages(subject).iter().map(|stage| stage.code.clone()).collect::<Vec<_>>();
    let scope = Scope { subject, fields: known.fields(subject), stages: &stages, limits: known.limits, actions: &on };
    let when = entries.get("when").and_then(|at| reader.condition(&at, &scope));
    Trigger { on, when }
}

fn stage_list<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, stages: &[Stage]) -> Vec<Code> {
    let items = reader.list(at, 40);
    items.into_iter().filter_map(|at| stage(reader, &at, stages)).collect()
}

const TIMER_KEYS: [&str; 12] =
    ["code", "name", "subject", "opens", "closes", "after", "clock", "fires", "then", "records", "incident", "hold"];

pub(super) fn timers<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, known: &Known<'_>, given: &mut Given) -> Vec<TimerRule> {
    let items = reader.list(at, 100);
    items.into_iter().filter_map(|at| timer(reader, &at, known, given)).collect()
}

fn timer<'a>(reader: &mut Reader<'a>, at: &At<'a>, known: &Known<'_>, given: &mut Given) -> Option<TimerRule> {
    let entries = reader.map(at, &TIMER_KEYS)?;
    let (code, subject) = head(reader, &entries, known, given);
    let name = name(reader, &entries);
    let clock = entries.get("clock").and_then(|at| reader.one_of(&at, &ClockKind::ALL.map(ClockKind::as_str), ClockKind::parse));
    let clock = clock.unwrap_or_default();
    let after = reader.need(&entries, "after").and_then(|at| counted(reader, &at, clock));
    let hold = hold(reader, entries.get("hold"), clock);
    let incident = reader.yes(entries.get("incident"), true);
    let (code, subject) = (code?, subject?);
    let opens = opening(reader, &entries, known, subject);
    let closes = entries.get("closes").and_then(|at| closing(reader, &at, known, subject)).unwrap_or_default();
    let fires = interventions(reader, entries.get("fires"), subject, known.texts);
    let then = reader.list(entries.get("then"), 20);
    let then = then.into_iter().filter_map(|at| further(reader, &at, known, subject, clock)).collect();
    let records = entries.get("records").and_then(|at| recorded(reader, &at, subject));
    if entries.get("fires").is_none() && entries.get("records").is_none() {
        reader.refuse::<()>(at, FaultCode::SaysNothing, &[]);
    }
    Some(TimerRule { code, name: name?, subject, opens, closes, after: after?, clock, fires, then, records, incident, hold })
}

fn opening<'a>(reader: &mut Reader<'a>, entries: &Entries<'a>, known: &Known<'_>, subject: SubjectKind) -> Opening {
    let opens = reader.need(entries, "opens");
    let Some(at) = opens else { return Opening::default() };
    let Some(entries) = reader.map(&at, &["stages", "on", "when"]) else { return Opening::default() };
    let stages = stage_list(reader, entries.get("stages"), known.stages(subject));
    let trigger = trigger(reader, &entries, known, subject, Asked::Deed);
    if entries.get("stages").is_none() && entries.get("on").is_none() {
        reader.refuse::<()>(&at, FaultCode::NeverOpens, &[]);
    }
    Opening { stages, trigger }
}

fn closing<'a>(reader: &mut Reader<'a>, at: &At<'a>, known: &Known<'_>, subject: SubjectKind) -> Option<Trigger> {
    let entries = reader.map(at, &["on", "when"])?;
    reader.need(&entries, "on")?;
    Some(trigger(reader, &entries, known, subject, Asked::Deed))
}

/// A length of time that the clock can count.
fn counted<'a>(reader: &mut Reader<'a>, at: &At<'a>, clock: ClockKind) -> Option<Span> {
    let span = reader.span(at)?;
    if clock == ClockKind::Working && span.is_in_days() {
        return reader.refuse(at, FaultCode::DaysInWorkingTime, &[]);
    }
    Some(span)
}

/// How long people can keep a timer quiet where the playbook does not say: a day, and three at most.
fn hold<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, clock: ClockKind) -> Hold {
    let hours = |hours: u32| Span::parse(&format!("{hours}h")).ok();
    let entries = at.and_then(|at| reader.map(&at, &["acknowledged", "snoozed_at_most"]));
    let mut told = |key, default| {
        let at = entries.as_ref().and_then(|entries| entries.get(key));
        at.and_then(|at| counted(reader, &at, clock)).or_else(|| hours(default)).unwrap_or(Span::MINUTE)
    };
    Hold { acknowledged: told("acknowledged", 24), snoozed_at_most: told("snoozed_at_most", 72) }
}

fn further<'a>(reader: &mut Reader<'a>, at: &At<'a>, known: &Known<'_>, subject: SubjectKind, clock: ClockKind) -> Option<Step> {
    let entries = reader.map(at, &["after", "times", "fires"])?;
    let after = reader.need(&entries, "after").and_then(|at| counted(reader, &at, clock));
    let times = entries.get("times").map_or(Some(1), |at| reader.number(&at, 1, 30));
    let fires = reader.need(&entries, "fires");
    let fires = interventions(reader, fires, subject, known.texts);
    Some(Step { after: after?, times: u32::try_from(times?).ok()?, fires })
}

fn recorded<'a>(reader: &mut Reader<'a>, at: &At<'a>, subject: SubjectKind) -> Option<ActionKind> {
    let kind = action(reader, at, subject, Asked::Deed)?;
    if kind.is_of_house() {
        return Some(kind);
    }
    let known = ActionKind::ALL.iter().filter(|kind| kind.is_of_house()).map(|kind| kind.as_str()).collect::<Vec<_>>();
    reader.refuse(at, FaultCode::NotOfTheHouse, &[kind.as_str(), &known.join(", ")])
}

const RULE_KEYS: [&str; 9] = ["code", "subject", "on", "when", "enters", "once", "per", "fires", "lists"];

pub(super) fn rules<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, known: &Known<'_>, given: &mut Given) -> Vec<Rule> {
    let items = reader.list(at, 200);
    items.into_iter().filter_map(|at| rule(reader, &at, known, given)).collect()
}

fn rule<'a>(reader: &mut Reader<'a>, at: &At<'a>, known: &Known<'_>, given: &mut Given) -> Option<Rule> {
    let entries = reader.map(at, &RULE_KEYS)?;
    let (code, subject) = head(reader, &entries, known, given);
    let once = once(reader, entries.get("once"));
    let lists = reader.list(entries.get("lists"), 20).into_iter().filter_map(|at| {
        let codes = known.lists.iter().map(|list| list.code.as_str()).collect::<Vec<_>>();
        reader.one_of(&at, &codes, |text| known.lists.iter().find(|list| list.code.as_str() == text).map(|list| list.code.clone()))
    });
    let lists = lists.collect();
    let (code, subject) = (code?, subject?);
    let per = per(reader, entries.get("per"), subject, once);
    let trigger = trigger(reader, &entries, known, subject, Asked::Any);
    let enters = stage_list(reader, entries.get("enters"), known.stages(subject));
    let fires = interventions(reader, entries.get("fires"), subject, known.texts);
    if entries.get("on").is_none() && entries.get("enters").is_none() {
        reader.refuse::<()>(at, FaultCode::NeverOpens, &[]);
    }
    if entries.get("fires").is_none() && entries.get("lists").is_none() {
        reader.refuse::<()>(at, FaultCode::SaysNothing, &[]);
    }
    Some(Rule { code, subject, trigger, enters, once, per, fires, lists })
}

fn once<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>) -> Once {
    let is_week = at.as_ref().and_then(|at| at.node.scalar()).is_some_and(|scalar| scalar.text == Once::WEEK);
    match (is_week, at) {
        (true, _) => Once::Week,
        (false, at) if reader.yes(at.clone(), false) => Once::Stay,
        (false, _) => Once::Never,
    }
}

/// Only what is said once a week is counted by something wider than the subject, and only hand-overs have a department.
fn per<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, subject: SubjectKind, once: Once) -> Per {
    let Some(at) = at else { return Per::Subject };
    let per = reader.one_of(&at, &Per::ALL.map(Per::as_str), Per::parse).unwrap_or_default();
    if per == Per::Department && subject != SubjectKind::Handover {
        return reader.refuse(&at, FaultCode::NoDepartment, &[]).unwrap_or_default();
    }
    if per == Per::Department && once != Once::Week {
        return reader.refuse(&at, FaultCode::MissingKey, &["once: week"]).unwrap_or_default();
    }
    per
}
