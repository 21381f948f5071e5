//! Pages of a customer's story with ten times as many actions in the log as rows are asked for: ten million. The roof is the bare range of
//! the index with the actions that it names, without row security, people, names, masking or HTTP.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use dev::demo;
use dev::postgres::Role as DatabaseRole;
use domain::people::Role;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::house::House;
use crate::load::{Client, Connection, Outcome, Span, drive, outcome};
use crate::pages::token;
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::stock::{Kind, TEAM, id, id_sql, tidy};

const NAME: &str = "timeline";
const AIM_MS: f64 = 15.0;
/// Customers whose stories are read, one after the other, and those who only fill the log.
const READ: u64 = 200;
const CUSTOMERS: u64 = 20_000;
/// Numbers that no other stock has.
const FROM: u64 = 2_000_000;
const SESSION: u64 = 300_000;
const MONTHS: u32 = 12;

/// Measures and reports.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, report: &mut Report) -> anyhow::Result<()> {
    let mut conn = house.connect(DatabaseRole::Superuser).await?;
    let actions = u64::from(plan.rows) * 10;
    plant(&mut conn, actions).await?;
    let api = house.start_api().await?;
    let viewer = token(house, demo::id_of("demo", "director1"), SESSION, Role::Director, demo::id_of("demo", "branch")).await?;
    let first = (0..READ).map(|n| format!("/v1/customers/{}/timeline?limit=50", customer(n))).collect::<Vec<_>>();
    let deep = deep_pages(api.addr, &viewer, &first).await?;
    let bare = bare(&mut conn).await?;
    for (what, paths) in [("page 1", first), ("page 5", deep)] {
        let product = look(api.addr, &viewer, paths, Span::of(plan.measured)).await?;
        let row = Row {
            measurement: NAME,
            what: format!("{what} of 50, {actions} actions in the log"),
            p50_ms: Some(product.p50_ms),
            p99_ms: Some(product.p99_ms),
            note: format!("{:.0}/s on one connection, {READ} customers in turn; roof: the bare range, ms", product.per_second),
            ..Row::default()
        };
        report.add(row.under(bare).aiming(format!("p50 < {AIM_MS} ms"), product.p50_ms < AIM_MS));
    }
    api.stop().await
}

fn customer(n: u64) -> Uuid {
    id(Kind::Customer, FROM + n)
}

/// Customers, and a log in which every one of them has as much of a past as the next.
async fn plant(conn: &mut PgConnection, actions: u64) -> anyhow::Result<()> {
    let (organisation, unit) = (demo::organisation_id("demo"), demo::id_of("demo", TEAM));
    let (customer, action) = (id_sql(Kind::Customer, &format!("{FROM} + n % {CUSTOMERS}")), id_sql(Kind::Action, &format!("{FROM} + n")));
    let statements = [
        // The demo's past lies in the partition for the rest, where it may stay.
        format!(
            "select app.make_action_partition(month::date)
             from generate_series(date_trunc('month', now()) - {MONTHS} * interval '1 month', now(), interval '1 month') month
             where not exists (select from actions_rest where recorded_at >= month and recorded_at < month + interval '1 month')"
        ),
        "set session_replication_role = replica".to_owned(),
        format!(
            "insert into customers (organisation_id, id, unit_id, name, created_at, updated_at)
             select '{organisation}', {customer}, '{unit}', '客户 ' || n, now(), now() from generate_series(0, {last}) n",
            last = CUSTOMERS - 1
        ),
        format!(
            "insert into contacts (organisation_id, id, customer_id, name, decision_role, created_at, updated_at)
             select '{organisation}', {customer}, {customer}, '王芳', 'decision_maker', now(), now() from generate_series(0, {last}) n",
            last = READ - 1
        ),
        format!(
            "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
             select '{organisation}', {action}, {rep},
                (array['call.answered', 'note.added', 'message.sent', 'meeting.held', 'reply.received'])[1 + n % 5], 'customer', {customer},
                at, at + interval '1 minute', jsonb_build_object('text', '王芳说下周三前要报价，电话13912345678，先要 ' || n || ' 台。', 'seconds', n % 600)
             from (select n, now() - interval '11 months' + n * (interval '11 months' / {actions}) as at from generate_series(1, {actions}) n) planned",
            rep = id_sql(Kind::Rep, "n % 64"),
        ),
        "insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id)
            select organisation_id, 'customer', subject_id, occurred_at, id, recorded_at, kind, subject_kind, subject_id from actions a
            where a.subject_kind = 'customer' and a.kind <> 'customer.created'
            on conflict do nothing"
            .to_owned(),
        "reset session_replication_role".to_owned(),
    ];
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *conn).await?;
    }
    tidy(conn, "customers, contacts, actions, timeline").await
}

/// The paths of the fifth pages, found by walking there.
async fn deep_pages(addr: SocketAddr, viewer: &str, first: &[String]) -> anyhow::Result<Vec<String>> {
    let (mut connection, mut deep) = (Connection::open(addr).await?, Vec::new());
    for path in first {
        let mut at = path.clone();
        for _ in 0..4 {
            let answer = connection.exchange(request(viewer, &at).as_bytes()).await?;
            ensure!(answer.status == 200, answer.unexpected());
            let page: serde_json::Value = serde_json::from_slice(answer.body)?;
            let items = page.get("items").and_then(serde_json::Value::as_array).context("no items")?;
            ensure!(items.len() == 50 && !answer_shows_numbers(answer.body), "the page is not full, or shows what it should not");
            let older = page.get("older").and_then(serde_json::Value::as_str).context("there is no older page")?;
            at = format!("{path}&before={older}");
        }
        deep.push(at);
    }
    Ok(deep)
}

fn answer_shows_numbers(body: &[u8]) -> bool {
    body.windows(11).any(|window| window == b"13912345678")
}

fn request(viewer: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {viewer}\r\n\r\n")
}

async fn look(addr: SocketAddr, viewer: &str, paths: Vec<String>, span: Span) -> anyhow::Result<Outcome> {
    let requests = paths.iter().map(|path| request(viewer, path)).collect();
    drive(addr, span, vec![Reader { requests, next: 0 }]).await
}

/// Reads the stories one after the other.
struct Reader {
    requests: Vec<String>,
    next: usize,
}

impl Client for Reader {
    async fn act(&mut self, connection: &mut Connection, _: u64) -> anyhow::Result<()> {
        let request = self.requests.get(self.next % self.requests.len()).context("nothing to read")?;
        self.next += 1;
        let answer = connection.exchange(request.as_bytes()).await?;
        if answer.status == 200 { Ok(()) } else { Err(answer.unexpected()) }
    }
}

/// The median time of the bare range, milliseconds.
async fn bare(conn: &mut PgConnection) -> anyhow::Result<f64> {
    let statement = "select a.id, a.kind, a.occurred_at, a.data
        from (select recorded_at, entry_id from timeline where organisation_id = $1 and about_kind = 'customer' and about_id = $2
            order by occurred_at desc, entry_id desc limit 51) t
        join actions a on a.organisation_id = $1 and a.recorded_at = t.recorded_at and a.id = t.entry_id";
    let mut times = Vec::new();
    for n in 0..READ {
        let started = Instant::now();
        let rows = sqlx::query(statement).bind(demo::organisation_id("demo")).bind(customer(n)).fetch_all(&mut *conn).await?;
        times.push(started.elapsed());
        ensure!(rows.len() == 51, "the range is not full");
    }
    Ok(outcome(times, Duration::from_secs(1))?.p50_ms)
}
