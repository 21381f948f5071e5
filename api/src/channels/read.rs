//! `GET /v1/channels` and `GET /v1/channels/{channel}`

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use store::channels;
use utoipa::ToSchema;

use super::bodies::{ChannelName, ChannelView};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// All channels.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelList {
    pub items: Vec<ChannelView>,
}

/// The ways to people
///
/// Every channel that there is, set up or not. Beside them there is always the inbox.
#[utoipa::path(get, path = "/v1/channels", tag = "channels", responses((status = 200, description = "All of them", body = ChannelList)))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<ChannelList>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let mut rows = channels::list(&mut tx).await?;
    tx.commit().await?;
    let items = ChannelName::ALL.map(|name| match rows.iter().position(|row| row.channel == name.as_str()) {
        Some(at) => ChannelView::of(&house, caller.scope.organisation_id, name, rows.swap_remove(at)),
        None => ChannelView::unset(name),
    });
    Ok(Json(ChannelList { items: items.into() }))
}

/// One way to people
#[utoipa::path(get, path = "/v1/channels/{channel}", tag = "channels", params(("channel" = ChannelName, Path)), responses(
    (status = 200, description = "As it is set up", body = ChannelView),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(channel): Path<ChannelName>) -> Result<Json<ChannelView>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = channels::find(&mut tx, channel.as_str()).await?;
    tx.commit().await?;
    let organisation_id = caller.scope.organisation_id;
    Ok(Json(row.map_or_else(|| ChannelView::unset(channel), |row| ChannelView::of(&house, organisation_id, channel, row))))
}
