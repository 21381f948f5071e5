//! Pins that heal: a visit proposes where its customer is, a supervisor decides, and visits left out because of the old pin are judged again.

use chrono::{DateTime, Utc};
use domain::place::Position;
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{Action, record};
use crate::geography::Geog;
use crate::queue::{self, CustomerChore};
use crate::{StoreError, Tx};

/// The codes for which a visit may be left out because of its customer's pin alone.
const LEFT_OUT_BY_PIN: [&str; 2] = ["customer_unlocated", "outside_fence"];

/// A visit's proposal of where its customer is.
#[derive(Debug, Clone)]
pub struct Proposal {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub customer_name: String,
    /// Where the customer is thought to be now.
    pub pin: Option<Position>,
    pub visit_id: Uuid,
    pub rep_id: Uuid,
    pub rep_name: String,
    pub position: Position,
    /// Metres between the proposed position and the present pin.
    pub distance_m: Option<f64>,
    pub created_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    customer_id: Uuid,
    customer_name: String,
    pin: Option<Geog>,
    visit_id: Uuid,
    rep_id: Uuid,
    rep_name: String,
    position: Geog,
    distance_m: Option<f64>,
    created_at: DateTime<Utc>,
}

impl From<Row> for Proposal {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            customer_name: row.customer_name,
            pin: row.pin.map(|pin| pin.0),
            visit_id: row.visit_id,
            rep_id: row.rep_id,
            rep_name: row.rep_name,
            position: row.position.0,
            distance_m: row.distance_m,
            created_at: row.created_at,
        }
    }
}

/// A page of open proposals.
#[derive(Debug, Default)]
pub struct Page {
    pub customer_id: Option<Uuid>,
    /// The last row of the page before.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: i64,
}

/// The open proposals that the scope may see, oldest first; up to `limit` + 1, so that the caller sees whether there are more.
///
/// # Errors
/// As any statement.
pub async fn proposals(tx: &mut Tx, page: &Page) -> Result<Vec<Proposal>, StoreError> {
    let scope = tx.scope();
    let (organisation_id, own, unit) = (scope.organisation_id, scope.own_only(), scope.unit_id);
    let (after_at, after_id) = page.after.unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.customer_id, c.name as customer_name, c.pin as "pin: Geog", p.visit_id, v.rep_id, u.name as rep_name,
                  p.position as "position!: Geog", st_distance(p.position, c.pin) as distance_m, p.created_at
           from pin_proposals p
           join customers c on c.organisation_id = p.organisation_id and c.id = p.customer_id and c.deleted_at is null
           join visits v on v.organisation_id = p.organisation_id and v.id = p.visit_id
           join users u on u.organisation_id = v.organisation_id and u.id = v.rep_id
           where p.organisation_id = $1 and p.state = 'open'
             and case when $2::uuid is not null then v.rep_id = $2 else $3::uuid is null or v.unit_id in (select app.units_within($1, $3)) end
             and ($4::uuid is null or p.customer_id = $4)
             and ($5::timestamptz is null or (p.created_at, p.id) > ($5, $6))
           order by p.created_at, p.id limit $7"#,
        organisation_id,
        own,
        unit,
        page.customer_id,
        after_at,
        after_id,
        page.limit + 1
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(Proposal::from).collect())
}

/// What became of a rep's wish to move a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposed {
    Opened(Uuid),
    /// This visit has proposed before: this proposal, whatever became of it.
    Already(Uuid),
    /// The scope knows no such visit.
    NotFound,
    /// The visit is not left out because of the pin, or proves no position that could become one.
    NothingToPropose,
}

/// Proposes the position that a visit proved as its customer's pin, for a visit that was left out because of where the pin is.
///
/// # Errors
/// As any statement.
pub async fn propose(tx: &mut Tx, visit_id: Uuid, now: DateTime<Utc>, ids: &Ids) -> Result<Proposed, StoreError> {
    let scope = tx.scope();
    let (organisation_id, own, unit, by) = (scope.organisation_id, scope.own_only(), scope.unit_id, scope.actor_id());
    let visit = sqlx::query!(
        r#"select customer_id, position is not null and coalesce(left_out_code = any ($5), false) as "may_propose!",
                  (select p.id from pin_proposals p where p.organisation_id = $1 and p.visit_id = v.id and p.customer_id = v.customer_id) as proposal
           from visits v where organisation_id = $1 and id = $2
             and case when $3::uuid is not null then rep_id = $3 else $4::uuid is null or unit_id in (select app.units_within($1, $4)) end"#,
        organisation_id,
        visit_id,
        own,
        unit,
        &LEFT_OUT_BY_PIN.map(str::to_owned)
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(visit) = visit else { return Ok(Proposed::NotFound) };
    if let Some(proposal) = visit.proposal {
        return Ok(Proposed::Already(proposal));
    }
    if !visit.may_propose {
        return Ok(Proposed::NothingToPropose);
    }
    // Somebody else may be proposing for the same visit: the constraint decides, and the one that was there answers.
    let proposal = sqlx::query!(
        r#"with made as (
            insert into pin_proposals (organisation_id, id, customer_id, visit_id, position, state, created_at)
            select organisation_id, $3, customer_id, id, position, 'open', $4 from visits where organisation_id = $1 and id = $2
            on conflict on constraint pin_proposal_once_a_visit do update set state = pin_proposals.state
            returning id)
           select id as "id!" from made"#,
        organisation_id,
        visit_id,
        ids.next(),
        now
    )
    .fetch_one(&mut *tx)
    .await?
    .id;
    let data = json!({ "proposal_id": proposal, "visit_id": visit_id });
    record(tx, action(ids, by, "customer.pin_proposed", visit.customer_id, now, data)).await?;
    Ok(Proposed::Opened(proposal))
}

