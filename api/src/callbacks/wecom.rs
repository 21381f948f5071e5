//! WeCom's calls: the check of our address, and the click on a card's button, which acknowledges as the person who clicked.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Method;
use domain::people::Role;
use platform::wecom_callback::{ACKNOWLEDGE, Call, CallbackKeys, Click, Notice, sealed_text};
use serde::Deserialize;
use store::deliveries::clicked::{self, Clicked};
use store::engine::{Hold, hold, incidents};
use store::{Actor, Scope, channels, inbox};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::House;
use crate::channels::opened;
use crate::http::extract::{Path, Query};
use crate::http::problem::{Problem, ProblemKind};
use crate::permissions::permission_for;

/// What WeCom's calls are signed with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Signed {
    /// SHA-1 of the sorted token, timestamp, nonce and sealed text.
    msg_signature: String,
    timestamp: String,
    nonce: String,
    /// The sealed text of an address check.
    #[serde(default)]
    #[param(required = false)]
    echostr: String,
}

impl Signed {
    fn call<'a>(&'a self, sealed: &'a str) -> Call<'a> {
        Call { signature: &self.msg_signature, timestamp: &self.timestamp, nonce: &self.nonce, sealed }
    }
}

/// Check the address of WeCom's callbacks
///
/// WeCom asks once, when the address is entered there; what it wants to read is sealed in `echostr`.
#[utoipa::path(get, path = "/v1/callbacks/wecom/{key}", tag = "callbacks",
    params(("key" = Uuid, Path, description = "Of the channel's `callback_url`"), Signed), responses(
    (status = 200, description = "What was sealed", body = String, content_type = "text/plain"),
))]
pub async fn verify(State(house): State<Arc<House>>, Path(key): Path<Uuid>, Query(signed): Query<Signed>) -> Result<String, Problem> {
    let (_, keys) = keys_of(&house, key).await?;
    keys.open(&signed.call(&signed.echostr)).map_err(|_| ProblemKind::NotPermitted.into())
}

/// Take a call of WeCom's
///
/// The button "Seen" of a card acknowledges what the card is about, as the person who pressed it, as far as they may. Told again, nothing
/// changes.
#[utoipa::path(post, path = "/v1/callbacks/wecom/{key}", tag = "callbacks",
    params(("key" = Uuid, Path, description = "Of the channel's `callback_url`"), Signed),
    request_body(content = String, content_type = "text/xml", description = "An `Encrypt` element with the sealed notice"), responses(
    (status = 200, description = "Taken"),
))]
pub async fn notice(
    State(house): State<Arc<House>>,
    Path(key): Path<Uuid>,
    Query(signed): Query<Signed>,
    body: Bytes,
) -> Result<(), Problem> {
    let (organisation_id, keys) = keys_of(&house, key).await?;
    let sealed = std::str::from_utf8(&body).ok().and_then(sealed_text).ok_or(ProblemKind::MalformedBody)?;
    let opened = keys.open(&signed.call(&sealed)).map_err(|_| ProblemKind::NotPermitted)?;
    match Notice::read(&opened) {
        Some(Notice::Click(click)) if click.key == ACKNOWLEDGE => acknowledge(&house, organisation_id, &click).await,
        // Whatever else happens there is none of our business, and is not told again.
        _ => Ok(()),
    }
}

/// Whose callbacks come by this key, and what they are opened with.
async fn keys_of(house: &House, key: Uuid) -> Result<(Uuid, CallbackKeys), Problem> {
    let organisation_id = house.db.organisation_of_callback(key).await?.ok_or(ProblemKind::NotFound)?;
    let mut tx = house.db.begin(&Scope::house(organisation_id)).await?;
    let row = channels::find(&mut tx, "wecom_app").await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    let secrets = opened(&house.sealer, organisation_id, &row).unwrap_or_default();
    let corp_id = row.settings.get("corp_id").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let keys = secrets.callback_token.zip(secrets.callback_aes_key).and_then(|(token, key)| CallbackKeys::new(token, &key, corp_id).ok());
    Ok((organisation_id, keys.ok_or(ProblemKind::NotFound)?))
}

async fn acknowledge(house: &House, organisation_id: Uuid, click: &Click) -> Result<(), Problem> {
    let Ok(delivery_id) = click.task_id.parse::<Uuid>() else { return Ok(()) };
    let mut tx = house.db.begin(&Scope::house(organisation_id)).await?;
    let found = clicked::find(&mut tx, delivery_id, &click.user_id).await?;
    tx.commit().await?;
    // A card that was never sent to them, or somebody who is not with us any more.
    let Some(Clicked { intervention_id, recipient_id, role, incident_id }) = found else { return Ok(()) };
    let role = Role::parse(&role).ok_or(ProblemKind::NotPermitted)?;
    // WeCom vouches for who pressed.
    let scope = Scope { organisation_id, actor: Actor::Vouched { id: recipient_id }, role, unit_id: None };
    let now = house.clock.now();
    let mut tx = house.db.begin(&scope).await?;
    let may_hold = permission_for(&Method::POST, "/v1/incidents/{id}/acknowledge").is_some_and(|line| line.roles.contains(&role));
    if let Some(incident_id) = incident_id
        && may_hold
        && let Some(incident) = incidents::find(&mut tx, incident_id).await?
    {
        hold(&mut tx, &incident, Hold::Acknowledge, now, &house.ids).await?;
    }
    inbox::acknowledge(&mut tx, &house.ids, recipient_id, intervention_id, now).await?;
    tx.commit().await?;
    Ok(())
}
