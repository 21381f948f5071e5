//! What entries are called. Those that playbooks know have their names there; here are the others of the log.

use std::collections::BTreeSet;

use crate::playbook::ActionKind;
use crate::texts::Language;

/// What an entry of `kind` is called; its family's name where the kind has none.
pub fn name_of(kind: &str, language: Language) -> &'static str {
    if let Some(kind) = ActionKind::parse(kind) {
        return kind.name(language);
    }
    let (zh_cn, en) = names(kind).or_else(|| family(family_of(kind))).unwrap_or(("操作", "an action"));
    match language {
        Language::ZhCn => zh_cn,
        Language::En => en,
    }
}

/// What a kind is about: what is before its dot.
pub fn family_of(kind: &str) -> &str {
    kind.split_once('.').map_or(kind, |(family, _)| family)
}

/// Kinds of the log that no playbook speaks of.
const OTHERS: &[(&str, &str, &str)] = &[
    ("visit.submitted", "提交拜访", "a visit handed in"),
    ("visit.judged", "拜访判定", "the visit judged"),
    ("visit.photos_added", "补充拜访照片", "photos added to the visit"),
    ("visit.appealed", "拜访申诉", "an appeal about the visit"),
    ("visit.reviewed", "人工复核拜访", "the visit reviewed"),
    ("visit.re_evaluated", "拜访重新判定", "the visit judged anew"),
    ("visit.overturned", "拜访不再计入", "the visit does not count any more"),
    ("customer.pin_changed", "修改客户定位", "the customer's pin changed"),
    ("customer.pin_proposed", "建议客户定位", "a pin proposed for the customer"),
    ("customer.pin_accepted", "采纳客户定位", "a proposed pin accepted"),
    ("customer.pin_rejected", "驳回客户定位", "a proposed pin turned down"),
    ("customer.deleted", "删除客户", "the customer taken out of the lists"),
    ("contact.deleted", "删除联系人", "the contact taken out of the lists"),
    ("document.created", "添加文件", "a document added"),
    ("document.version_added", "添加文件新版本", "another version of the document added"),
    ("incident.raised", "触发停滞预警", "an alert: something stalls"),
    ("incident.escalated", "预警升级", "the alert goes further up"),
    ("incident.acknowledged", "预警已确认", "the alert acknowledged"),
    ("incident.snoozed", "预警延后", "the alert put off"),
    ("incident.resolved", "预警解除", "the alert settled"),
    ("incident.superseded", "预警失效", "the alert is over by other means"),
    ("timer.ran_out", "计时到期", "a timer ran out"),
    ("timers.replanned", "计时按新规则调整", "timers count by newer rules"),
    ("list_entry.done", "完成周清单事项", "an entry of the weekly list done"),
    ("intervention.todo", "下发待办", "a todo given"),
    ("intervention.card", "下发异常卡片", "an exception card sent"),
    ("intervention.signal", "发出支援信号", "a signal for support sent"),
    ("intervention.push", "推送内容", "content pushed to the rep"),
];

fn names(kind: &str) -> Option<(&'static str, &'static str)> {
    OTHERS.iter().find(|(name, ..)| *name == kind).map(|(_, zh_cn, en)| (*zh_cn, *en))
}

/// Every kind of entry, and every family of kinds.
pub fn kinds() -> BTreeSet<&'static str> {
    let kinds = ActionKind::ALL.iter().map(|kind| kind.as_str()).chain(OTHERS.iter().map(|(name, ..)| *name));
    kinds.flat_map(|kind| [kind, family_of(kind)]).collect()
}

fn family(family: &str) -> Option<(&'static str, &'static str)> {
    Some(match family {
        "visit" => ("拜访", "a visit"),
        "customer" => ("客户", "the customer"),
        "contact" => ("联系人", "a contact"),
        "lead" => ("线索", "the lead"),
        "deal" => ("商机", "the deal"),
        "handover" => ("交接", "a hand-over"),
        "document" => ("文件", "a document"),
        "attachment" => ("附件", "an attachment"),
        "incident" => ("预警", "an alert"),
        "intervention" => ("提醒", "a notice"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::events::catalogue;

    #[test]
    fn every_kind_has_a_name_in_both_languages() {
        for kind in ["visit.judged", "deal.signed", "incident.raised", "document.something_new", "unheard.of"] {
            let (zh_cn, en) = (name_of(kind, Language::ZhCn), name_of(kind, Language::En));
            assert!(!zh_cn.is_ascii() && en.is_ascii(), "{kind}: {zh_cn} {en}");
        }
        assert_eq!(name_of("deal.unheard_of", Language::En), "the deal");
    }

    #[test]
    fn whatever_systems_hear_of_a_customer_a_story_can_be_narrowed_to() {
        let (kinds, told) = (kinds(), |subject: &&str| !["organisation", "intervention"].contains(subject));
        for event in catalogue().iter().filter(|event| event.subjects.iter().any(told)) {
            assert!(kinds.contains(event.name) && kinds.contains(family_of(event.name)), "{}", event.name);
        }
        assert!(!kinds.contains("deal.danced") && !kinds.contains("unheard"));
    }
}
