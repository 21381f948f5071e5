//! `POST /v1/leads:import`

mod columns;
mod outcome;
mod report;
mod sheet;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use domain::texts::Language;
use serde::Deserialize;
use store::customers::{is_own_unit, own_units};
use store::leads::known;
use store::leads::records::{self, NewLead};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use self::outcome::{Judged, Outcome, judge, marks};
use self::report::{LeadImport, LineBody};
use self::sheet::{Ground, Line};
use super::fields::Source;
use crate::House;
use crate::customers::fields::trimmed;
use crate::files::cells::Units;
use crate::files::content_type;
use crate::http::extract::{Json, Query, body_problem};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// How many lines are entered in one transaction.
const BATCH: usize = 100;

/// A file with something to say about each of its lines.
pub const EXAMPLE: &str = "external_id,source,company,person,phone\nL-0042,展会,上海晨光文具有限公司,王芳,138 0013 8000\n\
    L-0043,网站,晨光文具,,+86 138 0013 8000\nL-0044,,好邻居便利,李强,021-5888 1234\n";

/// What becomes of the example when nothing is there yet.
pub fn example() -> LeadImport {
    let ground = Ground { source: None, unit_id: Uuid::nil(), units: Units::new(Vec::new()) };
    let lines = sheet::read(EXAMPLE.as_bytes(), None, &ground).unwrap_or_default();
    let told = judge(&lines, &[], false).iter().map(|judged| LineBody::told(judged, None, Language::En)).collect();
    LeadImport::of(true, told)
}

/// What holds for lines that do not say, and what shall be done.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `true` unless said otherwise: tells what would be entered, and enters nothing.
    dry_run: Option<bool>,
    /// The source of leads whose line names none.
    #[param(value_type = Option<Source>)]
    source: Option<Source>,
    /// The unit of leads whose line names none; the caller's own unless given.
    unit_id: Option<Uuid>,
    /// What to do with leads that may be there already: `skip` unless said otherwise.
    #[serde(default)]
    #[param(required = false, inline)]
    duplicates: OnDuplicates,
}

/// What to do with leads that may be there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadImportDuplicates)]
pub enum OnDuplicates {
    #[default]
    Skip,
    Enter,
}

/// Bring leads in as a file
///
/// CSV with a heading: `external_id`, `source`, `company`, `person`, `phone`, `email`, `wish`, `unit` (id or name) in any order, or 线索编号,
/// 来源, 公司, 联系人, 电话, 邮箱, 需求, 部门; company or person is needed. UTF-8, or GB18030 as Chinese spreadsheets save it. At most 5,000 lines
/// and 1 MiB. The answer tells of every line what becomes of it. A line whose external number a lead has already was brought before and
/// changes nothing; a line with the number or the company of a lead, or of an earlier line, names it and is left out, unless duplicates
/// are wanted. Lines are entered a hundred at a time: what broke off is sent again.
#[utoipa::path(post, path = "/v1/leads:import", tag = "leads", params(Asked),
    request_body(content = String, content_type = "text/csv", description = "The file",
        example = "external_id,source,company,person,phone\nL-0042,展会,上海晨光文具有限公司,王芳,138 0013 8000\n"),
    responses(
        (status = 200, description = "What becomes, or became, of every line", body = LeadImport),
        (status = 409, description = "`duplicate`: somebody else entered one of the external numbers at this very moment; send it again", body = ProblemBody,
            content_type = "application/problem+json"),
    ))]
pub async fn import(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<LeadImport>, Problem> {
    let (kind, encoding) = content_type(&headers)?;
    if kind != "text/csv" {
        return Err(ProblemKind::TypeUnsupported.into());
    }
    let bytes = body.map_err(|rejection| body_problem(&rejection))?;
    let ground = ground(&house, &caller, &asked).await?;
    let lines = sheet::read(&bytes, encoding, &ground)?;
    let (is_dry_run, enters) = (asked.dry_run.unwrap_or(true), asked.duplicates == OnDuplicates::Enter);
    let mut told = Vec::with_capacity(lines.len());
    if is_dry_run {
        let mut tx = house.db.begin(&caller.scope).await?;
        let known = known::find(&mut tx, &marks(&lines)).await?;
        tx.commit().await?;
        told.extend(judge(&lines, &known, enters).iter().map(|judged| LineBody::told(judged, None, caller.language)));
    } else {
        for batch in lines.chunks(BATCH) {
            told.extend(enter(&house, &caller, batch, enters).await?);
        }
    }
    Ok(Json(LeadImport::of(is_dry_run, told)))
}

async fn ground(house: &House, caller: &Caller, asked: &Asked) -> Result<Ground, Problem> {
    let source = asked.source.as_ref().map(|source| trimmed(source, "?source")).transpose();
    let source = source.map_err(|fault| Problem::with(ProblemKind::MalformedRequest, fault))?;
    let unit_id = asked.unit_id.or(caller.scope.unit_id).unwrap_or_default();
    let mut tx = house.db.begin(&caller.scope).await?;
    if !is_own_unit(&mut tx, unit_id).await? {
        return Err(Problem::with(ProblemKind::MalformedRequest, Fault::at("?unit_id", FaultCode::NotKnown)));
    }
    let units = Units::new(own_units(&mut tx).await?);
    tx.commit().await?;
    Ok(Ground { source, unit_id, units })
}

/// Enters the lines of one batch that are to be entered, all of them or none.
async fn enter(house: &House, caller: &Caller, batch: &[Line], enters_duplicates: bool) -> Result<Vec<LineBody>, Problem> {
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    let known = known::find(&mut tx, &marks(batch)).await?;
    let mut told = Vec::with_capacity(batch.len());
    for judged in judge(batch, &known, enters_duplicates) {
        let lead_id = match judged.outcome {
            Outcome::Create => {
                let new = new_lead(house, &judged);
                records::insert(&mut tx, &house.ids, now, &new).await?;
                Some(new.id)
            }
            _ => None,
        };
        told.push(LineBody::told(&judged, lead_id, caller.language));
    }
    tx.commit().await?;
    Ok(told)
}

fn new_lead(house: &House, judged: &Judged<'_>) -> NewLead {
    let line = judged.line;
    NewLead { id: house.ids.next(), unit_id: line.unit_id, contact_id: house.ids.next(), said: line.said.clone() }
}
