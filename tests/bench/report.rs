//! One table for people and one JSON file for machines.

use std::fmt;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::machine::Machine;

/// Everything that was measured in one run.
#[derive(Debug, Serialize)]
pub struct Report {
    machine: Machine,
    rows: Vec<Row>,
}

/// One figure and what it is held against.
#[derive(Debug, Default, Serialize)]
pub struct Row {
    pub measurement: &'static str,
    pub what: String,
    /// Things done per second.
    pub rate: Option<f64>,
    /// What `rate` counts, as in `check-ins`.
    pub unit: &'static str,
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    /// The best this machine did in the same run, in the unit of `rate`, or in milliseconds where there is none.
    pub roof: Option<f64>,
    /// Rate to roof, or roof to median where there is no rate: 1 is the best there can be.
    pub of_roof: Option<f64>,
    /// What should be reached, in words; empty where nothing was promised.
    pub aim: String,
    pub met: Option<bool>,
    pub note: String,
}

impl Row {
    /// Puts the best that the machine did beside the figure.
    pub fn under(mut self, roof: f64) -> Self {
        self.roof = Some(roof);
        self.of_roof = self.rate.map(|rate| rate / roof).or(self.p50_ms.map(|median| roof / median));
        self
    }

    /// States what should be reached and whether it was.
    pub fn aiming(mut self, aim: impl Into<String>, met: bool) -> Self {
        (self.aim, self.met) = (aim.into(), Some(met));
        self
    }
}

impl Report {
    pub fn new(machine: Machine) -> Self {
        Self { machine, rows: Vec::new() }
    }

    pub fn add(&mut self, row: Row) {
        eprintln!("   {row}");
        self.rows.push(row);
    }

    /// Notes how busy the machine was at the end.
    pub fn finish(&mut self) {
        self.machine.finish();
    }

    /// Writes the JSON.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        std::fs::write(path, serde_json::to_vec_pretty(self)?).with_context(|| format!("writing {}", path.display()))
    }
}

const WIDTHS: [usize; 7] = [26, 18, 9, 9, 10, 8, 5];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}\n", self.machine)?;
        cells(f, "", &["", "rate /s", "p50 ms", "p99 ms", "roof", "of roof", "met"].map(str::to_owned))?;
        writeln!(f, "  aim; note")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = self.met.map_or("", |met| if met { "yes" } else { "NO" });
        let rate = self.rate.map_or_else(String::new, |rate| format!("{} {}", figure(rate), self.unit));
        let figures = [self.p50_ms, self.p99_ms, self.roof].map(|value| value.map_or_else(String::new, figure));
        let [p50, p99, roof] = figures;
        let of_roof = self.of_roof.map_or_else(String::new, |ratio| format!("{:.0} %", ratio * 100.0));
        cells(f, self.measurement, &[self.what.clone(), rate, p50, p99, roof, of_roof, met.to_owned()])?;
        let words = [self.aim.as_str(), self.note.as_str()].into_iter().filter(|words| !words.is_empty());
        write!(f, "  {}", words.collect::<Vec<_>>().join("; "))
    }
}

fn cells(f: &mut fmt::Formatter<'_>, first: &str, rest: &[String; 7]) -> fmt::Result {
    write!(f, "{first:<12}")?;
    for ((n, cell), width) in rest.iter().enumerate().zip(WIDTHS) {
        if n == 0 { write!(f, "{cell:<width$}")? } else { write!(f, "{cell:>width$}")? }
    }
    Ok(())
}

/// Three digits that matter.
fn figure(value: f64) -> String {
    match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
