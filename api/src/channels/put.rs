//! `PUT /v1/channels/{channel}`

use std::sync::Arc;

use axum::extract::State;
use platform::secrets::Secret;
use platform::wecom_callback::CallbackKeys;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::channels::{self, Put, Secrets};
use utoipa::ToSchema;

use super::bodies::{ChannelName, ChannelView, Kind, opened};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Text, Whole};
use crate::sessions::Caller;

type SecretText = Text<1, 256>;

/// A channel to set up. Secrets are kept sealed and never shown; one that is left out stays as it is.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelToSetUp {
    enabled: bool,
    /// Which interventions go by it; all when left out.
    #[serde(default)]
    kinds: Option<Vec<Kind>>,
    /// Of a WeCom app: the company.
    #[serde(default)]
    #[schema(example = "ww1f2e3d4c5b6a7089")]
    corp_id: Option<Text<1, 64>>,
    /// Of a WeCom app: the app.
    #[serde(default)]
    #[schema(example = 1000002)]
    agent_id: Option<Whole<1, 4_294_967_295>>,
    /// Of a WeCom app; or what a DingTalk or Feishu robot wants its messages signed with.
    #[serde(default)]
    #[schema(write_only)]
    secret: Option<SecretText>,
    /// Of a robot: the key or token at the end of its address.
    #[serde(default)]
    #[schema(write_only)]
    token: Option<SecretText>,
    /// Of a WeCom app, for its callbacks; with it the button "Seen" of a card acknowledges.
    #[serde(default)]
    #[schema(write_only)]
    callback_token: Option<SecretText>,
    /// Of a WeCom app, for its callbacks: 43 characters.
    #[serde(default)]
    #[schema(write_only)]
    callback_aes_key: Option<SecretText>,
}

