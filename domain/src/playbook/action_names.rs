//! What people call the actions.

use super::action::ActionKind;
use crate::texts::Language;

impl ActionKind {
    /// What somebody is told is waited for, or was done.
    pub const fn name(self, language: Language) -> &'static str {
        let (zh_cn, en) = self.names();
        match language {
            Language::ZhCn => zh_cn,
            Language::En => en,
        }
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::LeadCreated => ("录入线索", "the lead entered"),
            Self::LeadAssigned => ("派单", "an offer to a rep"),
            Self::LeadAccepted => ("接单", "accepting the lead"),
            Self::LeadDeclined => ("拒单", "declining the lead"),
            Self::LeadOfferExpired => ("派单过期", "the offer running out"),
            Self::LeadReturned => ("退回公海", "returning the lead to the pool"),
            Self::LeadContacted => ("首次联系记录", "a record of the first contact"),
            Self::LeadQualified => ("确认意向", "qualifying the lead"),
            Self::LeadDisqualified => ("判为无效", "disqualifying the lead"),
            Self::LeadConverted => ("转为商机", "converting the lead"),
            Self::LeadMerged => ("合并线索", "merging the lead into another"),
            Self::LeadMoved => ("手动调整线索阶段", "moving the lead by hand"),
            Self::LeadChanged => ("修改线索", "editing the lead"),
            Self::DealCreated => ("建立商机", "the deal created"),
            Self::DealMoved => ("手动调整商机阶段", "moving the deal by hand"),
            Self::DealChanged => ("修改商机", "editing the deal"),
            Self::DealContactAdded => ("补充决策链联系人", "adding a contact of the decision chain"),
            Self::DealContactChanged => ("修改决策链联系人", "editing a contact of the decision chain"),
            Self::DealContactRemoved => ("移除决策链联系人", "removing a contact of the decision chain"),
            Self::DealAssigned => ("改派商机", "giving the deal to a rep"),
            Self::DealNeedsRecorded => ("记录需求", "recording the needs"),
            Self::DealDemoHeld => ("演示或试用", "a demo or trial"),
            Self::DealQuotationSent => ("发出报价", "sending a quotation"),
            Self::DealQuotationAcknowledged => ("客户确认看过报价", "the customer acknowledging the quotation"),
            Self::DealTermsDiscussed => ("商谈条款", "discussing the terms"),
            Self::DealDiscountApproved => ("批准折扣", "approving a discount"),
            Self::DealTenderReceived => ("收到招标文件", "receiving the tender"),
            Self::DealSigned => ("签约", "the signature"),
            Self::DealPaid => ("收款", "a payment"),
            Self::DealLost => ("输单", "losing the deal"),
            Self::DealAbandoned => ("放弃商机", "giving the deal up"),
            Self::VisitCounted => ("有效拜访", "a valid visit"),
            Self::CallAnswered => ("接通的电话", "an answered call"),
            Self::CallTried => ("未接通的电话", "a call nobody answered"),
            Self::MeetingHeld => ("会议", "a meeting"),
            Self::ReplyReceived => ("客户回复", "a reply of the customer"),
            Self::MessageSent => ("发出消息", "sending a message"),
            Self::NoteAdded => ("备注", "a note"),
            Self::CustomerCreated => ("录入客户", "the customer entered"),
            Self::CustomerChanged => ("修改客户", "editing the customer"),
            Self::ContactCreated => ("录入联系人", "the contact entered"),
            Self::ContactChanged => ("修改联系人", "editing the contact"),
            Self::ContactChatAdded => ("加上聊天好友", "adding the chat contact"),
            Self::ContactTagged => ("打标签", "a tag"),
            Self::ContactContentPushed => ("推送内容", "sending content"),
            Self::HandoverAsked => ("提出交接", "asking for a hand-over"),
            Self::HandoverAnswered => ("回应交接", "answering the hand-over"),
            Self::HandoverWithdrawn => ("撤回交接", "withdrawing the hand-over"),
            Self::HandoverChanged => ("修改交接", "editing the hand-over"),
            Self::DocumentShared => ("分享文件", "sharing the document"),
            Self::DocumentOpened => ("打开文件", "an opening of the document"),
            Self::DocumentSigned => ("签署文件", "signing the document"),
            Self::DocumentWithdrawn => ("撤回文件", "withdrawing the document"),
            Self::DocumentChanged => ("修改文件", "editing the document"),
        }
    }
}
