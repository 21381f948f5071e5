//! What the product tells PostgreSQL, overheard in the server's own log: the roof is driven with exactly that.

use std::fs;
use std::time::Duration;

use anyhow::{Context, bail};
use dev::postgres::Role;

use crate::house::House;

/// One statement as it was carried out.
#[derive(Debug, Clone)]
pub struct Told {
    pub statement: String,
    /// As literals of SQL; none where it was a simple query.
    pub parameters: Vec<String>,
    /// Binding and carrying out, milliseconds.
    pub ms: f64,
}

/// Has something done and answers what PostgreSQL was told in each transaction that was opened with `marker` meanwhile, in their order.
///
/// # Errors
/// When the log cannot be read or understood.
pub async fn overhear<F: Future<Output = anyhow::Result<()>>>(house: &House, marker: &str, done: F) -> anyhow::Result<Vec<Vec<Told>>> {
    let mut conn = house.connect(Role::Superuser).await?;
    sqlx::raw_sql("alter system set log_min_duration_statement = 0").execute(&mut conn).await?;
    sqlx::raw_sql("select pg_reload_conf()").execute(&mut conn).await?;
    // Sessions hear of it when they are told the next thing.
    tokio::time::sleep(A_MOMENT).await;
    let from = usize::try_from(fs::metadata(house.log())?.len())?;
    let outcome = done.await;
    sqlx::raw_sql("alter system reset log_min_duration_statement").execute(&mut conn).await?;
    sqlx::raw_sql("select pg_reload_conf()").execute(&mut conn).await?;
    tokio::time::sleep(A_MOMENT).await;
    outcome?;
    let log = fs::read(house.log())?;
    let entries = entries(&String::from_utf8_lossy(log.get(from..).unwrap_or_default()));
    let opened = entries.iter().enumerate().filter(|(_, entry)| entry.text.contains(marker));
    opened.map(|(at, opening)| told(entries.iter().skip(at).filter(|entry| entry.session == opening.session))).collect()
}

const A_MOMENT: Duration = Duration::from_millis(300);

/// An entry of the log: whose, and what.
struct Entry {
    session: String,
    text: String,
}

fn entries(log: &str) -> Vec<Entry> {
    let mut entries = Vec::<Entry>::new();
    for line in log.lines() {
        if let (Some(more), Some(last)) = (line.strip_prefix('\t'), entries.last_mut()) {
            last.text.push('\n');
            last.text.push_str(more);
        } else if let Some((session, text)) = line.split_once(']').and_then(|(head, text)| Some((head.rsplit_once('[')?.1, text))) {
            entries.push(Entry { session: session.to_owned(), text: text.to_owned() });
        }
    }
    entries
}

/// What was told until the transaction ended.
fn told<'a>(entries: impl Iterator<Item = &'a Entry>) -> anyhow::Result<Vec<Told>> {
    let (mut told, mut binding, mut is_bound) = (Vec::<Told>::new(), 0.0, false);
    for entry in entries {
        if let Some((_, parameters)) = entry.text.split_once("DETAIL:  parameters: ") {
            if let Some(last) = told.last_mut().filter(|_| !is_bound) {
                last.parameters = literals(parameters);
            }
            continue;
        }
        let Some((_, said)) = entry.text.split_once("LOG:  duration: ") else { continue };
        let (ms, said) = said.split_once(" ms  ").context("a duration without a unit")?;
        let (what, statement) = said.split_once(": ").context("a statement without a text")?;
        let ms: f64 = ms.parse()?;
        is_bound = !what.starts_with("execute") && what != "statement";
        if is_bound {
            binding += ms;
        } else {
            told.push(Told { statement: statement.to_owned(), parameters: Vec::new(), ms: ms + std::mem::take(&mut binding) });
            if statement == "commit" {
                return Ok(told);
            }
        }
    }
    bail!("the transaction has no end in the log")
}

/// `$1 = 'it''s', $2 = NULL` → `'it''s'`, `NULL`.
fn literals(parameters: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), parameters);
    while let Some((_, value)) = rest.split_once(" = ") {
        let end = if value.starts_with('\'') { end_of_quoted(value) } else { value.find(',').unwrap_or(value.len()) };
        let (literal, more) = value.split_at(end);
        found.push(literal.to_owned());
        rest = more;
    }
    found
}

fn end_of_quoted(value: &str) -> usize {
    let bytes = value.as_bytes();
    let mut at = 1;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\''), Some(b'\'')) => at += 2,
            (Some(b'\''), _) => return at + 1,
            (Some(_), _) => at += 1,
            (None, _) => return bytes.len(),
        }
    }
}

/// The UUIDs of a text, in their order.
pub fn uuids(text: &str) -> Vec<&str> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(window) = text.as_bytes().get(at..at + 36) {
        let is_uuid = window.iter().enumerate().all(|(n, byte)| match n {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        found.extend(text.get(at..at + 36).filter(|_| is_uuid));
        at += if is_uuid { 36 } else { 1 };
    }
    found
}
