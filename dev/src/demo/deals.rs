//! Some deals at the nodes that a deal comes through, for both reps, each brought there by facts alone.

use chrono::{DateTime, TimeDelta, Utc};
use domain::playbook::ActionKind;
use platform::{Clock, Ids};
use serde_json::{Value, json};
use store::customers::contacts::{self, Contact};
use store::deals::contacts::{Part, put};
use store::deals::deeds::{self, Deed};
use store::deals::records::{self, NewDeal};
use store::{Database, Scope, StoreError, Tx};
use uuid::Uuid;

use super::{door, id_of, organisation_id};

/// How far a demo deal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Begun,
    Reached,
    NeedsConfirmed,
    ChainMapped,
    DemoHeld,
    Lost,
}

/// Name, segment, number of the customer (even ones are the first team's), step, and how many hours ago it was begun. Each deed is an hour
/// after the one before.
type Sketch = (&'static str, &'static str, u32, Step, i64);

const DEALS: [Sketch; 8] = [
    ("冰柜采购", "single_store", 0, Step::Begun, 3),
    ("门店巡检一期", "chain_store", 2, Step::Reached, 20),
    ("收银系统更换", "chain_store", 4, Step::NeedsConfirmed, 30),
    ("会员小程序", "chain_store", 6, Step::ChainMapped, 40),
    ("货架陈列服务", "single_store", 8, Step::DemoHeld, 60),
    ("夜间配送试点", "single_store", 10, Step::Lost, 90),
    ("冷链改造", "chain_store", 1, Step::Reached, 10),
    ("扫码盘点", "single_store", 3, Step::NeedsConfirmed, 26),
];

/// Plants whatever of the demo's deals is not there yet.
///
/// # Errors
/// As any statement. `owner` must be a database of the schema's owner.
pub async fn plant_deals(owner: &Database, clock: &Clock) -> Result<(), StoreError> {
    let (now, ids) = (clock.now(), Ids::new(clock.clone()));
    // What is told of the past was recorded then: each deed when it was done.
    let past = owner.clone().by_clock(Clock::by_hand(now));
    for (n, sketch) in DEALS.iter().enumerate() {
        let mut tx = past.begin(&Scope::house(organisation_id("demo"))).await?;
        plant(&mut tx, &ids, now, n, sketch).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn plant(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, n: usize, sketch: &Sketch) -> Result<(), StoreError> {
    let (name, segment, customer, step, hours_ago) = *sketch;
    let (team, rep) = if customer % 2 == 0 { ("team1", "rep1") } else { ("team2", "rep2") };
    let begun_at = now - TimeDelta::hours(hours_ago);
    let deal = NewDeal {
        id: id_of("demo", &format!("deal{n}")),
        unit_id: id_of("demo", team),
        customer_id: door("demo", customer).customer_id,
        lead_id: None,
        name,
        external_id: None,
        segment: Some(segment),
        owner_id: Some(id_of("demo", rep)),
        begun_at: Some(begun_at),
    };
    if !records::insert(tx, ids, begun_at, &deal).await? {
        return Ok(());
    }
    let mut past = Past { tx, ids, deal_id: deal.id, customer_id: deal.customer_id, at: begun_at };
    if step >= Step::Reached {
        past.did(ActionKind::CallAnswered, json!({ "seconds": 240, "words": "可以先看看资料" })).await?;
    }
    if step >= Step::NeedsConfirmed {
        past.did(ActionKind::MeetingHeld, json!({ "roles": ["user_buyer"], "words": "店里盘点太慢" })).await?;
        let fields =
            json!({ "pain": "盘点要两个人两天", "current_solution": "手工记账", "budget_band": "below_100k", "customer_confirmed": true });
        past.did(ActionKind::DealNeedsRecorded, json!({ "fields": fields })).await?;
    }
    if step >= Step::ChainMapped {
        for (name, role, attitude) in [("王芳", "economic_buyer", 1), ("李强", "user_buyer", 2), ("赵敏", "technical_buyer", -1)] {
            past.joins(name, role, attitude).await?;
        }
        past.did(ActionKind::MeetingHeld, json!({ "roles": ["economic_buyer"], "words": "预算年底前要用掉" })).await?;
    }
    if step >= Step::DemoHeld {
        let data = json!({ "roles": ["user_buyer"], "minutes": "试了三台，店长满意", "has_minutes": true });
        past.did(ActionKind::DealDemoHeld, data).await?;
    }
    if step == Step::Lost {
        past.did(ActionKind::DealLost, json!({ "reason": "chose_competitor", "competitor": "蓝海冷链" })).await?;
    }
    Ok(())
}

/// A deal's past, deed by deed.
struct Past<'a> {
    tx: &'a mut Tx,
    ids: &'a Ids,
    deal_id: Uuid,
    customer_id: Uuid,
    at: DateTime<Utc>,
}

impl Past<'_> {
    /// An hour later.
    async fn did(&mut self, kind: ActionKind, data: Value) -> Result<(), StoreError> {
        self.at += TimeDelta::hours(1);
        deeds::record(self.tx, self.ids, self.at, Deed::of(kind, self.deal_id, Some(self.at), data)).await
    }

    async fn joins(&mut self, name: &str, role: &str, attitude: i16) -> Result<(), StoreError> {
        let contact = Contact {
            id: id_of("demo", &format!("{} {name}", self.deal_id)),
            customer_id: self.customer_id,
            name: name.to_owned(),
            title: None,
            phone: None,
            email: None,
            decision_role: role.to_owned(),
            version: 1,
            created_at: self.at,
            updated_at: self.at,
        };
        contacts::insert(self.tx, self.ids, &contact).await?;
        let part =
            Part { contact_id: contact.id, roles: &[], attitude: Some(attitude), influence: None, is_primary: role == "economic_buyer" };
        put(self.tx, self.deal_id, &part, self.at).await?;
        self.did(ActionKind::DealContactAdded, json!({ "contact_id": contact.id, "decision_role": role })).await
    }
}
