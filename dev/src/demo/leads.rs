//! Some leads at every place a lead can be, so that boards have something to show. One trips the breaker five minutes after the start.

use chrono::{DateTime, TimeDelta, Utc};
use domain::playbook::ActionKind;
use platform::{Clock, Ids};
use serde_json::json;
use store::leads::records::{self, NewLead};
use store::leads::reps::Rep;
use store::leads::{Said, deeds};
use store::{Database, Scope, StoreError, Tx};

use super::{id_of, organisation_id};

/// How far a demo lead has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Entered,
    Offered,
    Taken,
    Contacted,
    Qualified,
    Disqualified,
}

/// Company, person, telephone, source, team, step, and how many minutes ago it was entered. Each deed is a minute after the one before.
type Sketch = (&'static str, &'static str, &'static str, &'static str, &'static str, Step, i64);

const LEADS: [Sketch; 9] = [
    ("上海晨光文具有限公司", "王芳", "13800138001", "exhibition", "team1", Step::Entered, 300),
    ("晨光文具（上海）股份有限公司", "王女士", "138 0013 8001", "website", "team1", Step::Entered, 40),
    ("永兴五金商行", "赵强", "021-5888 1234", "website", "team1", Step::Offered, 20),
    ("小太阳母婴连锁", "钱丽", "13900139002", "referral", "team1", Step::Taken, 48 * 60 - 3),
    ("康乐大药房", "孙伟", "13700137003", "exhibition", "team1", Step::Taken, 90),
    ("好邻居便利", "李娜", "13600136004", "website", "team1", Step::Contacted, 26 * 60),
    ("百汇宠物", "周杰", "13500135005", "referral", "team1", Step::Qualified, 20 * 60),
    ("万家水果", "吴敏", "13400134006", "website", "team2", Step::Taken, 200),
    ("福满烟酒行", "郑浩", "13300133007", "exhibition", "team2", Step::Disqualified, 3000),
];

/// Plants whatever of the demo's leads is not there yet.
///
/// # Errors
/// As any statement. `owner` must be a database of the schema's owner.
pub async fn plant_leads(owner: &Database, clock: &Clock) -> Result<(), StoreError> {
    let (now, ids) = (clock.now(), Ids::new(clock.clone()));
    // What is told of the past was recorded then: stages and their clocks begin with each deed, not with the start.
    let past = owner.clone().by_clock(Clock::by_hand(now));
    for (n, sketch) in LEADS.iter().enumerate() {
        let mut tx = past.begin(&Scope::house(organisation_id("demo"))).await?;
        plant(&mut tx, &ids, now, n, sketch).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn plant(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, n: usize, sketch: &Sketch) -> Result<(), StoreError> {
    let (company, person, phone, source, team, step, minutes_ago) = *sketch;
    let text = |text: &str| Some(text.to_owned());
    let said = Said {
        external_id: Some(format!("L{:03}", n + 1)),
        source: source.to_owned(),
        company: text(company),
        person: text(person),
        phone: text(phone),
        ..Said::default()
    };
    let (id, unit_id) = (id_of("demo", &format!("lead{n}")), id_of("demo", team));
    let entered_at = now - TimeDelta::minutes(minutes_ago);
    let contact_id = id_of("demo", &format!("lead{n} person"));
    if !records::insert(tx, ids, entered_at, &NewLead { id, unit_id, contact_id, said }).await? || step < Step::Offered {
        return Ok(());
    }
    let after = |minutes| entered_at + TimeDelta::minutes(minutes);
    let lead = records::of_id(tx, id).await?;
    let rep = Rep { id: id_of("demo", if team == "team1" { "rep1" } else { "rep2" }), unit_id };
    deeds::offer(tx, ids, after(1), &lead, &rep).await?;
    if step >= Step::Taken {
        deeds::take(tx, ids, after(2), &lead, rep.id).await?;
    }
    if step >= Step::Contacted {
        let data = json!({ "channel": "phone", "outcome": "wants_quotation", "seconds": 240, "words": "先要一份报价" });
        deeds::contact(tx, ids, after(60), &lead, ActionKind::LeadContacted, after(60), data).await?;
    }
    match step {
        Step::Qualified => deeds::about(tx, ids, after(120), &lead, ActionKind::LeadQualified, json!({ "note": "预算已批" })).await,
        Step::Disqualified => {
            let data = json!({ "reason": "no_budget" });
            deeds::about(tx, ids, after(120), &lead, ActionKind::LeadDisqualified, data).await
        }
        _ => Ok(()),
    }
}
