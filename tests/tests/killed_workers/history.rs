//! What a lead's breaker has left behind, read from all tables: each thing once, and whole.

use sqlx::FromRow;
use uuid::Uuid;

use crate::ground::Ground;

/// How often there is what for one lead.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct History {
    /// Timers of the breaker that have fired their first step, and no further one.
    pub fired: i64,
    pub incidents: i64,
    pub raised: i64,
    /// Recipients and kinds of what was said, each once.
    pub told: Vec<String>,
    pub in_inboxes: i64,
    pub sent: i64,
    pub delivered: i64,
    /// Attempts that were noted as taken.
    pub taken: i64,
}

impl History {
    pub async fn of(ground: &Ground, lead: Uuid) -> Self {
        sqlx::query_as(
            "select (select count(*) from timers where subject_id = $1 and code = 'lead_stalled' and step = 1 and closed_at is null) as fired,
                (select count(*) from incidents where subject_id = $1) as incidents,
                (select count(*) from actions where subject_id = $1 and kind = 'incident.raised') as raised,
                (select coalesce(array_agg(u.login || ' ' || i.kind order by u.login || ' ' || i.kind), '{}') from interventions i
                    join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
                    where i.subject_id = $1 and i.incident_id is not null) as told,
                (select count(*) from deliveries d join interventions i on i.organisation_id = d.organisation_id and i.id = d.intervention_id
                    where i.subject_id = $1 and i.incident_id is not null and d.channel = 'inbox' and d.state = 'delivered') as in_inboxes,
                (select count(*) from deliveries d join events e on e.organisation_id = d.organisation_id and e.id = d.event_id
                    where e.envelope::text like '%' || $1 || '%') as sent,
                (select count(*) from deliveries d join events e on e.organisation_id = d.organisation_id and e.id = d.event_id
                    where e.envelope::text like '%' || $1 || '%' and d.state = 'delivered') as delivered,
                (select count(*) from delivery_attempts a join deliveries d on d.organisation_id = a.organisation_id and d.id = a.delivery_id
                    join events e on e.organisation_id = d.organisation_id and e.id = d.event_id
                    where e.envelope::text like '%' || $1 || '%' and a.outcome = 'taken') as taken",
        )
        .bind(lead)
        .fetch_one(&mut ground.house.behind().await)
        .await
        .unwrap()
    }

    /// One of everything.
    pub fn whole() -> Self {
        let told = ["presales1 signal", "rep1 todo", "supervisor1 card"].map(str::to_owned).to_vec();
        Self { fired: 1, incidents: 1, raised: 1, told, in_inboxes: 3, sent: 1, delivered: 1, taken: 1 }
    }
}
