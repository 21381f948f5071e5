//! The shapes of what is said about an action of a deal.

use domain::deals::reasons::LostReason;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::said::Named;
use crate::customers::contacts::RoleCode;
use crate::docs::lists;
use crate::http::values::{Decimal, Instant, Text, Whole};

type Words = Text<1, 2000>;
type NoteText = Text<1, 1000>;
/// In the smallest unit of the organisation's currency (fen).
type Amount = Whole<0, 100_000_000_000_000>;

/// What is said about an action.
pub trait Data: Serialize + DeserializeOwned {
    /// What it names, to be looked at before it is recorded; and what belongs together and is not there together.
    fn names(&self, _: &mut Named) {}
}

/// What becomes known of the needs is written into `fields`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealNeeds)]
pub struct Needs {
    note: Option<NoteText>,
}
impl Data for Needs {}

/// A contact's part in the deal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealContactPart)]
pub struct ContactPart {
    pub contact_id: Uuid,
    /// Codes of the organisation's decision roles; left out: the one that the contact has anyway.
    #[serde(default)]
    #[schema(required = false, max_items = 8)]
    pub roles: Vec<RoleCode>,
    /// From against it (-2) to for it (2).
    pub attitude: Option<Whole<-2, 2>>,
    /// From little (1) to much (3).
    pub influence: Option<Whole<1, 3>>,
    /// The one to talk to. Of several the one said last is it.
    #[serde(default)]
    #[schema(required = false)]
    pub is_primary: bool,
}
impl Data for ContactPart {
    fn names(&self, named: &mut Named) {
        named.contact(Some(self.contact_id));
        named.roles("/data/roles", &self.roles);
    }
}

/// Who takes part no more.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealContactLeaving)]
pub struct ContactLeaving {
    contact_id: Uuid,
    note: Option<NoteText>,
}
impl Data for ContactLeaving {
    fn names(&self, named: &mut Named) {
        named.contact(Some(self.contact_id));
    }
}

/// A demonstration or a trial. It counts with minutes or a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealDemo)]
pub struct Demo {
    /// Who of the decision chain was there: codes of the organisation's decision roles.
    #[schema(min_items = 1, max_items = 8)]
    roles: Vec<RoleCode>,
    minutes: Option<Text<1, 4000>>,
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    attachment_ids: Vec<Uuid>,
}
impl Data for Demo {
    fn names(&self, named: &mut Named) {
        named.some_roles("/data/roles", &self.roles);
        named.files("/data/attachment_ids", &self.attachment_ids);
    }
}

/// A quotation on its way.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealQuotation)]
pub struct QuotationSent {
    /// In fen.
    amount: Option<Amount>,
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    attachment_ids: Vec<Uuid>,
    note: Option<NoteText>,
}
impl Data for QuotationSent {
    fn names(&self, named: &mut Named) {
        named.files("/data/attachment_ids", &self.attachment_ids);
    }
}

/// Something that went to or came from the other side.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealExchange)]
pub struct Exchange {
    contact_id: Option<Uuid>,
    /// In their own words.
    words: Option<Words>,
}
impl Data for Exchange {
    fn names(&self, named: &mut Named) {
        named.contact(self.contact_id);
    }
}

/// What was negotiated.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealTerms)]
pub struct Terms {
    /// Price, terms of payment, delivery, and what was said.
    about: Words,
    contact_id: Option<Uuid>,
}
impl Data for Terms {
    fn names(&self, named: &mut Named) {
        named.contact(self.contact_id);
    }
}

/// A discount that was approved.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealDiscount)]
pub struct Discount {
    percent: Option<Decimal<0, 100>>,
    note: Option<NoteText>,
}
impl Data for Discount {}

/// A tender that came in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealTender)]
pub struct Tender {
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    attachment_ids: Vec<Uuid>,
    note: Option<NoteText>,
}
impl Data for Tender {
    fn names(&self, named: &mut Named) {
        named.files("/data/attachment_ids", &self.attachment_ids);
    }
}

/// The signature. What the playbook asks of a contract is written into `fields`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealSignature)]
pub struct Signature {
    /// In fen.
    amount: Option<Amount>,
    signed_at: Option<Instant>,
    note: Option<NoteText>,
}
impl Data for Signature {}

/// A payment that came in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealPayment)]
pub struct Payment {
    /// In fen.
    amount: Amount,
    note: Option<NoteText>,
}
impl Data for Payment {}

/// Why it was lost, and to whom.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealLoss)]
pub struct Loss {
    #[schema(value_type = lists::LostReason)]
    reason: LostReason,
    competitor: Option<Text<1, 100>>,
    /// Needed with `other`.
    note: Option<NoteText>,
}
impl Data for Loss {
    fn names(&self, named: &mut Named) {
        named.explained(self.reason == LostReason::Other, self.note.is_some());
    }
}

/// Why it was given up.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealGivingUp)]
pub struct GivingUp {
    #[schema(value_type = lists::LostReason)]
    reason: LostReason,
    /// Needed with `other`.
    note: Option<NoteText>,
}
impl Data for GivingUp {
    fn names(&self, named: &mut Named) {
        named.explained(self.reason == LostReason::Other, self.note.is_some());
    }
}

/// A meeting.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealMeeting)]
pub struct Meeting {
    /// Who of the decision chain was there: codes of the organisation's decision roles.
    #[schema(min_items = 1, max_items = 8)]
    roles: Vec<RoleCode>,
    contact_id: Option<Uuid>,
    words: Option<Words>,
    next_step: Option<Text<1, 200>>,
    /// When the next step is; needs `next_step`.
    next_step_at: Option<Instant>,
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    attachment_ids: Vec<Uuid>,
}
impl Data for Meeting {
    fn names(&self, named: &mut Named) {
        named.contact(self.contact_id);
        named.some_roles("/data/roles", &self.roles);
        named.files("/data/attachment_ids", &self.attachment_ids);
        named.step(self.next_step.is_some(), self.next_step_at.is_some());
    }
}

/// A call that was answered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealCall)]
pub struct Call {
    /// How long it was.
    seconds: Whole<0, 86_400>,
    contact_id: Option<Uuid>,
    /// With whom; left out: the one that the contact has.
    decision_role: Option<RoleCode>,
    words: Option<Words>,
    next_step: Option<Text<1, 200>>,
    /// When the next step is; needs `next_step`.
    next_step_at: Option<Instant>,
}
impl Data for Call {
    fn names(&self, named: &mut Named) {
        named.contact(self.contact_id);
        if let Some(role) = &self.decision_role {
            named.role("/data/decision_role", role);
        }
        named.step(self.next_step.is_some(), self.next_step_at.is_some());
    }
}

/// Something worth keeping.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealNote)]
pub struct Note {
    text: Text<1, 4000>,
}
impl Data for Note {}
