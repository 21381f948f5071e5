//! Where one person is reached, by channel.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::channels;
use store::people::users;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::ChannelName;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// A user id at a provider, or an e-mail address.
type Place = Text<1, 254>;

/// A person's addresses; what is null or left out is none.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Addresses {
    /// The person's user id in the WeCom company.
    #[schema(example = "liwei")]
    pub wecom_app: Option<Place>,
    /// Whom the robot calls upon in its group, by WeCom user id.
    pub wecom_robot: Option<Place>,
    /// The same, by DingTalk user id.
    pub dingtalk_robot: Option<Place>,
    /// The same, by Feishu user id.
    pub feishu_robot: Option<Place>,
    #[schema(example = "li.wei@example.com")]
    pub email: Option<Place>,
}

impl Addresses {
    fn named(&self) -> [(ChannelName, Option<&Place>); 5] {
        [
            (ChannelName::WecomApp, self.wecom_app.as_ref()),
            (ChannelName::WecomRobot, self.wecom_robot.as_ref()),
            (ChannelName::DingtalkRobot, self.dingtalk_robot.as_ref()),
            (ChannelName::FeishuRobot, self.feishu_robot.as_ref()),
            (ChannelName::Email, self.email.as_ref()),
        ]
    }

    fn of(rows: Vec<(String, String)>) -> Self {
        let mut addresses = Self::default();
        for (channel, address) in rows {
            let place = match channel.as_str() {
                "wecom_app" => &mut addresses.wecom_app,
                "wecom_robot" => &mut addresses.wecom_robot,
                "dingtalk_robot" => &mut addresses.dingtalk_robot,
                "feishu_robot" => &mut addresses.feishu_robot,
                _ => &mut addresses.email,
            };
            *place = Place::new(address).ok();
        }
        addresses
    }
}

/// Where a person is reached
#[utoipa::path(get, path = "/v1/users/{id}/addresses", tag = "channels", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Their addresses", body = Addresses),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<Addresses>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    users::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = channels::addresses_of(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(Addresses::of(rows)))
}

/// Say where a person is reached
///
/// In the place of what was said before.
#[utoipa::path(put, path = "/v1/users/{id}/addresses", tag = "channels", request_body = Addresses, params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Their addresses", body = Addresses),
))]
pub async fn put(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(addresses): Json<Addresses>,
) -> Result<Json<Addresses>, Problem> {
    let given: Vec<(ChannelName, String)> =
        addresses.named().into_iter().filter_map(|(name, place)| Some((name, place?.as_str().to_owned()))).collect();
    let faults: Vec<Fault> = given
        .iter()
        .filter(|(name, place)| !is_address(*name, place))
        .map(|(name, _)| Fault::at(format!("/{}", name.as_str()), FaultCode::Malformed))
        .collect();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let rows: Vec<(String, String)> = given.into_iter().map(|(name, place)| (name.as_str().to_owned(), place)).collect();
    let mut tx = house.db.begin(&caller.scope).await?;
    users::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    channels::put_addresses(&mut tx, &house.ids, house.clock.now(), id, &rows).await?;
    tx.commit().await?;
    Ok(Json(addresses))
}

/// Whether a text can be an address there: nothing in it means anything in a list, a header or mark-up. WeCom's ids are shorter.
fn is_address(name: ChannelName, text: &str) -> bool {
    let plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-@.+".contains(letter));
    match name {
        ChannelName::Email => {
            plain && text.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.') && !host.contains('@'))
        }
        _ => plain && text.len() <= 64 && text.starts_with(|first: char| first.is_ascii_alphanumeric()) && !text.contains('+'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_an_address_is_one() {
        for (name, good) in [(ChannelName::WecomApp, "LiWei_1"), (ChannelName::Email, "li.wei+field@example.com")] {
            assert!(is_address(name, good), "{good}");
        }
        for (name, bad) in [
            (ChannelName::WecomApp, "@all"),
            (ChannelName::WecomApp, "a|b"),
            (ChannelName::FeishuRobot, "a b"),
            (ChannelName::Email, "li wei@example.com"),
            (ChannelName::Email, "a@b@example.com"),
            (ChannelName::Email, "nobody"),
        ] {
            assert!(!is_address(name, bad), "{bad}");
        }
    }
}
