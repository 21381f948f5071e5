//! Links to attachments that need no token: for browsers and viewers, which send none. Whoever was given one may read that file for some
//! minutes, and nothing else.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use store::Scope;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::sessions::keyring::Download;

/// How long a link lives: as long as it takes to click it.
const LIVES_FOR: TimeDelta = TimeDelta::minutes(5);

/// A link that is good for a while.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DownloadLink)]
pub struct Link {
    #[schema(example = "/v1/downloads/eyJ0eXAi…")]
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// A link to an attachment that the scope sees; `None` when the signing key does not sign.
pub fn link_to(house: &House, scope: &Scope, attachment_id: Uuid) -> Option<Link> {
    let now = house.clock.now();
    let download = Download { organisation_id: scope.organisation_id, attachment_id, reader_id: scope.actor_id() };
    let token = house.keyring.sign_download(download, now, LIVES_FOR)?;
    Some(Link { url: format!("/v1/downloads/{token}"), expires_at: now + LIVES_FOR })
}
