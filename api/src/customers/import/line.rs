//! One record to one line: every cell is understood, or the line has a fault.

use domain::place::{Datum, Located, SentPosition};
use store::customers::imports::StagedLine;
use store::customers::pins::datum_named;
use uuid::Uuid;

use super::columns::{Column, Heading};
use crate::customers::fields::{Address, ExternalId, FenceM, Name};
use crate::files::cells::{Units, text_of};
use crate::files::heading::Column as _;
use crate::http::fault::FaultCode;
use crate::place::SentPlace;

/// What a line is read against.
pub struct Ground {
    /// The datum of coordinates whose line names none.
    pub datum: Option<Datum>,
    /// The unit of lines that name none.
    pub unit_id: Uuid,
    pub units: Units,
}

type Wrong = (FaultCode, Column);

/// Understands one record; what could be understood is kept even of a line with a fault, so that people find it again.
pub fn understand(line: i32, heading: &Heading, cells: &[&str], ground: &Ground) -> StagedLine {
    let mut staged = StagedLine { line, ..StagedLine::default() };
    let mut fault = None;
    let mut note = |wrong: Wrong| {
        fault.get_or_insert((wrong.0.as_str(), wrong.1.as_str()));
    };
    let says = |column| heading.cell(cells, column);
    staged.external_id = text::<1, { ExternalId::LONGEST }>(says(Column::ExternalId), Column::ExternalId, &mut note);
    staged.name = text::<1, { Name::LONGEST }>(says(Column::Name), Column::Name, &mut note);
    staged.address = text::<1, { Address::LONGEST }>(says(Column::Address), Column::Address, &mut note);
    if says(Column::Name).is_none() {
        note((FaultCode::Required, Column::Name));
    }
    if let Some(cell) = says(Column::Unit) {
        staged.unit_id = ground.units.find(cell);
        if staged.unit_id.is_none() {
            note((FaultCode::NotKnown, Column::Unit));
        }
    }
    match pin(says, ground.datum) {
        Ok(pin) => staged.pin = pin,
        Err(wrong) => note(wrong),
    }
    match says(Column::FenceM).map(|cell| number(cell, Column::FenceM)).transpose() {
        Ok(None) => {}
        Ok(Some(metres)) if FenceM::new(metres).is_some() => staged.fence_m = Some(metres),
        Ok(Some(_)) => note((FaultCode::OutOfRange, Column::FenceM)),
        Err(wrong) => note(wrong),
    }
    staged.fault = fault;
    staged
}

fn text<const MIN: usize, const MAX: usize>(cell: Option<&str>, column: Column, note: &mut impl FnMut(Wrong)) -> Option<String> {
    text_of::<MIN, MAX>(cell?).map_err(|code| note((code, column))).ok()
}

fn number(cell: &str, column: Column) -> Result<f64, Wrong> {
    cell.parse().ok().filter(|number: &f64| number.is_finite()).ok_or((FaultCode::Malformed, column))
}

