//! Staying in: a refresh token is exchanged for the next pair. Which token is worth what, `domain::people::refresh` decides; the row
//! stays locked while it does.

use std::sync::Arc;

use axum::extract::State;
use domain::people::refresh::Turn;
use serde::Deserialize;
use store::Scope;
use store::people::sessions::{self, Ending};
use utoipa::ToSchema;

use super::bearer_key::Addressed;
use super::tokens::{Fresh, REFRESH_PREFIX, Tokens};
use crate::House;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;

/// A refresh token to exchange.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    refresh_token: Text<1, 200>,
}

/// Exchange a refresh token for the next pair of tokens
///
/// Each token is good once. If the answer was lost, the same token may be presented once more, as long as the one it was exchanged for was
/// not used; that one then dies. Any older token ends the session.
#[utoipa::path(post, path = "/v1/auth/refresh", tag = "sessions", request_body = Refresh, responses(
    (status = 200, description = "The session's next pair of tokens", body = Tokens),
    (status = 401, description = "`token_refused`: the session is over; `refresh_reused`: the token was used before, and the session has been ended",
        body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn refresh(State(house): State<Arc<House>>, Json(request): Json<Refresh>) -> Result<Json<Tokens>, Problem> {
    let presented = Addressed::parse(REFRESH_PREFIX, request.refresh_token.as_str().trim()).ok_or(ProblemKind::TokenRefused)?;
    let mut tx = house.db.begin(&Scope::house(presented.organisation_id)).await?;
    let (person, kept) = sessions::hold(&mut tx, presented.id).await?.ok_or(ProblemKind::TokenRefused)?;
    let fresh = Fresh::of(presented.organisation_id, presented.id);
    match kept.present(presented.sha256(), fresh.sha256()) {
        Turn::Next(kept) => {
            sessions::keep(&mut tx, presented.id, &kept, house.settings.session_after).await?;
            tx.commit().await?;
            fresh.pair(&house, person, house.clock.now()).map(Json)
        }
        Turn::Reused => {
            sessions::end(&mut tx, &house.ids, presented.id, Ending::RefreshReused, house.clock.now()).await?;
            tx.commit().await?;
            tracing::warn!(session_id = %presented.id, "a refresh token came twice; its session was ended");
            metrics::counter!("fieldproof_refresh_reused_total").increment(1);
            Err(ProblemKind::RefreshReused.into())
        }
    }
}
