//! What becomes of each line, held against the leads as they stand.

use std::collections::HashMap;

use store::leads::known::{Known, Marks};
use uuid::Uuid;

use super::columns::Column;
use super::sheet::Line;
use crate::files::heading::Column as _;
use crate::http::fault::FaultCode;

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

/// Leads and earlier lines by their marks.
struct Register<'a> {
    numbers: HashMap<&'a str, &'a Known>,
    phones: HashMap<String, Vec<(Option<&'a Known>, i32)>>,
    companies: HashMap<String, Vec<(Option<&'a Known>, i32)>>,
}

/// Judges every line in the file's order. With `enters_duplicates`, what may be there already is entered all the same, and named.
pub fn judge<'a>(lines: &'a [Line], known: &'a [Known], enters_duplicates: bool) -> Vec<Judged<'a>> {
    let mut register = Register { numbers: HashMap::new(), phones: HashMap::new(), companies: HashMap::new() };
    for lead in known {
        register.numbers.extend(lead.external_id.as_deref().map(|number| (number, lead)));
        for (mark, leads) in [(&lead.phone_e164, &mut register.phones), (&lead.company_key, &mut register.companies)] {
            if let Some(mark) = mark {
                leads.entry(mark.clone()).or_default().push((Some(lead), 0));
            }
        }
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
        let twins = self.twins(line);
        for (mark, leads) in [(line.said.phone_e164(), &mut self.phones), (line.said.company_key(), &mut self.companies)] {
            if let Some(mark) = mark {
                leads.entry(mark).or_default().push((None, line.line));
            }
        }
        let outcome = if twins.is_empty() || enters_duplicates { Outcome::Create } else { Outcome::Duplicate };
        judged(outcome, twins)
    }

    fn twins(&self, line: &Line) -> Vec<Twin> {
        let mut twins = Vec::<Twin>::new();
        let marked = [(line.said.phone_e164(), &self.phones, true), (line.said.company_key(), &self.companies, false)];
        for (mark, leads, is_phone) in marked {
            for (lead, at) in mark.and_then(|mark| leads.get(&mark)).into_iter().flatten() {
                // Of a lead that the caller does not see only that there is one.
                let lead_id = lead.filter(|lead| lead.is_seen).map(|lead| lead.id);
                let from = lead.is_none().then_some(*at);
                match twins.iter_mut().find(|twin| twin.lead_id == lead_id && twin.line == from) {
                    Some(twin) => (twin.same_phone, twin.same_company) = (twin.same_phone || is_phone, twin.same_company || !is_phone),
                    None => twins.push(Twin { lead_id, line: from, same_phone: is_phone, same_company: !is_phone }),
                }
            }
        }
        twins
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
}
