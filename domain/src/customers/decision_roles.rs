//! The places in a customer's decision chain.
//!
//! Every organisation has its own list; this one is what a new organisation starts with. It follows the buying roles of
//! Miller-Heiman, with the names Chinese sales teams use.

use serde::Serialize;

use crate::texts::Language;

/// One entry of a decision-role list: a code that never changes and the names people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DecisionRole {
    pub code: &'static str,
    pub zh_cn: &'static str,
    pub en: &'static str,
}

impl DecisionRole {
    /// The name in a language.
    pub const fn name(&self, language: Language) -> &'static str {
        match language {
            Language::ZhCn => self.zh_cn,
            Language::En => self.en,
        }
    }
}

/// The list of a new organisation. `receptionist` is a position and `gatekeeper` a role: both are kept, so that talking to the front
/// desk is not counted as access to a decision.
pub const DEFAULT: &[DecisionRole] = &[
    role("economic_buyer", "经济决策者", "Economic buyer"),
    role("decision_maker", "最终决策者", "Final decision maker"),
    role("user_buyer", "使用部门/使用者", "User buyer"),
    role("technical_buyer", "技术把关者", "Technical buyer"),
    role("purchaser", "采购负责人", "Purchaser"),
    role("legal_finance", "法务/财务", "Legal or finance"),
    role("initiator", "发起者", "Initiator"),
    role("influencer", "影响者", "Influencer"),
    role("champion", "支持者", "Champion"),
    role("coach", "教练/内线", "Coach"),
    role("blocker", "反对者", "Blocker"),
    role("gatekeeper", "守门人", "Gatekeeper"),
    role("receptionist", "前台", "Receptionist"),
    role("partner", "渠道/合作方", "Partner"),
    role("unknown", "未识别", "Not identified yet"),
];

const fn role(code: &'static str, zh_cn: &'static str, en: &'static str) -> DecisionRole {
    DecisionRole { code, zh_cn, en }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, DecisionRole};
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_names_are_distinct_and_codes_are_identifiers() {
        let picks: [fn(&DecisionRole) -> &'static str; 3] = [|role| role.code, |role| role.zh_cn, |role| role.en];
        for pick in picks {
            assert_eq!(DEFAULT.iter().map(pick).collect::<BTreeSet<_>>().len(), DEFAULT.len());
        }
        assert!(DEFAULT.iter().all(|role| role.code.chars().all(|c| c.is_ascii_lowercase() || c == '_') && role.code.len() <= 40));
    }
}
