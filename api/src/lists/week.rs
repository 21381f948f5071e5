//! `GET /v1/weekly-lists`

use std::sync::Arc;

use axum::extract::State;
use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use serde::Deserialize;
use store::lists::{self, Wanted};
use store::people::organisation;
use store::playbook;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::EntryBody;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::http::values::{Day, Text};
use crate::playbook::known;
use crate::sessions::Caller;

/// Which list, of which week.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// A list of the playbook, or of an earlier one; all of them unless given.
    #[param(example = "expert_calls")]
    list: Option<Text<1, 64>>,
    /// Any day of the week; the present one unless given.
    #[param(value_type = Option<Day>)]
    week_of: Option<Day>,
    /// This unit and the units below it.
    unit_id: Option<Uuid>,
    /// `true`: only what is done; `false`: only what is not.
    done: Option<bool>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// What is on the lists of a week, added first first
///
/// The playbook says what is put on them: whoever got a first tag after being added in a chat is on the list of expert calls.
#[utoipa::path(get, path = "/v1/weekly-lists", tag = "leads", params(Asked), responses(
    (status = 200, description = "One page", body = Page<EntryBody>),
))]
pub async fn week(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<EntryBody>>, Problem> {
    let (limit, after, now) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?, house.clock.now());
    let mut tx = house.db.begin(&caller.scope).await?;
    let zone: Tz = organisation::find(&mut tx).await?.zone.parse().unwrap_or(chrono_tz::Asia::Shanghai);
    let day = asked.week_of.map_or_else(|| now.with_timezone(&zone).date_naive(), |day| day.0);
    let list = asked.list.map(Text::into_string);
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    if let Some(list) = &list {
        known::list(&mut tx, &playbook, list).await?;
    }
    let wanted = Wanted { list, week_on: monday(day), unit_id: asked.unit_id, done: asked.done };
    let rows = lists::week(&mut tx, &wanted, after, limit).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |entry| (entry.added_at, entry.id));
    Ok(Json(page.map(|entry| EntryBody::told(entry, &playbook, caller.language))))
}

fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day)
}
