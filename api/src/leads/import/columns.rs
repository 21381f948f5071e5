//! What a file can say about leads.

use crate::files::heading;

/// What a file can say about a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    ExternalId,
    Source,
    Company,
    Person,
    Phone,
    Email,
    Wish,
    Unit,
}

impl heading::Column for Column {
    const ALL: &'static [Self] =
        &[Self::ExternalId, Self::Source, Self::Company, Self::Person, Self::Phone, Self::Email, Self::Wish, Self::Unit];
    const NEEDED: &'static [&'static [Self]] = &[&[Self::Company, Self::Person]];

    fn as_str(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::Source => "source",
            Self::Company => "company",
            Self::Person => "person",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Wish => "wish",
            Self::Unit => "unit",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::ExternalId => "线索编号",
            Self::Source => "来源",
            Self::Company => "公司",
            Self::Person => "联系人",
            Self::Phone => "电话",
            Self::Email => "邮箱",
            Self::Wish => "需求",
            Self::Unit => "部门",
        }
    }
}

/// The heading of a file of leads.
pub type Heading = heading::Heading<Column>;
