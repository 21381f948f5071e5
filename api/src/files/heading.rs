//! The heading of a file: which cell of a record says what.

use crate::http::fault::{Fault, FaultCode};

/// What a file can say about each of its things.
pub trait Column: Copy + PartialEq + 'static {
    const ALL: &'static [Self];
    /// Of each of these lists a heading needs one.
    const NEEDED: &'static [&'static [Self]];

    /// The name in headings and faults.
    fn as_str(self) -> &'static str;
    fn chinese(self) -> &'static str;
}

/// The columns of one file, in its order.
#[derive(Debug)]
pub struct Heading<C>(Vec<Option<C>>);

impl<C: Column> Heading<C> {
    /// Reads a file's first record: every cell names a column once, in English or Chinese.
    ///
    /// # Errors
    /// One fault per cell that names none, or one that was named before, and per column that is needed and not there.
    pub fn read(line: i32, cells: &[&str]) -> Result<Self, Vec<Fault>> {
        let mut columns = Vec::with_capacity(cells.len());
        let mut faults = Vec::new();
        for cell in cells {
            let cell = cell.trim().to_lowercase();
            let column = C::ALL.iter().copied().find(|column| column.as_str() == cell || column.chinese() == cell);
            let fault = |code| Fault::at(format!("/{line}/{}", cell.chars().take(40).collect::<String>()), code);
            if column.is_none() && !cell.is_empty() {
                faults.push(fault(FaultCode::UnknownField).allowing(names(C::ALL)));
            } else if column.is_some() && columns.contains(&column) {
                faults.push(fault(FaultCode::Duplicate));
            }
            columns.push(column);
        }
        for needed in C::NEEDED.iter().filter(|needed| needed.iter().all(|column| !columns.contains(&Some(*column)))) {
            let fault = Fault::at(format!("/{line}/{}", needed.first().map_or("", |column| column.as_str())), FaultCode::Required);
            faults.push(if needed.len() > 1 { fault.allowing(names(needed)) } else { fault });
        }
        if faults.is_empty() { Ok(Self(columns)) } else { Err(faults) }
    }

    /// What a record says in `column`, without the white space around it; `None` when it says nothing.
    pub fn cell<'a>(&self, cells: &[&'a str], column: C) -> Option<&'a str> {
        let at = self.0.iter().position(|named| *named == Some(column))?;
        cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// Whether a record says something where the heading names no column.
    pub fn is_overrun_by(&self, cells: &[&str]) -> bool {
        cells.iter().enumerate().any(|(n, cell)| !matches!(self.0.get(n), Some(Some(_))) && !cell.trim().is_empty())
    }
}

fn names<C: Column>(columns: &[C]) -> String {
    columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ")
}
