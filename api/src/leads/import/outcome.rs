//! What becomes of each line, held against the leads as they stand.

use std::collections::HashMap;
use std::rc::Rc;

use store::leads::known::{Known, Marks};
use uuid::Uuid;

use super::columns::Column;
use super::sheet::Line;
use crate::files::heading::Column as _;
use crate::http::fault::FaultCode;

/// So many are named of one line: nobody needs more to choose, and all of many equal lines would be the square of the file.
const TWINS_MAX: usize = 10;

/// A lead, or an earlier line, that may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    pub lead_id: Option<Uuid>,
    pub line: Option<i32>,
    pub same_phone: bool,
    pub same_company: bool,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Create,
    /// A lead has its number: it was brought before.
    Known(Uuid),
    /// It may be one that is there already.
    Duplicate,
    Fault(FaultCode, &'static str),
}

/// A line with what becomes of it.
#[derive(Debug)]
pub struct Judged<'a> {
    pub line: &'a Line,
    pub outcome: Outcome,
    /// At most `TWINS_MAX`.
    pub twins: Vec<Twin>,
}

/// What the lines are known by.
pub fn marks(lines: &[Line]) -> Marks {
    let sound = || lines.iter().filter(|line| line.fault.is_none()).map(|line| &line.said);
    Marks {
        external_ids: sound().filter_map(|said| said.external_id.clone()).collect(),
        phones: sound().filter_map(store::leads::Said::phone_e164).collect(),
        companies: sound().filter_map(store::leads::Said::company_key).collect(),
    }
}

/// A lead that the caller sees or an earlier line, with its marks; with neither named, a lead that the caller does not see.
struct Bearer {
    lead_id: Option<Uuid>,
    line: Option<i32>,
    phone: Option<String>,
    company: Option<String>,
}

impl Bearer {
    fn has_phone_of(&self, other: &Self) -> bool {
        self.phone.is_some() && self.phone == other.phone
    }

    fn has_company_of(&self, other: &Self) -> bool {
        self.company.is_some() && self.company == other.company
    }
}

/// Who has one mark, in the order in which they came.
#[derive(Default)]
struct Bearers {
    named: Vec<Rc<Bearer>>,
    /// Of leads that the caller does not see only that there is one.
    has_hidden: bool,
}

/// Leads and earlier lines by their marks.
struct Register<'a> {
    numbers: HashMap<&'a str, &'a Known>,
    phones: HashMap<String, Bearers>,
    companies: HashMap<String, Bearers>,
}

/// Judges every line in the file's order. With `enters_duplicates`, what may be there already is entered all the same, and named.
pub fn judge<'a>(lines: &'a [Line], known: &'a [Known], enters_duplicates: bool) -> Vec<Judged<'a>> {
    let mut register = Register { numbers: HashMap::new(), phones: HashMap::new(), companies: HashMap::new() };
    for lead in known {
        register.numbers.extend(lead.external_id.as_deref().map(|number| (number, lead)));
        let (phone, company) = (lead.phone_e164.clone(), lead.company_key.clone());
        register.enter(Bearer { lead_id: lead.is_seen.then_some(lead.id), line: None, phone, company });
    }
    lines.iter().map(|line| register.judge(line, enters_duplicates)).collect()
}

impl<'a> Register<'a> {
    fn judge(&mut self, line: &'a Line, enters_duplicates: bool) -> Judged<'a> {
        let judged = |outcome, twins| Judged { line, outcome, twins };
        if let Some((code, column)) = line.fault {
            return judged(Outcome::Fault(code, column), Vec::new());
        }
        if let Some(known) = line.said.external_id.as_deref().and_then(|number| self.numbers.get(number)) {
            let outcome = if known.is_seen {
                Outcome::Known(known.id)
            } else {
                // Another team's, of which nothing more is told.
                Outcome::Fault(FaultCode::NotAllowed, Column::ExternalId.as_str())
            };
            return judged(outcome, Vec::new());
        }
        let own = Bearer { lead_id: None, line: Some(line.line), phone: line.said.phone_e164(), company: line.said.company_key() };
        let twins = self.twins(&own);
        self.enter(own);
        let outcome = if twins.is_empty() || enters_duplicates { Outcome::Create } else { Outcome::Duplicate };
        judged(outcome, twins)
    }

    fn enter(&mut self, bearer: Bearer) {
        let is_hidden = bearer.lead_id.is_none() && bearer.line.is_none();
        let bearer = Rc::new(bearer);
        for (mark, register) in [(&bearer.phone, &mut self.phones), (&bearer.company, &mut self.companies)] {
            let Some(mark) = mark else { continue };
            let bearers = register.entry(mark.clone()).or_default();
            if is_hidden {
                bearers.has_hidden = true;
            } else {
                bearers.named.push(Rc::clone(&bearer));
            }
        }
    }

    /// Those with its phone, then those with its company alone, then that there are others which are not seen: so nobody comes twice, and
    /// nothing is searched.
    fn twins(&self, own: &Bearer) -> Vec<Twin> {
        let phones = own.phone.as_ref().and_then(|mark| self.phones.get(mark));
        let companies = own.company.as_ref().and_then(|mark| self.companies.get(mark));
        let (same_phone, same_company) = (phones.is_some_and(|of| of.has_hidden), companies.is_some_and(|of| of.has_hidden));
        let hidden = (same_phone || same_company).then_some(Twin { lead_id: None, line: None, same_phone, same_company });
        let of_company = companies.into_iter().flat_map(|of| &of.named).filter(|other| !other.has_phone_of(own));
        let named = phones.into_iter().flat_map(|of| &of.named).chain(of_company).take(TWINS_MAX - usize::from(hidden.is_some()));
        let named = named.map(|other| Twin {
            lead_id: other.lead_id,
            line: other.line,
            same_phone: other.has_phone_of(own),
            same_company: other.has_company_of(own),
        });
        named.chain(hidden).collect()
    }
}

#[cfg(test)]
mod tests {
    use store::leads::Said;

