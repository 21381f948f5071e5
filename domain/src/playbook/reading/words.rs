//! Reads names, texts and the settings around them.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{Fault, FaultCode};
use super::reader::{At, Entries, Given, Reader};
use crate::calendars::TimeOfDay;
use crate::playbook::code::Code;
use crate::playbook::condition::Limit;
use crate::playbook::model::{Digest, InterventionKind, InterventionRule, WeeklyList};
use crate::playbook::subject::{Recipient, SubjectKind};
use crate::playbook::wording::{Placeholder, Text, Wording, unknown_gaps};

const NAME_MAX: usize = 80;
const SENTENCE_MAX: usize = 400;

/// Words in every language.
fn wording<'a>(reader: &mut Reader<'a>, at: &At<'a>, at_most: usize) -> Option<Wording> {
    let entries = reader.map(at, &["zh-CN", "en"])?;
    let mut in_language = |tag: &str| {
        let words = entries.get(tag).map(|words| reader.text(&words, at_most));
        match words {
            Some(Some("")) | None => {
                reader.note(Fault::at(entries.pointer(), FaultCode::MissingTranslation).with([tag]).on(entries.mark()));
                None
            }
            Some(words) => words.map(str::to_owned),
        }
    };
    let (zh_cn, en) = (in_language("zh-CN"), in_language("en"));
    Some(Wording { zh_cn: zh_cn?, en: en? })
}

pub(super) fn name<'a>(reader: &mut Reader<'a>, entries: &Entries<'a>) -> Option<Wording> {
    let at = reader.need(entries, "name")?;
    wording(reader, &at, NAME_MAX)
}

fn sentence<'a>(reader: &mut Reader<'a>, entries: &Entries<'a>, key: &str) -> Option<Wording> {
    let at = reader.need(entries, key)?;
    let sentence = wording(reader, &at, SENTENCE_MAX)?;
    let known = Placeholder::ALL.map(Placeholder::as_str).join(", ");
    for gap in unknown_gaps(&sentence.zh_cn).into_iter().chain(unknown_gaps(&sentence.en)) {
        reader.refuse::<()>(&at, FaultCode::UnknownPlaceholder, &[gap, &known]);
    }
    Some(sentence)
}

/// The texts, and every code that one was written for: a text that has a fault of its own is not missing as well.
pub(super) fn texts<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>) -> (BTreeMap<Code, Text>, BTreeSet<Code>) {
    let (mut texts, mut codes) = (BTreeMap::new(), BTreeSet::new());
    let Some(entries) = at.and_then(|at| reader.any_map(&at)) else { return (texts, codes) };
    for (key, mark, at) in entries.all() {
        let Some(code) = Code::parse(key) else {
            reader.note(Fault::at(at.pointer, FaultCode::BadCode).with([key]).on(mark));
            continue;
        };
        codes.insert(code.clone());
        if let Some(entries) = reader.map(&at, &["title", "why", "next"]) {
            let mut part = |key| sentence(reader, &entries, key);
            if let (Some(title), Some(why), Some(next)) = (part("title"), part("why"), part("next")) {
                texts.insert(code, Text { title, why, next });
            }
        }
    }
    (texts, codes)
}

pub(super) fn limits<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>) -> BTreeMap<Code, Limit> {
    let mut limits = BTreeMap::new();
    let Some(entries) = at.and_then(|at| reader.any_map(&at)) else { return limits };
    for (key, mark, at) in entries.all() {
        let Some(code) = Code::parse(key) else {
            reader.note(Fault::at(at.pointer, FaultCode::BadCode).with([key]).on(mark));
            continue;
        };
        let is_number = at.node.scalar().is_some_and(|scalar| scalar.is_plain && scalar.text.parse::<i64>().is_ok());
        let limit = if is_number { reader.number(&at, 0, 1_000_000_000_000).map(Limit::Number) } else { reader.span(&at).map(Limit::Span) };
        limits.extend(limit.map(|limit| (code, limit)));
    }
    limits
}

pub(super) fn recipient<'a>(reader: &mut Reader<'a>, at: &At<'a>, subject: Option<SubjectKind>) -> Option<Recipient> {
    let recipient = reader.one_of(at, &Recipient::ALL.map(Recipient::as_str), Recipient::parse)?;
    if recipient == Recipient::Department && subject != Some(SubjectKind::Handover) {
        return reader.refuse(at, FaultCode::NoDepartment, &[]);
    }
    Some(recipient)
}

/// What is said to whom.
pub(super) fn interventions<'a>(
    reader: &mut Reader<'a>,
    at: Option<At<'a>>,
    subject: SubjectKind,
    texts: &BTreeSet<Code>,
) -> Vec<InterventionRule> {
    let items = reader.list(at, 20);
    items.into_iter().filter_map(|at| intervention(reader, &at, subject, texts)).collect()
}

fn intervention<'a>(reader: &mut Reader<'a>, at: &At<'a>, subject: SubjectKind, texts: &BTreeSet<Code>) -> Option<InterventionRule> {
    let entries = reader.map(at, &["kind", "to", "text", "urgent"])?;
    let kind = reader
        .need(&entries, "kind")
        .and_then(|at| reader.one_of(&at, &InterventionKind::ALL.map(InterventionKind::as_str), InterventionKind::parse));
    let to = reader.need(&entries, "to").and_then(|at| recipient(reader, &at, Some(subject)));
    let text = reader.need(&entries, "text").and_then(|at| {
        let known = texts.iter().map(Code::as_str).collect::<Vec<_>>();
        reader.one_of(&at, &known, |text| texts.get(text).cloned())
    });
    let urgent = reader.yes(entries.get("urgent"), false);
    Some(InterventionRule { kind: kind?, to: to?, text: text?, urgent })
}

pub(super) fn lists<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>) -> Vec<WeeklyList> {
    let (mut given, mut lists) = (Given::default(), Vec::new());
    for at in reader.list(at, 20) {
        let Some(entries) = reader.map(&at, &["code", "name", "to"]) else { continue };
        let code = reader.need(&entries, "code").and_then(|at| {
            let code = reader.code(&at)?;
            given.once(reader, &at, code.as_str());
            Some(code)
        });
        let name = name(reader, &entries);
        let to = reader.need(&entries, "to").and_then(|at| recipient(reader, &at, None));
        if let (Some(code), Some(name), Some(to)) = (code, name, to) {
            lists.push(WeeklyList { code, name, to });
        }
    }
    lists
}

pub(super) fn digest<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>) -> Option<Digest> {
    let entries = reader.map(&at?, &["at", "to"])?;
    let at = reader.need(&entries, "at").and_then(|at| {
        let text = reader.text(&at, 40)?;
        text.parse::<TimeOfDay>().ok().or_else(|| reader.refuse(&at, FaultCode::BadTimeOfDay, &[text]))
    });
    let to = reader.need(&entries, "to");
    let to = reader.list(to, 20).into_iter().filter_map(|at| recipient(reader, &at, None)).collect();
    Some(Digest { at: at?, to })
}
