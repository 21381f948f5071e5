//! `GET /d/{token}/file`

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use store::attachments;
use store::documents::hits::{self, NewHit};

use super::open;
use super::page::gone;
use super::visitor::Visitor;
use crate::House;
use crate::attachments::{Disposition, served};
use crate::http::language::Reads;
use crate::http::problem::Problem;

/// Shown within our own page and by the viewer of a browser, which a sandbox would keep out; there is nothing in such files that runs.
const POLICY: &str = "frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// The file itself: shown where a browser can, else a download.
pub async fn file(
    State(house): State<Arc<House>>,
    Path(token): Path<String>,
    Reads(language): Reads,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let (mut tx, live) = open(&house, &token).await?;
    let Some(live) = live else {
        tx.commit().await?;
        return Ok(gone(language));
    };
    let hit = NewHit {
        id: house.ids.next(),
        link_id: live.link_id,
        what: "file",
        user_agent: visitor.user_agent.as_deref(),
        network: visitor.network,
        doubt: visitor.doubt,
        nonce_sha256: None,
    };
    hits::insert(&mut tx, house.clock.now(), &hit).await?;
    let attachment = attachments::of_id(&mut tx, live.attachment_id).await?;
    tx.commit().await?;
    let Some(attachment) = attachment else { return Ok(gone(language)) };
    let mut response = served(&house, &attachment, Disposition::Show).await?;
    let headers = response.headers_mut();
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow, noarchive"));
    if attachment.file_type.can_be_shown() {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    Ok(response)
}
