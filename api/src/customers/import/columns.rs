//! What a file can say about customers.

use crate::files::heading;

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

impl heading::Column for Column {
    const ALL: &'static [Self] =
        &[Self::ExternalId, Self::Name, Self::Address, Self::Lat, Self::Lon, Self::Datum, Self::FenceM, Self::Unit];
    const NEEDED: &'static [&'static [Self]] = &[&[Self::Name]];

    fn as_str(self) -> &'static str {
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

    fn chinese(self) -> &'static str {
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

/// The heading of a file of customers.
pub type Heading = heading::Heading<Column>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::fault::FaultCode;

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