/// A supervisor's answer to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Accept,
    Reject,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// The position is the customer's pin now, and this the customer's version.
    Accepted {
        customer_id: Uuid,
        version: i32,
    },
    Rejected {
        customer_id: Uuid,
    },
    /// Decided before: its state.
    Already(String),
    /// The scope knows no such proposal, or its customer is gone.
    NotFound,
}

/// Decides on an open proposal. Accepting it sets the customer's pin, supersedes the customer's other open proposals, and has the visits
/// that were left out because of the old pin judged again.
///
/// # Errors
/// As any statement.
pub async fn decide(tx: &mut Tx, proposal_id: Uuid, decision: Decision, now: DateTime<Utc>, ids: &Ids) -> Result<Decided, StoreError> {
    let scope = tx.scope();
    let (organisation_id, unit, by) = (scope.organisation_id, scope.unit_id, scope.actor_id());
    // The customer's row is the lock: of two decisions about one customer the second sees what the first did.
    let found = sqlx::query!(
        r#"select p.customer_id, p.visit_id, c.version
           from pin_proposals p
           join visits v on v.organisation_id = p.organisation_id and v.id = p.visit_id
           join customers c on c.organisation_id = p.organisation_id and c.id = p.customer_id and c.deleted_at is null
           where p.organisation_id = $1 and p.id = $2 and ($3::uuid is null or v.unit_id in (select app.units_within($1, $3)))
           for update of c"#,
        organisation_id,
        proposal_id,
        unit
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(found) = found else { return Ok(Decided::NotFound) };
    let customer_id = found.customer_id;
    let state = match decision {
        Decision::Accept => "accepted",
        Decision::Reject => "rejected",
    };
    let closed = sqlx::query!(
        "update pin_proposals set state = $3, decided_by = $4, decided_at = $5 where organisation_id = $1 and id = $2 and state = 'open'",
        organisation_id,
        proposal_id,
        state,
        by,
        now
    )
    .execute(&mut *tx)
    .await?;
    if closed.rows_affected() == 0 {
        let state =
            sqlx::query_scalar!("select state from pin_proposals where organisation_id = $1 and id = $2", organisation_id, proposal_id)
                .fetch_one(&mut *tx)
                .await?;
        return Ok(Decided::Already(state));
    }
    let data = json!({ "proposal_id": proposal_id, "visit_id": found.visit_id });
    if decision == Decision::Reject {
        record(tx, action(ids, by, "customer.pin_rejected", customer_id, now, data)).await?;
        return Ok(Decided::Rejected { customer_id });
    }
    let version = move_pin(tx, customer_id, proposal_id, now).await?;
    record(tx, action(ids, by, "customer.pin_accepted", customer_id, now, data)).await?;
    let chore = CustomerChore { organisation_id, customer_id };
    queue::enqueue(tx, queue::REJUDGE_CUSTOMER, &chore, &format!("rejudge:{customer_id}"), None).await?;
    Ok(Decided::Accepted { customer_id, version })
}

/// Makes the proposed position the pin, and closes what else is proposed for the customer. Returns the customer's new version.
async fn move_pin(tx: &mut Tx, customer_id: Uuid, proposal_id: Uuid, now: DateTime<Utc>) -> Result<i32, StoreError> {
    let (organisation_id, by) = (tx.organisation_id(), tx.scope().actor_id());
    Ok(sqlx::query_scalar!(
        "with superseded as (
            update pin_proposals set state = 'superseded', decided_by = $4, decided_at = $5
            where organisation_id = $1 and customer_id = $2 and state = 'open' and id <> $3)
         update customers set pin = p.position, pin_otherwise = null, pin_sent_lat = st_y(p.position::geometry),
            pin_sent_lon = st_x(p.position::geometry), pin_datum = 'wgs84', pin_source = 'visit', pin_set_at = $5, updated_at = $5,
            version = version + 1
         from pin_proposals p
         where customers.organisation_id = $1 and customers.id = $2 and p.organisation_id = $1 and p.id = $3
         returning customers.version",
        organisation_id,
        customer_id,
        proposal_id,
        by,
        now
    )
    .fetch_one(&mut *tx)
    .await?)
}

/// A page of the customer's visits that the engine left out because of the pin, in id order.
///
/// # Errors
/// As any statement.
pub async fn visits_left_out(tx: &mut Tx, customer_id: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        "select v.id from visits v
         join verdicts d on d.organisation_id = v.organisation_id and d.visit_id = v.id and d.seq = v.verdict_seq and d.judged_by is null
         where v.organisation_id = $1 and v.customer_id = $2 and v.left_out_code = any ($3) and ($4::uuid is null or v.id > $4)
         order by v.id limit $5",
        organisation_id,
        customer_id,
        &LEFT_OUT_BY_PIN.map(str::to_owned),
        after,
        limit
    )
    .fetch_all(&mut *tx)
    .await?)
}

fn action<'a>(
    ids: &Ids,
    actor_id: Option<Uuid>,
    kind: &'a str,
    customer_id: Uuid,
    now: DateTime<Utc>,
    data: serde_json::Value,
) -> Action<'a> {
    Action { id: ids.next(), actor_id, kind, subject_kind: "customer", subject_id: customer_id, occurred_at: now, recorded_at: now, data }
}
