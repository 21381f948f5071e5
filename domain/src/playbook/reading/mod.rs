//! From text to a playbook: every fault is found, and each is told with its line.

mod document;
mod fault;
mod reader;
mod structure;
mod subjects;
mod texts;
mod timers;
mod words;

pub use fault::{Fault, FaultCode, Mark};

use document::{Node, Part};
use reader::{At, Given, Reader};
use timers::Known;

use std::collections::BTreeMap;

use super::code::Code;
use super::condition::Limit;
use super::model::{Digest, FORMAT, Playbook, Rule, Subject, TimerRule, WeeklyList};
use super::subject::SubjectKind;
use super::wording::{Text, Wording};

/// The largest playbook, in bytes of its text.
pub const TEXT_BYTES_MAX: usize = document::TEXT_MAX;

const KEYS: [&str; 9] = ["format", "name", "limits", "subjects", "timers", "rules", "lists", "texts", "digest"];

/// Reads a playbook from YAML or JSON.
///
/// # Errors
/// Every fault that keeps it from being put in force, in the order of the text.
pub fn read(text: &str) -> Result<Playbook, Vec<Fault>> {
    let root = document::parse(text).map_err(|fault| vec![fault])?;
    let mut reader = Reader::new(text);
    let draft = draft(&mut reader, &root);
    let mut faults = reader.faults;
    if let Some(draft) = &draft {
        let whole = structure::faults(&draft.subjects, &draft.timers, &faults);
        faults.extend(whole.into_iter().map(|fault| {
            let mark = mark_of(&root, &fault.pointer);
            fault.on(mark)
        }));
    }
    faults.sort_by_key(|fault| fault.mark);
    match draft.and_then(Draft::finished) {
        Some(playbook) if faults.is_empty() => Ok(playbook),
        _ => Err(faults),
    }
}

/// Every fault of a text; none when it can be put in force.
pub fn check(text: &str) -> Vec<Fault> {
    read(text).err().unwrap_or_default()
}

/// What could be read, faults or not.
struct Draft {
    format: Option<u32>,
    name: Option<Wording>,
    limits: BTreeMap<Code, Limit>,
    subjects: BTreeMap<SubjectKind, Subject>,
    timers: Vec<TimerRule>,
    rules: Vec<Rule>,
    lists: Vec<WeeklyList>,
    texts: BTreeMap<Code, Text>,
    digest: Option<Digest>,
}

impl Draft {
    fn finished(self) -> Option<Playbook> {
        let Self { format, name, limits, subjects, timers, rules, lists, texts, digest } = self;
        Some(Playbook { format: format?, name: name?, limits, subjects, timers, rules, lists, texts, digest })
    }
}

fn draft<'a>(reader: &mut Reader<'a>, root: &'a Node) -> Option<Draft> {
    let entries = reader.map(&At::root(root), &KEYS)?;
    let format = reader.need(&entries, "format").and_then(|at| {
        let format = reader.number(&at, 0, i64::from(u32::MAX)).and_then(|number| u32::try_from(number).ok())?;
        if format == FORMAT { Some(format) } else { reader.refuse(&at, FaultCode::FormatNotKnown, &[&FORMAT.to_string()]) }
    });
    let name = words::name(reader, &entries);
    // What others refer to is read first.
    let (texts, text_codes) = words::texts(reader, entries.get("texts"));
    let limits = words::limits(reader, entries.get("limits"));
    let lists = words::lists(reader, entries.get("lists"));
    let subjects = reader.need(&entries, "subjects");
    let subjects = subjects::subjects(reader, subjects, &limits);
    let known = Known { subjects: &subjects, limits: &limits, texts: &text_codes, lists: &lists };
    let mut given = Given::default();
    let timers = timers::timers(reader, entries.get("timers"), &known, &mut given);
    let rules = timers::rules(reader, entries.get("rules"), &known, &mut given);
    let digest = words::digest(reader, entries.get("digest"));
    Some(Draft { format, name, limits, subjects, timers, rules, lists, texts, digest })
}

/// Where a pointer leads to in the text.
fn mark_of(root: &Node, pointer: &str) -> Mark {
    let mut node = root;
    for key in pointer.split('/').skip(1) {
        let below = match &node.part {
            Part::Map(entries) => entries.iter().find(|(name, ..)| name == key).map(|(.., node)| node),
            Part::List(items) => key.parse::<usize>().ok().and_then(|n| items.get(n)),
            Part::Scalar(_) => None,
        };
        let Some(below) = below else { break };
        node = below;
    }
    node.mark
}