    use super::*;

    fn line(line: i32, company: &str, phone: &str, number: &str) -> Line {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let said = Said { company: text(company), phone: text(phone), external_id: text(number), ..Said::default() };
        Line { line, said, unit_id: Uuid::nil(), fault: None }
    }

    fn known(id: u128, company: &str, phone: &str, number: &str, is_seen: bool) -> Known {
        let said = line(0, company, phone, number).said;
        Known {
            id: Uuid::from_u128(id),
            phone_e164: said.phone_e164(),
            company_key: said.company_key(),
            external_id: said.external_id,
            is_seen,
        }
    }

    #[test]
    fn what_is_there_already_is_known_or_named() {
        let leads = [known(1, "晨光有限公司", "13800138000", "L1", true), known(2, "秘密公司", "13900139000", "L2", false)];
        let lines = [
            line(2, "随便", "", "L1"),
            line(3, "随便", "", "L2"),
            line(4, "晨光", "138-0013-8000", ""),
            line(5, "秘密", "", ""),
            line(6, "新的", "13700137000", ""),
            line(7, "新的公司", "", ""),
        ];
        let judged = judge(&lines, &leads, false);
        let outcomes = judged.iter().map(|one| one.outcome.clone()).collect::<Vec<_>>();
        let (id, fault) = (Uuid::from_u128(1), Outcome::Fault(FaultCode::NotAllowed, "external_id"));
        assert_eq!(outcomes, [Outcome::Known(id), fault, Outcome::Duplicate, Outcome::Duplicate, Outcome::Create, Outcome::Duplicate]);
        assert_eq!(judged[2].twins, [Twin { lead_id: Some(id), line: None, same_phone: true, same_company: true }]);
        assert_eq!(judged[3].twins, [Twin { lead_id: None, line: None, same_phone: false, same_company: true }]);
        assert_eq!(judged[5].twins, [Twin { lead_id: None, line: Some(6), same_phone: false, same_company: true }]);
        let all = judge(&lines, &leads, true);
        assert_eq!(all.iter().filter(|one| one.outcome == Outcome::Create).count(), 4);
    }

    #[test]
    fn of_many_that_are_equal_a_few_are_named() {
        let lines = (2..1002).map(|n| line(n, "晨光有限公司", "13800138000", "")).collect::<Vec<_>>();
        let leads = [known(1, "晨光有限公司", "", "", false), known(2, "晨光有限公司", "", "", false)];
        let judged = judge(&lines, &leads, false);
        let hidden = Twin { lead_id: None, line: None, same_phone: false, same_company: true };
        assert_eq!(judged[0].twins, std::slice::from_ref(&hidden));
        let equal = |line| Twin { lead_id: None, line: Some(line), same_phone: true, same_company: true };
        assert_eq!(judged[999].twins, (2..11).map(equal).chain([hidden]).collect::<Vec<_>>());
        assert!(judged.iter().all(|one| one.outcome == Outcome::Duplicate && one.twins.len() <= TWINS_MAX));
    }

    #[test]
    fn who_has_the_phone_is_named_before_many_of_the_company() {
        let leads = (0..30).map(|n| known(n, "晨光有限公司", &format!("138001380{n:02}"), "", true)).collect::<Vec<_>>();
        let lines = [line(2, "晨光有限公司", "13800138029", "")];
        let twins = judge(&lines, &leads, false).remove(0).twins;
        assert_eq!(twins.len(), TWINS_MAX);
        assert_eq!(twins[0], Twin { lead_id: Some(Uuid::from_u128(29)), line: None, same_phone: true, same_company: true });
        assert_eq!(twins[1], Twin { lead_id: Some(Uuid::from_u128(0)), line: None, same_phone: false, same_company: true });
    }
}
