//! Hand-overs in answers.

use chrono::{DateTime, Utc};
use domain::calendars::{Calendar, Clock};
use domain::handovers;
use domain::people::Role;
use domain::playbook::{Playbook, SubjectKind};
use domain::texts::Language;
use serde::Serialize;
use store::handovers::{Handover, Turn, records};
use store::{Tx, calendars, playbook};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::docs::lists;
use crate::http::problem::Problem;

/// What was asked of a department.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Handover)]
pub struct HandoverBody {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub asked_by: Uuid,
    #[schema(example = "陈晓")]
    pub asked_by_name: String,
    #[schema(value_type = lists::RoleName)]
    pub from_role: String,
    #[schema(value_type = lists::DepartmentName)]
    pub department: String,
    /// In the reader's language.
    #[schema(example = "法务")]
    pub department_name: Option<&'static str>,
    pub customer_id: Uuid,
    #[schema(example = "好邻居便利店")]
    pub customer_name: String,
    pub deal_id: Option<Uuid>,
    pub deal_name: Option<String>,
    /// When whoever asked wants it; the timers go by the playbook.
    pub due_at: Option<DateTime<Utc>>,
    /// A stage of the organisation's playbook.
    #[schema(example = "asked")]
    pub stage: Option<String>,
    /// In the reader's language.
    #[schema(example = "待回应")]
    pub stage_name: Option<String>,
    pub entered_at: Option<DateTime<Utc>>,
    /// When the next of its timers is due.
    pub next_due_at: Option<DateTime<Utc>>,
    pub asked_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// How long the department has had the ball so far: what came back for more lay with whoever asked.
    pub response: ResponseTime,
    /// Each time that it was asked, first to last.
    pub turns: Vec<TurnBody>,
    pub updated_at: DateTime<Utc>,
}

/// A length of time by both clocks.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = HandoverResponseTime)]
pub struct ResponseTime {
    /// By the clock on the wall.
    #[schema(example = 1020.0)]
    pub natural_minutes: f64,
    /// By the working time of the organisation's calendar.
    #[schema(example = 120.0)]
    pub business_minutes: f64,
}

/// One time that it was asked, and what came of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HandoverTurn)]
pub struct TurnBody {
    #[schema(example = "客户要改付款条款，请给出能接受的版本。")]
    pub need: String,
    pub asked_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<lists::HandoverEnd>)]
    pub ended_as: Option<String>,
    pub ended_by: Option<Uuid>,
    pub ended_by_name: Option<String>,
    /// The answer, or why it came back or is not needed any more.
    pub said: Option<String>,
}

/// Tells hand-overs that the caller sees, with their turns, in the reader's language.
///
/// # Errors
/// As any statement.
pub async fn told(tx: &mut Tx, rows: Vec<Handover>, language: Language, now: DateTime<Utc>) -> Result<Vec<HandoverBody>, Problem> {
    let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let turns = records::turns(tx, &ids).await?;
    let (playbook, calendar) = (playbook::in_force(tx).await?.playbook, calendars::newest(tx).await?.calendar);
    let told = rows.into_iter().map(|row| {
        let turns = turns.iter().filter(|turn| turn.handover_id == row.id).cloned().collect::<Vec<_>>();
        HandoverBody::told(row, turns, &playbook, &calendar, (language, now))
    });
    Ok(told.collect())
}

impl HandoverBody {
    pub(super) fn told(
        row: Handover,
        turns: Vec<Turn>,
        playbook: &Playbook,
        calendar: &Calendar,
        (language, now): (Language, DateTime<Utc>),
    ) -> Self {
        let rules = playbook.subjects.get(&SubjectKind::Handover);
        let stage = rules.zip(row.stage.as_deref()).and_then(|(rules, code)| rules.stage(code));
        let spans = turns.iter().map(|turn| handovers::Turn { asked_at: turn.asked_at, ended_at: turn.ended_at }).collect::<Vec<_>>();
        let minutes = |clock| handovers::waited(&spans, clock, now).as_seconds_f64() / 60.0;
        let response = ResponseTime { natural_minutes: minutes(Clock::Wall), business_minutes: minutes(Clock::Working(calendar)) };
        Self {
            id: row.id,
            unit_id: row.unit_id,
            asked_by: row.asked_by,
            asked_by_name: row.asked_by_name,
            from_role: row.from_role,
            department_name: Role::parse(&row.department).map(|role| role.name(language)),
            department: row.department,
            customer_id: row.customer_id,
            customer_name: row.customer_name,
            deal_id: row.deal_id,
            deal_name: row.deal_name,
            due_at: row.due_at,
            stage_name: stage.map(|stage| stage.name.of(language).to_owned()),
            stage: row.stage,
            entered_at: row.entered_at,
            next_due_at: row.next_due_at,
            asked_at: row.asked_at,
            answered_at: row.answered_at,
            withdrawn_at: row.withdrawn_at,
            response,
            turns: turns.into_iter().map(TurnBody::from).collect(),
            updated_at: row.updated_at,
        }
    }
}

impl From<Turn> for TurnBody {
    fn from(turn: Turn) -> Self {
        Self {
            need: turn.need,
            asked_at: turn.asked_at,
            ended_at: turn.ended_at,
            ended_as: turn.ended_as,
            ended_by: turn.ended_by,
            ended_by_name: turn.ended_by_name,
            said: turn.said,
        }
    }
}
