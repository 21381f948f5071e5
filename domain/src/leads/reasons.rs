//! Why leads come to nothing or go back: closed lists, so that they can be counted.

use crate::reasons::reasons;

reasons! {
    /// Why a lead is no lead.
    Disqualified:
    NoNeed = "no_need" "没有需求" "No need";
    NoBudget = "no_budget" "没有预算" "No budget";
    WrongContact = "wrong_contact" "联系方式有误" "Wrong contact details";
    Unreachable = "unreachable" "一直联系不上" "Cannot be reached";
    ChoseCompetitor = "chose_competitor" "已选择竞品" "Chose a competitor";
    OutOfArea = "out_of_area" "不在服务区域" "Outside of our area";
    Duplicate = "duplicate" "重复线索" "A duplicate";
    NotSerious = "not_serious" "并非真实客户" "Not a real customer";
    /// With a note.
    Other = "other" "其他" "Other";
}

reasons! {
    /// Why a rep does not take an offer, or gives a lead back.
    GivenBack:
    TooBusy = "too_busy" "手上太满" "Too much on my hands";
    NotMyArea = "not_my_area" "不在我的区域" "Not my area";
    NotMyTrade = "not_my_trade" "不熟悉这个行业" "Not my trade";
    KnowsSomebodyElse = "knows_somebody_else" "同事更合适" "A colleague knows them better";
    OnLeave = "on_leave" "休假" "On leave";
    /// With a note.
    Other = "other" "其他" "Other";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn codes_are_distinct_and_told_in_both_languages() {
        let codes = Disqualified::ALL.iter().map(|one| one.as_str()).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(codes.len(), Disqualified::ALL.len());
        for reason in GivenBack::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert_ne!(reason.name(Language::ZhCn), reason.name(Language::En));
        }
    }
}
