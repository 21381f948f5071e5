//! The roof of check-ins: what the API told PostgreSQL for one of them, told again by pgbench for others, in the same round trips.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use anyhow::{Context, ensure};
use dev::demo;
use dev::postgres::Role;

use crate::house::House;
use crate::statements::parameter_types;
use crate::stock::{FROM, Kind, REPS, ROUND, customer, id};
use crate::told::{Told, uuids};

/// What opens the transaction of a check-in.
pub const MARKER: &str = "app.lock_submission";

/// What was told for three check-ins of one rep at one customer, `number` being that of the last; each is a round after the one before.
pub struct Overheard {
    pub number: u64,
    pub earlier: Vec<Told>,
    pub before: Vec<Told>,
    pub last: Vec<Told>,
}

/// How one check-in's ids are written for any other: `:vn` is the number of the visit, `:pn` that of the visit before it at its customer.
struct Names(HashMap<String, String>);

impl Names {
    fn of(overheard: &Overheard) -> anyhow::Result<Self> {
        let number = overheard.number;
        let (earlier, before, last) = (all(&overheard.earlier), all(&overheard.before), all(&overheard.last));
        let always = earlier.iter().filter(|id| before.contains(id) && last.contains(id)).collect::<HashSet<_>>();
        let mut names = HashMap::new();
        let known = [
            (Kind::Rep, number % REPS, ":rn"),
            (Kind::Session, number % REPS, ":rn"),
            (Kind::Customer, customer(number), ":cn"),
            (Kind::Photo, number, ":vn"),
            (Kind::Visit, number, ":vn"),
            (Kind::Photo, number - REPS * ROUND, ":pn"),
            (Kind::Visit, number - REPS * ROUND, ":pn"),
        ];
        for (kind, number, variable) in known {
            names.insert(id(kind, number).to_string(), format!("{:08x}-0000-7000-8000-{variable}", kind as u32));
        }
        let is_new = |id: &&String, known: &[String]| !always.contains(id) && !known.contains(id) && !id.starts_with("000000");
        let made_before = before.iter().filter(|id| is_new(id, &earlier)).collect::<Vec<_>>();
        let made_last = last.iter().filter(|id| is_new(id, &before)).collect::<Vec<_>>();
        ensure!(
            made_before.len() == made_last.len(),
            "two check-ins at one customer made {} and {} ids",
            made_before.len(),
            made_last.len()
        );
        for (nth, (before, last)) in made_before.into_iter().zip(made_last).enumerate() {
            names.insert(before.clone(), format!("{:08x}-0000-7000-8000-:pn", 0x100 + nth));
            names.insert(last.clone(), format!("{:08x}-0000-7000-8000-:vn", 0x100 + nth));
        }
        Ok(Self(names))
    }

    fn written(&self, text: &str) -> String {
        let mut written = text.to_owned();
        for id in uuids(text) {
            if let Some(name) = self.0.get(id) {
                written = written.replace(id, name);
            }
        }
        // What was hashed is another text for every visit.
        if written.len() == 68 && written.starts_with("'\\x") {
            written.replace_range(55..67, ":vn");
        }
        written
    }
}

/// The ids of all that was told, each once, in the order in which they were first told.
fn all(told: &[Told]) -> Vec<String> {
    let mut found = Vec::<String>::new();
    for text in told.iter().flat_map(|told| std::iter::once(&told.statement).chain(&told.parameters)) {
        for id in uuids(text) {
            if !found.iter().any(|known| known == id) {
                found.push(id.to_owned());
            }
        }
    }
    found
}

/// The script for pgbench: prepared once on each connection, then a check-in each time.
///
/// # Errors
/// When two check-ins were not told alike.
pub fn script(overheard: &Overheard) -> anyhow::Result<String> {
    let (names, types) = (Names::of(overheard)?, parameter_types()?);
    let (mut prepared, mut carried_out) = (String::new(), String::new());
    for (nth, told) in overheard.last.iter().enumerate() {
        if told.parameters.is_empty() {
            writeln!(carried_out, "{};", names.written(told.statement.trim_end_matches(';')).replace(';', " \\;"))?;
            continue;
        }
        let types = types.get(&told.statement).map(|types| format!("({})", types.join(", "))).unwrap_or_default();
        writeln!(prepared, "prepare s{nth}{types} as {};", told.statement)?;
        let parameters = told.parameters.iter().map(|parameter| names.written(parameter)).collect::<Vec<_>>();
        writeln!(carried_out, "execute s{nth}({});", parameters.join(", "))?;
    }
    Ok(format!(
        "\\set n :first + :i * :step + :client_id\n\\set vn {FROM} + :n\n\\set pn :vn - {round}\n\\set rn {FROM} + :n % {REPS}\n\
         \\set cn {FROM} + :n % {round}\n\\if :i = 0\n{prepared}\\endif\n\\set i :i + 1\n{carried_out}",
        round = REPS * ROUND
    ))
}

/// Closes what the product's check-ins left open at the stock's customers: the roof opens and closes timers of its own.
///
/// # Errors
/// As any statement.
pub async fn clear(house: &House) -> anyhow::Result<()> {
    let mut conn = house.connect(Role::Superuser).await?;
    sqlx::query(
        "update timers set closed_at = now(), closed_because = 'done', in_time = true where organisation_id = $1 and closed_at is null and subject_id between $2 and $3",
    )
    .bind(demo::organisation_id("demo"))
    .bind(id(Kind::Customer, 0))
    .bind(id(Kind::Customer, REPS * ROUND))
    .execute(&mut conn)
    .await
    .context("closing timers")?;
    Ok(())
}
