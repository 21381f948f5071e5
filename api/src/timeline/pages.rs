//! Pages of a story: where the reader is, and what lies around.

use serde::{Deserialize, Serialize};
use store::Tx;
use store::looks::{self, Glance, What};
use store::timeline::{self, About, Entry, Way};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::pictures::pictures;
use super::shown::{Beside, EntryBody};
use crate::House;
use crate::attachments::link_to;
use crate::http::fault::{Fault, FaultCode};
use crate::http::page::{Limit, decode_moment, encode, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// Longest list of kinds that is looked at.
const KINDS_MAX: usize = 50;

/// Which page of the story.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Kinds of entries, or families of kinds as before their dot, separated by commas; all unless asked.
    #[serde(default)]
    #[param(
        required = false,
        example = "visit,deal.signed,incident",
        pattern = "^[a-z_]{1,40}(\\.[a-z_]{1,40})?(,[a-z_]{1,40}(\\.[a-z_]{1,40})?)*$",
        max_length = 600
    )]
    kinds: Option<String>,
    /// What happened before: `older` of a page.
    before: Option<String>,
    /// What happened after: `newer` of a page. Not together with `before`.
    after: Option<String>,
    limit: Option<Limit>,
    /// Why the reader looks; kept with who looked.
    reason: Option<Text<1, 200>>,
}

/// What was asked for, understood.
pub struct Wanted {
    kinds: Vec<String>,
    way: Way,
    limit: i64,
    reason: Option<Text<1, 200>>,
}

impl Asked {
    /// Understands what is asked.
    ///
    /// # Errors
    /// `MalformedRequest` for kinds and cursors that are none.
    pub fn read(self) -> Result<Wanted, Problem> {
        let way = match (at("?before", self.before.as_deref())?, at("?after", self.after.as_deref())?) {
            (None, None) => Way::Newest,
            (Some((at, id)), None) => Way::Before(at, id),
            (None, Some((at, id))) => Way::After(at, id),
            (Some(_), Some(_)) => return Err(malformed("?after", FaultCode::NotAllowed)),
        };
        let kinds = self.kinds.as_deref().map(kinds).transpose()?.unwrap_or_default();
        Ok(Wanted { kinds, way, limit: limit_of(self.limit), reason: self.reason })
    }
}

fn malformed(pointer: &'static str, code: FaultCode) -> Problem {
    Problem::with(ProblemKind::MalformedRequest, Fault::at(pointer, code))
}

type Moment = (chrono::DateTime<chrono::Utc>, Uuid);

fn at(pointer: &'static str, cursor: Option<&str>) -> Result<Option<Moment>, Problem> {
    decode_moment(cursor).map_err(|_| malformed(pointer, FaultCode::Malformed))
}

fn kinds(asked: &str) -> Result<Vec<String>, Problem> {
    let kinds = asked.split(',').map(str::to_owned).collect::<Vec<_>>();
    let is_kind =
        |kind: &String| !kind.is_empty() && kind.len() <= 81 && kind.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b));
    if kinds.len() > KINDS_MAX || !kinds.iter().all(is_kind) {
        return Err(malformed("?kinds", FaultCode::Malformed));
    }
    let known = domain::timeline::kinds();
    if kinds.iter().all(|kind| known.contains(kind.as_str())) {
        return Ok(kinds);
    }
    let fault = Fault::at("?kinds", FaultCode::NotKnown).allowing(known.into_iter().collect::<Vec<_>>().join(", "));
    Err(Problem::with(ProblemKind::MalformedRequest, fault))
}

/// A page of a story.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelinePage)]
pub struct Page {
    /// What happened last comes first.
    pub items: Vec<EntryBody>,
    /// Ask for what happened before with `?before=`; null where the story begins.
    pub older: Option<String>,
    /// Ask for what happened after with `?after=`, now or later; null while there is nothing at all.
    pub newer: Option<String>,
}

/// Reads a page for somebody who may see it, and writes down that they looked.
///
/// # Errors
/// As any statement.
pub async fn read(
    house: &House,
    caller: &Caller,
    mut tx: Tx,
    (about, customer_id): (About, Uuid),
    wanted: Wanted,
) -> Result<Page, Problem> {
    let mut entries = timeline::page(&mut tx, about, &wanted.kinds, wanted.way, wanted.limit).await?;
    let more = cut(&mut entries, wanted.limit, wanted.way);
    let names = timeline::known_names(&mut tx, customer_id).await?;
    let mut beside = Beside::of(&mut tx, &entries, names).await?;
    let glance = Glance {
        what: What::Timeline,
        subject_kind: about.kind(),
        subject_id: about.id(),
        about_user_id: timeline::owner_of(&mut tx, about).await?,
        reason: wanted.reason.as_ref().map(Text::as_str),
    };
    looks::record(&mut tx, &house.ids, house.clock.now(), &glance).await?;
    tx.commit().await?;
    for file in beside.files.values_mut() {
        file.download = link_to(house, &caller.scope, file.id);
    }
    beside.pictures = pictures(house, beside.visits.values()).await?;
    let key = |entry: &Entry| encode(&(entry.occurred_at, entry.id));
    let (newest, oldest) = (entries.first().map(key), entries.last().map(key));
    let (older, newer) = match wanted.way {
        Way::Newest => (oldest.filter(|_| more), newest),
        Way::Before(at, id) => (oldest.filter(|_| more), newest.or_else(|| Some(encode(&(at, id))))),
        Way::After(at, id) => (oldest.or_else(|| Some(encode(&(at, id)))), newest.or_else(|| Some(encode(&(at, id))))),
    };
    let items = entries.into_iter().map(|entry| EntryBody::told(entry, &beside, caller.language)).collect();
    Ok(Page { items, older, newer })
}

/// Takes the entry away that was read beyond the page: the one farthest from where the reader is. Whether there was one.
fn cut(entries: &mut Vec<Entry>, limit: i64, way: Way) -> bool {
    let limit = usize::try_from(limit).unwrap_or(0);
    let beyond = entries.len() > limit;
    if beyond && matches!(way, Way::After(..)) {
        entries.drain(..entries.len() - limit);
    } else {
        entries.truncate(limit);
    }
    beyond
}
