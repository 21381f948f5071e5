//! The heading of a file: which cell of a record says what.

use crate::http::fault::{Fault, FaultCode};

/// What a file can say about a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    ExternalId,
    Name,
    Address,
    Lat,
    Lon,
    Datum,
    FenceM,
    Unit,
}

impl Column {
    pub const ALL: [Self; 8] = [Self::ExternalId, Self::Name, Self::Address, Self::Lat, Self::Lon, Self::Datum, Self::FenceM, Self::Unit];

    /// The name in headings and faults.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::Name => "name",
            Self::Address => "address",
            Self::Lat => "lat",
            Self::Lon => "lon",
            Self::Datum => "datum",
            Self::FenceM => "fence_m",
            Self::Unit => "unit",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::ExternalId => "客户编号",
            Self::Name => "名称",
            Self::Address => "地址",
            Self::Lat => "纬度",
            Self::Lon => "经度",
            Self::Datum => "坐标系",
            Self::FenceM => "围栏半径",
            Self::Unit => "部门",
        }
    }
}

/// The columns of one file, in its order.
#[derive(Debug)]
pub struct Heading(Vec<Option<Column>>);

impl Heading {
    /// Reads a file's first record: every cell names a column once, in English or Chinese; `name` is needed.
    ///
    /// # Errors
    /// One fault per cell that names none, or one that was named before.
    pub fn read(line: i32, cells: &[&str]) -> Result<Self, Vec<Fault>> {
        let mut columns = Vec::with_capacity(cells.len());
        let mut faults = Vec::new();
        for cell in cells {
            let cell = cell.trim().to_lowercase();
            let column = Column::ALL.into_iter().find(|column| column.as_str() == cell || column.chinese() == cell);
            let fault = |code| Fault::at(format!("/{line}/{}", cell.chars().take(40).collect::<String>()), code);
            if column.is_none() && !cell.is_empty() {
                faults.push(fault(FaultCode::UnknownField).allowing(Column::ALL.map(Column::as_str).join(", ")));
            } else if column.is_some() && columns.contains(&column) {
                faults.push(fault(FaultCode::Duplicate));
            }
            columns.push(column);
        }
        if !columns.contains(&Some(Column::Name)) {
            faults.push(Fault::at(format!("/{line}/name"), FaultCode::Required));
        }
        if faults.is_empty() { Ok(Self(columns)) } else { Err(faults) }
    }

    /// What a record says in `column`, without the white space around it; `None` when it says nothing.
    pub fn cell<'a>(&self, cells: &[&'a str], column: Column) -> Option<&'a str> {
        let at = self.0.iter().position(|named| *named == Some(column))?;
        cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// Whether a record says something where the heading names no column.
    pub fn is_overrun_by(&self, cells: &[&str]) -> bool {
        cells.iter().enumerate().any(|(n, cell)| !matches!(self.0.get(n), Some(Some(_))) && !cell.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_read_in_any_order_and_both_languages() {
        let heading = Heading::read(1, &["名称", " LAT ", "经度", "Unit", ""]).unwrap();
        let cells = ["晨光", "31.2", " 121.4 ", "", ""];
        assert_eq!(heading.cell(&cells, Column::Name), Some("晨光"));
        assert_eq!(heading.cell(&cells, Column::Lon), Some("121.4"));
        assert_eq!(heading.cell(&cells, Column::Unit), None);
        assert_eq!(heading.cell(&cells, Column::Address), None);
        assert!(!heading.is_overrun_by(&cells));
        assert!(heading.is_overrun_by(&["晨光", "31.2", "121.4", "", "", "more"]));
    }

    #[test]
    fn headings_that_cannot_be_understood_name_every_fault() {
        let faults = Heading::read(1, &["colour", "lat", "纬度"]).unwrap_err();
        let told: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        let want = [("/1/colour", FaultCode::UnknownField), ("/1/纬度", FaultCode::Duplicate), ("/1/name", FaultCode::Required)];
        assert_eq!(told, want);
    }
}
