//! `GET /v1/leads/{id}/actions`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::masking::Names;
use domain::people::Role;
use domain::playbook::{ActionKind, SubjectKind};
use domain::texts::Language;
use domain::timeline::masked_data;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::leads::journal::{self, Entry};
use store::leads::records;
use store::looks::{self, Glance, What};
use store::{Tx, timeline};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    pub limit: Option<Limit>,
    pub cursor: Option<String>,
    /// Why the reader looks; kept with who looked.
    pub reason: Option<Text<1, 200>>,
}

/// Something that somebody, or the house, did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Action)]
pub struct ActionBody {
    pub id: Uuid,
    #[schema(example = "lead.contacted")]
    pub kind: String,
    /// In the reader's language, where the kind has a name.
    #[schema(example = "首次联系记录")]
    pub name: Option<String>,
    /// Null when the house itself acted.
    pub actor_id: Option<Uuid>,
    /// Null for the house and for keys.
    pub actor_name: Option<String>,
    /// When it happened, as far as is known.
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    /// As it was recorded for whoever holds the subject and for keys; masked and cut for everybody else.
    #[schema(value_type = Object)]
    pub data: Value,
}

impl ActionBody {
    /// The entry as somebody reads it: with its words as they were recorded, or with these names masked in them, and all numbers.
    pub fn told(entry: Entry, masked: Option<&Names<'_>>, language: Language) -> Self {
        let data = masked.map(|names| masked_data(&entry.kind, &entry.data, names));
        Self {
            id: entry.id,
            name: ActionKind::parse(&entry.kind).map(|kind| kind.name(language).to_owned()),
            kind: entry.kind,
            actor_id: entry.actor_id,
            actor_name: entry.actor_name,
            occurred_at: entry.occurred_at,
            recorded_at: entry.recorded_at,
            data: data.unwrap_or(entry.data),
        }
    }
}

/// Whose log is read.
#[derive(Debug)]
pub struct Log<'a> {
    pub subject: SubjectKind,
    pub id: Uuid,
    /// Who holds it.
    pub owner_id: Option<Uuid>,
    pub customer_id: Option<Uuid>,
    /// Who it is about, where no customer says that.
    pub person: Option<&'a str>,
}

impl Log<'_> {
    /// Writes down that somebody reads it, and says which names are masked for them; `None` for whom nothing is: whoever holds the subject
    /// wrote most of it themselves, and a key is given so that another system keeps it whole.
    ///
    /// # Errors
    /// As any statement.
    pub async fn opened(
        &self,
        (house, caller): (&House, &Caller),
        tx: &mut Tx,
        reason: Option<&Text<1, 200>>,
    ) -> Result<Option<Vec<String>>, Problem> {
        let glance = Glance {
            what: What::Timeline,
            subject_kind: self.subject.as_str(),
            subject_id: self.id,
            about_user_id: self.owner_id,
            reason: reason.map(Text::as_str),
        };
        looks::record(tx, &house.ids, house.clock.now(), &glance).await?;
        if self.owner_id == Some(caller.id()) || caller.role() == Role::Integrator {
            return Ok(None);
        }
        let mut names = match self.customer_id {
            Some(customer_id) => timeline::known_names(tx, customer_id).await?,
            None => Vec::new(),
        };
        names.extend(self.person.map(str::to_owned));
        Ok(Some(names))
    }
}

/// A page of the log, as the caller reads it.
pub fn page(rows: Vec<Entry>, limit: i64, masked: Option<&[String]>, language: Language) -> Page<ActionBody> {
    let names = masked.map(|names| Names::new(names.iter().map(String::as_str)));
    let page = Page::cut(rows, limit, |entry| (entry.recorded_at, entry.id));
    page.map(|entry| ActionBody::told(entry, names.as_ref(), language))
}

/// What was done to a lead, last first
///
/// Whoever holds the lead, and keys of other systems, read it as it was recorded. Everybody else, a director as well as a colleague, reads it
/// as stories are told (`GET /v1/customers/{id}/timeline`): texts are cut, and telephone numbers, identity and bank cards, mail and chat
/// addresses, number plates and the names of the customer's people are masked. That somebody else looked, a key too, is written down once in
/// ten minutes: `GET /v1/looks`.
#[utoipa::path(get, path = "/v1/leads/{id}/actions", tag = "leads", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page<ActionBody>),
))]
pub async fn journal(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<ActionBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let lead = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = journal::list(&mut tx, (lead.id, lead.contact_id), after, limit).await?;
    let log = Log {
        subject: SubjectKind::Lead,
        id: lead.id,
        owner_id: lead.owner_id,
        customer_id: lead.customer_id,
        person: lead.said.person.as_deref(),
    };
    let masked = log.opened((&house, &caller), &mut tx, asked.reason.as_ref()).await?;
    tx.commit().await?;
    Ok(Json(page(rows, limit, masked.as_deref(), caller.language)))
}
