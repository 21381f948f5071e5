//! The health board: which customers nobody has been in touch with.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use domain::playbook::model::TimerRule;
use domain::playbook::{ActionKind, Code};
use serde::{Deserialize, Serialize};
use store::health::{self, Health, Wanted};
use store::playbook;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// The timer of the playbook that watches customers: its `opens` is the list of effective contacts, its `after` turns a customer red.
const TIMER: &str = "customer_silent";
/// Openings of the last so many days are counted.
const OPENINGS_DAYS: i64 = 30;

/// What to look at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// This unit and the ones below it; left out, everything that the caller sees.
    unit_id: Option<Uuid>,
    /// The rep who holds the customer.
    owner_id: Option<Uuid>,
    /// `true`: only red customers; `false`: only those that are not.
    red: Option<bool>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Customers, the one with whom nobody has been in touch for longest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthBoard {
    /// When it was looked at.
    pub as_of: DateTime<Utc>,
    /// After so many hours without effective contact a customer turns red; null where the playbook in force watches no customer.
    #[schema(example = 72.0)]
    pub red_after_hours: Option<f64>,
    /// All that the caller sees, whichever page is shown and whatever it is narrowed to.
    pub watched: i64,
    pub red: i64,
    pub items: Vec<CustomerHealth>,
    pub next_cursor: Option<String>,
}

/// One customer's health.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerHealth {
    pub customer_id: Uuid,
    #[schema(example = "好邻居便利店")]
    pub name: String,
    pub unit_id: Uuid,
    pub unit_name: String,
    /// The rep who holds the customer.
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    /// The last effective contact; where there was none, since when the first one is waited for.
    pub since: DateTime<Utc>,
    /// There has been an effective contact: a valid visit, a meeting, a reply, a call of some length, as the playbook has it.
    pub was_contacted: bool,
    /// Hours since then.
    #[schema(example = 74.5)]
    pub hours_silent: f64,
    pub red: bool,
    /// When it turns red; null once it has.
    pub red_at: Option<DateTime<Utc>>,
    /// Openings of proposals, quotations and contracts by people in the last 30 days.
    #[schema(example = 3)]
    pub openings: i64,
    pub last_opened_at: Option<DateTime<Utc>>,
    /// Mean time that other departments have had this customer's hand-overs of the last 90 days, open ones until now; null without any.
    #[schema(example = 1020.0)]
    pub mean_response_minutes: Option<f64>,
    /// What has stalled here and is not over.
    #[schema(example = 1)]
    pub open_incidents: i64,
}

/// Customers by how long nobody has been in touch
///
/// A customer is on the board from its first effective contact, or from its entry where a rep holds it from the beginning, until it is
/// taken away. Whether it is red, the playbook's timer says. Reps see those that they hold.
#[utoipa::path(get, path = "/v1/boards/health", tag = "boards", params(Asked), responses((status = 200, description = "One page of the board", body = HealthBoard)))]
pub async fn health(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<HealthBoard>, Problem> {
    let (limit, after, now) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?, house.clock.now());
    let mut tx = house.db.begin(&caller.scope).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let rule = Code::parse(TIMER).and_then(|code| playbook.timer(&code));
    let contacts = rule.map(contacts).unwrap_or_default();
    let wanted = Wanted {
        timer: TIMER,
        contacts: &contacts,
        unit_id: asked.unit_id,
        owner_id: asked.owner_id,
        is_red: asked.red,
        opened_since: now - TimeDelta::days(OPENINGS_DAYS),
        now,
    };
    let rows = health::board(&mut tx, &wanted, after, limit).await?;
    let (watched, red) = health::counts(&mut tx, TIMER).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |row| (row.since, row.id)).map(|row| told(row, now));
    let red_after_hours = rule.map(|rule| rule.after.delta().as_seconds_f64() / 3600.0);
    Ok(Json(HealthBoard { as_of: now, red_after_hours, watched, red, items: page.items, next_cursor: page.next_cursor }))
}

/// The actions that begin the watch anew. That a customer was entered is none of them.
fn contacts(rule: &TimerRule) -> Vec<String> {
    let kinds = rule.opens.trigger.on.iter().filter(|kind| **kind != ActionKind::CustomerCreated);
    kinds.map(|kind| kind.as_str().to_owned()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 milliseconds")]
fn told(row: Health, now: DateTime<Utc>) -> CustomerHealth {
    CustomerHealth {
        customer_id: row.id,
        name: row.name,
        unit_id: row.unit_id,
        unit_name: row.unit_name,
        owner_id: row.owner_id,
        owner_name: row.owner_name,
        hours_silent: (now - row.since).max(TimeDelta::zero()).as_seconds_f64() / 3600.0,
        since: row.since,
        was_contacted: row.was_contacted,
        red: row.is_red,
        red_at: row.red_at,
        openings: row.openings,
        last_opened_at: row.last_opened_at,
        mean_response_minutes: row.mean_response_ms.map(|ms| ms as f64 / 60_000.0),
        open_incidents: row.open_incidents,
    }
}