/// Set a channel up
///
/// From then on what is said to people who have an address there goes by it too. A channel that its other side has closed is opened again.
/// `state_forbids` at `sealing_keys` or `smtp_host`: this installation keeps no secrets, or sends no mail.
#[utoipa::path(put, path = "/v1/channels/{channel}", tag = "channels", request_body = ChannelToSetUp, params(("channel" = ChannelName, Path)), responses(
    (status = 200, description = "As it is set up now", body = ChannelView),
    (status = 409, description = "`state_forbids`: the installation lacks something", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn put(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(channel): Path<ChannelName>,
    Json(new): Json<ChannelToSetUp>,
) -> Result<Json<ChannelView>, Problem> {
    let organisation_id = caller.scope.organisation_id;
    if channel == ChannelName::Email && new.enabled && house.settings.channels.relay.is_none() {
        return Err(Problem::with(ProblemKind::StateForbids, Fault::at("smtp_host", FaultCode::Required)));
    }
    let mut tx = house.db.begin(&caller.scope).await?;
    let before = channels::find(&mut tx, channel.as_str()).await?;
    let kept = before.as_ref().and_then(|row| opened(&house.sealer, organisation_id, row)).unwrap_or_default();
    let secrets = merged(kept, &new);
    let settings = checked(channel, &new, &secrets, before.as_ref().map(|row| &row.settings))?;
    let sealed = sealed(&house, organisation_id, channel, &secrets)?;
    let mut kinds = new.kinds.unwrap_or_else(|| Kind::ALL.to_vec());
    kinds.sort_unstable();
    kinds.dedup();
    let kinds: Vec<String> = kinds.into_iter().map(|kind| kind.as_str().to_owned()).collect();
    // Random rather than in order: whoever knows it can at most be told that a signature is wrong.
    let callback_key =
        (channel == ChannelName::WecomApp).then(|| uuid::Builder::from_random_bytes(half(platform::secrets::random_32())).into_uuid());
    let put = Put { channel: channel.as_str(), enabled: new.enabled, kinds: &kinds, settings, sealed, callback_key, by: caller.id() };
    let row = channels::put(&mut tx, &house.ids, house.clock.now(), put).await?;
    tx.commit().await?;
    Ok(Json(ChannelView::of(&house, organisation_id, channel, row)))
}

fn half(bytes: [u8; 32]) -> [u8; 16] {
    bytes.first_chunk().copied().unwrap_or_default()
}

fn merged(kept: Secrets, new: &ChannelToSetUp) -> Secrets {
    let one = |given: &Option<SecretText>, kept: Option<Secret>| given.as_ref().map(|text| Secret::new(text.as_str())).or(kept);
    Secrets {
        secret: one(&new.secret, kept.secret),
        token: one(&new.token, kept.token),
        callback_token: one(&new.callback_token, kept.callback_token),
        callback_aes_key: one(&new.callback_aes_key, kept.callback_aes_key),
    }
}

/// What can be read of the settings, if everything that the channel needs is there and nothing that it has no use for.
fn checked(channel: ChannelName, new: &ChannelToSetUp, secrets: &Secrets, before: Option<&Value>) -> Result<Value, Problem> {
    let is_app = channel == ChannelName::WecomApp;
    let is_signed = matches!(channel, ChannelName::DingtalkRobot | ChannelName::FeishuRobot);
    let is_robot = is_signed || channel == ChannelName::WecomRobot;
    let used = [
        ("/corp_id", new.corp_id.is_some(), is_app),
        ("/agent_id", new.agent_id.is_some(), is_app),
        ("/secret", new.secret.is_some(), is_app || is_signed),
        ("/token", new.token.is_some(), is_robot),
        ("/callback_token", new.callback_token.is_some(), is_app),
        ("/callback_aes_key", new.callback_aes_key.is_some(), is_app),
    ];
    let mut faults: Vec<Fault> =
        used.into_iter().filter(|(_, given, useful)| *given && !useful).map(|(at, ..)| Fault::at(at, FaultCode::NotAllowed)).collect();
    let kept = |name: &str| before.and_then(|settings| settings.get(name).cloned()).filter(|value| !value.is_null());
    let corp_id = new.corp_id.as_ref().map(|text| json!(text.as_str())).or_else(|| kept("corp_id"));
    let agent_id = new.agent_id.map(|number| json!(number.get())).or_else(|| kept("agent_id"));
    let needed = [
        ("/corp_id", is_app && corp_id.is_none()),
        ("/agent_id", is_app && agent_id.is_none()),
        ("/secret", is_app && secrets.secret.is_none()),
        ("/token", is_robot && secrets.token.is_none()),
        ("/callback_token", secrets.callback_token.is_none() && secrets.callback_aes_key.is_some()),
        ("/callback_aes_key", secrets.callback_aes_key.is_none() && secrets.callback_token.is_some()),
    ];
    faults.extend(needed.into_iter().filter(|(_, is_missing)| *is_missing).map(|(at, _)| Fault::at(at, FaultCode::Required)));
    if let (Some(token), Some(key)) = (&secrets.callback_token, &secrets.callback_aes_key)
        && CallbackKeys::new(token.clone(), key, String::new()).is_err()
    {
        faults.push(Fault::at("/callback_aes_key", FaultCode::Malformed));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(if is_app { json!({ "corp_id": corp_id, "agent_id": agent_id }) } else { json!({}) })
}

fn sealed(house: &House, organisation_id: uuid::Uuid, channel: ChannelName, secrets: &Secrets) -> Result<Option<Vec<u8>>, Problem> {
    if *secrets == Secrets::default() {
        return Ok(None);
    }
    let sealed = house.sealer.seal(&channels::place(organisation_id, channel.as_str()), &secrets.text());
    sealed.map(Some).map_err(|fault| {
        tracing::warn!(%fault, "a secret cannot be sealed");
        Problem::with(ProblemKind::StateForbids, Fault::at("sealing_keys", FaultCode::Required))
    })
}
