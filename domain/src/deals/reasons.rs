//! Why deals are won and lost: closed lists, so that they can be counted.

use crate::playbook::model::StageKind;
use crate::reasons::reasons;

reasons! {
    /// Why a deal was lost, or given up.
    LostReason:
    Price = "price" "价格" "Price";
    ChoseCompetitor = "chose_competitor" "选择了竞品" "Chose a competitor";
    NoBudget = "no_budget" "预算没有批下来" "No budget";
    NoDecision = "no_decision" "客户没有做决定" "The customer decided nothing";
    Postponed = "postponed" "项目推迟" "Postponed";
    MissingFunction = "missing_function" "缺少需要的功能" "Something they need is missing";
    Terms = "terms" "条款谈不拢" "The terms";
    Relationship = "relationship" "客户关系" "The relationship";
    NoReply = "no_reply" "客户不再回复" "They do not answer any more";
    CustomerClosed = "customer_closed" "客户停业" "The customer closed down";
    NotWorthIt = "not_worth_it" "不值得继续投入" "Not worth the effort";
    Duplicate = "duplicate" "重复商机" "A duplicate";
    /// With a note.
    Other = "other" "其他" "Other";
}

reasons! {
    /// Why a deal was won.
    WonReason:
    Product = "product" "产品合适" "The product fits";
    Price = "price" "价格" "Price";
    Service = "service" "服务" "Service";
    Relationship = "relationship" "客户关系" "The relationship";
    Speed = "speed" "响应快" "Speed";
    References = "references" "案例与口碑" "References";
    /// With a note.
    Other = "other" "其他" "Other";
}

/// Whether `code` says why a deal ended as `kind`. A stage in which it goes on needs none and takes none.
pub fn fits(kind: StageKind, code: Option<&str>) -> bool {
    match kind {
        StageKind::Open => code.is_none(),
        StageKind::Won => code.and_then(WonReason::parse).is_some(),
        StageKind::Lost => code.and_then(LostReason::parse).is_some(),
    }
}

/// The codes that say why a deal ended as `kind`.
pub fn codes(kind: StageKind) -> Vec<&'static str> {
    match kind {
        StageKind::Open => Vec::new(),
        StageKind::Won => WonReason::ALL.iter().map(|one| one.as_str()).collect(),
        StageKind::Lost => LostReason::ALL.iter().map(|one| one.as_str()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn codes_are_distinct_and_told_in_both_languages() {
        for kind in [StageKind::Won, StageKind::Lost] {
            let all = codes(kind);
            assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
            assert!(all.iter().all(|code| fits(kind, Some(code))));
        }
        for reason in LostReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert_ne!(reason.name(Language::ZhCn), reason.name(Language::En));
        }
        assert!(fits(StageKind::Open, None) && !fits(StageKind::Open, Some("price")) && !fits(StageKind::Won, None));
        assert!(!fits(StageKind::Won, Some("no_budget")));
    }
}