fn pin<'a>(says: impl Fn(Column) -> Option<&'a str>, default: Option<Datum>) -> Result<Option<(SentPosition, Located)>, Wrong> {
    let datum = match says(Column::Datum) {
        Some(cell) => Some(datum_named(&cell.to_lowercase().replace('-', "")).ok_or((FaultCode::NotKnown, Column::Datum))?),
        None => default,
    };
    let (lat, lon) = match (says(Column::Lat), says(Column::Lon)) {
        (None, None) => return Ok(None),
        (Some(lat), Some(lon)) => (number(lat, Column::Lat)?, number(lon, Column::Lon)?),
        (None, _) => return Err((FaultCode::Required, Column::Lat)),
        (_, None) => return Err((FaultCode::Required, Column::Lon)),
    };
    let datum = datum.ok_or((FaultCode::Required, Column::Datum))?;
    let sent = SentPosition { lat, lon, datum };
    let column = |field| if field == "lon" { Column::Lon } else { Column::Lat };
    SentPlace::check(sent).map_err(|fault| (fault.code, column(fault.field)))?;
    Ok(sent.to_wgs84().map(|located| (sent, located)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: [&str; 8] = ["external_id", "name", "address", "lat", "lon", "datum", "fence_m", "unit"];

    fn read(cells: [&str; 8], default: Option<Datum>) -> StagedLine {
        let east = Uuid::from_u128(2);
        let units = Units::new(vec![(Uuid::from_u128(1), "华东".into()), (east, "二组".into()), (Uuid::from_u128(3), "华东".into())]);
        let ground = Ground { datum: default, unit_id: east, units };
        understand(7, &Heading::read(1, &HEADING).unwrap(), &cells, &ground)
    }

    #[test]
    fn a_line_is_understood_whole() {
        let line = read(["C-1", "晨光", "人民路", "31.2284277", "121.4782231", "GCJ-02", "150", "二组"], None);
        assert_eq!((line.line, line.fault), (7, None));
        assert_eq!(line.pin.unwrap().0, SentPosition { lat: 31.228_427_7, lon: 121.478_223_1, datum: Datum::Gcj02 });
        assert_eq!((line.fence_m, line.unit_id), (Some(150.0), Some(Uuid::from_u128(2))));
        let bare = read(["", "晨光", "", "", "", "", "", ""], None);
        assert!(bare.fault.is_none() && bare.pin.is_none() && bare.external_id.is_none());
        assert!(read(["", "晨光", "", "31.2", "121.4", "", "", ""], Some(Datum::Bd09)).pin.is_some());
    }

    #[test]
    fn every_fault_names_its_column() {
        let long = "x".repeat(201);
        let unit = Uuid::from_u128(9).to_string();
        for (cells, fault) in [
            (["C-1", " ", "", "", "", "", "", ""], ("required", "name")),
            (["C-1", &long, "", "", "", "", "", ""], ("too_long", "name")),
            (["C\0", "晨光", "", "", "", "", "", ""], ("malformed", "external_id")),
            (["C-1", "晨光", "", "31.2", "121.4", "", "", ""], ("required", "datum")),
            (["C-1", "晨光", "", "31.2", "", "wgs84", "", ""], ("required", "lon")),
            (["C-1", "晨光", "", "", "121.4", "wgs84", "", ""], ("required", "lat")),
            (["C-1", "晨光", "", "31.2", "121.4", "mars", "", ""], ("not_known", "datum")),
            (["C-1", "晨光", "", "31.2", "121.4", "wgs84", "", "三组"], ("not_known", "unit")),
            (["C-1", "晨光", "", "31.2", "121.4", "wgs84", "", "华东"], ("not_known", "unit")),
            (["C-1", "晨光", "", "31.2", "121.4", "wgs84", "", &unit], ("not_known", "unit")),
            (["C-1", "晨光", "", "121.4", "31.2", "wgs84", "", ""], ("swapped_coordinates", "lat")),
            (["C-1", "晨光", "", "31.2", "200", "wgs84", "", ""], ("out_of_range", "lon")),
            (["C-1", "晨光", "", "-91", "-91", "wgs84", "", ""], ("out_of_range", "lat")),
            (["C-1", "晨光", "", "0", "0", "wgs84", "", ""], ("not_allowed", "lat")),
            (["C-1", "晨光", "", "NaN", "121.4", "wgs84", "", ""], ("malformed", "lat")),
            (["C-1", "晨光", "", "31°12′", "121.4", "wgs84", "", ""], ("malformed", "lat")),
            (["C-1", "晨光", "", "", "", "", "9", ""], ("out_of_range", "fence_m")),
            (["C-1", "晨光", "", "", "", "", "wide", ""], ("malformed", "fence_m")),
        ] {
            assert_eq!(read(cells, None).fault, Some(fault), "{cells:?}");
        }
    }
}
