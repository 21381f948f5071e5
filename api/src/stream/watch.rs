//! `GET /v1/stream`

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use store::stream::{Heard, Mark};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::look::{Again, beginning, look, read, written};
use crate::House;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Whole;
use crate::sessions::Caller;

/// Watchers of one process at once.
const WATCHERS_MAX: usize = 1024;
/// Of them one user's or key's: more than anybody has windows open, and far too few to keep the others out.
const SHARE_MAX: usize = 16;
/// Proxies close what is silent for half a minute.
const HEARTBEAT_AFTER: Duration = Duration::from_secs(15);
/// Even when nothing is heard, somebody who watches looks this often, and is seen to be still allowed to.
const LOOK_AFTER: Duration = Duration::from_secs(15);
/// What waits for somebody's transaction is looked at again after this.
const SOON_AFTER: Duration = Duration::from_millis(250);
/// What changes in a burst is looked at together.
const GATHER_AFTER: Duration = Duration::from_millis(100);
/// Then it ends, and the client begins anew where it was: tokens are renewed, and processes replaced.
const WATCH_AFTER_S: i64 = 3600;

/// How long.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// Seconds after which the stream ends, to be gone on with; an hour when left out.
    #[param(inline)]
    for_s: Option<Whole<1, 3600>>,
}

/// One event of the stream, by its lines.
#[derive(Debug, ToSchema)]
pub struct StreamEvent {
    /// `ready`, `reset`, `inbox`, `incident` or `board`; heartbeats have none.
    #[expect(dead_code, reason = "written by the stream, described here")]
    event: Option<String>,
    /// Where to go on from.
    #[expect(dead_code, reason = "as above")]
    id: Option<String>,
    /// A JSON text.
    #[expect(dead_code, reason = "as above")]
    data: Option<String>,
}

/// Hear of changes live
///
/// Server-sent events: `inbox` (an intervention of the caller's own, as `GET /v1/inbox` shows it) and `incident` (one that the caller sees, as
/// `GET /v1/incidents/{id}` shows it), each time something of it changes, as it stands then; and for those who may read the breaker's board
/// `board` (`board`, `lead_id`, `unit_id`, `stage`, `owner_id`), when a lead comes, goes on, or passes into other hands. `ready` says from where on. Every event has an `id`;
/// send the last one as `Last-Event-ID` to go on from there without a gap: what changed twice meanwhile is told once. `reset` says that this cannot
/// be done: read the lists again. The stream ends after an hour, when the token's session ends, and when the client does not read.
#[utoipa::path(get, path = "/v1/stream", tag = "inbox",
    params(WatchQuery, ("Last-Event-ID" = Option<String>, Header, description = "`id` of the last event that was read")), responses(
    (status = 200, description = "Events until the client leaves", body = StreamEvent, content_type = "text/event-stream"),
    (status = 429, description = "`too_many`: enough are watching on this process (try again, it may be another one), or the caller watches 16 times already", body = ProblemBody,
        content_type = "application/problem+json"),
))]
pub async fn watch(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<WatchQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let crowded = || Problem::from(ProblemKind::TooMany).retry_after(5);
    let share = Share::take(caller.id()).ok_or_else(crowded)?;
    let place = Arc::clone(places()).try_acquire_owned().map_err(|_| crowded())?;
    let last = headers.get("last-event-id").map(|value| value.to_str().ok().and_then(read));
    // Heard before it is looked: nothing falls in between.
    let hears = house.ear.hear().await;
    let (mark, is_reset) = match last {
        Some(None) => (beginning(&house, &caller, None).await?.0, true),
        last => beginning(&house, &caller, last.flatten()).await?,
    };
    let until = Instant::now() + Duration::from_secs(u64::try_from(query.for_s.map_or(WATCH_AFTER_S, Whole::get)).unwrap_or_default());
    let name = if is_reset { "reset" } else { "ready" };
    let first = Event::default().event(name).id(written(mark)).data("{}");
    let watcher = Watcher { house, caller, hears, mark, until, waiting: vec![first], again: Again::AtOnce, _place: place, _share: share };
    let events = stream::unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok(event), watcher))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT_AFTER)))
}

fn places() -> &'static Arc<Semaphore> {
    static PLACES: std::sync::OnceLock<Arc<Semaphore>> = std::sync::OnceLock::new();
    PLACES.get_or_init(|| Arc::new(Semaphore::new(WATCHERS_MAX)))
}

/// How many places of this process each user or key has.
static SHARES: LazyLock<Mutex<HashMap<Uuid, usize>>> = LazyLock::new(Mutex::default);

/// One place of somebody's share, given back when dropped.
#[derive(Debug)]
struct Share(Uuid);

impl Share {
    /// `None` when they have as many as anybody may.
    fn take(who: Uuid) -> Option<Self> {
        let mut shares = SHARES.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = shares.entry(who).or_default();
        if *taken >= SHARE_MAX {
            return None;
        }
        *taken += 1;
        Some(Self(who))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut shares = SHARES.lock().unwrap_or_else(PoisonError::into_inner);
        let Entry::Occupied(mut taken) = shares.entry(self.0) else { return };
        let left = taken.get().saturating_sub(1);
        // Who has left is not remembered.
        if left == 0 {
            taken.remove();
        } else {
            taken.insert(left);
        }
    }
}

/// Somebody who watches.
struct Watcher {
    house: Arc<House>,
    caller: Caller,
    hears: Receiver<Heard>,
    mark: Mark,
    until: Instant,
    /// Events to be told, the next one last.
    waiting: Vec<Event>,
    again: Again,
    _place: OwnedSemaphorePermit,
    _share: Share,
}

impl Watcher {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop() {
                return Some(event);
            }
            if !self.wait().await {
                return None;
            }
            // Away for a moment, or not allowed any more: the client comes back, and is told which.
            let (events, again) = look(&self.house, &self.caller, self.mark).await.ok()?;
            self.again = again;
            for (mark, event) in events.into_iter().rev() {
                self.mark = self.mark.max(mark);
                self.waiting.push(event);
            }
        }
    }

    /// Waits until there may be something to see; `false` when it is time to end.
    async fn wait(&mut self) -> bool {
        let look_at = match self.again {
            Again::AtOnce => return true,
            Again::Soon => Instant::now() + SOON_AFTER,
            Again::WhenHeard => Instant::now() + LOOK_AFTER,
        };
        loop {
            tokio::select! {
                () = self.house.closing.cancelled() => return false,
                () = tokio::time::sleep_until(self.until) => return false,
                () = tokio::time::sleep_until(look_at) => return true,
                heard = self.hears.recv() => match heard {
                    Ok(Heard::Of(organisation)) if organisation != self.caller.scope.organisation_id => {}
                    Err(RecvError::Closed) => return false,
                    Ok(_) | Err(RecvError::Lagged(_)) => break,
                },
            }
        }
        tokio::time::sleep(GATHER_AFTER).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_more_than_their_share() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut taken = (0..SHARE_MAX).map(|_| Share::take(one).unwrap()).collect::<Vec<_>>();
        assert!(Share::take(one).is_none());
        assert!(Share::take(other).is_some());
        taken.pop();
        taken.push(Share::take(one).unwrap());
        assert!(Share::take(one).is_none());
        drop(taken);
        let shares = SHARES.lock().unwrap();
        assert!(!shares.contains_key(&one) && !shares.contains_key(&other), "who has left is forgotten");
    }
}
