//! Timers that run out: among many open ones a tenth is due at once, and each raises an incident with three interventions and their
//! deliveries. The roof is a bare sweep of as many rows in PostgreSQL, with one row written for each, in the same run.

use std::time::{Duration, Instant};

use anyhow::ensure;
use dev::demo;
use dev::postgres::Role;
use platform::Clock;
use sqlx::{AssertSqlSafe, PgConnection};
use store::Database;
use store::engine::due::{self, PassedOver};
use tokio_util::sync::CancellationToken;
use workers::timekeeper;

use crate::house::House;
use crate::load::{as_f64, outcome};
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::stock::{Kind, TEAM, id_sql, tidy};

const NAME: &str = "timers";
const AIM_PER_SECOND: f64 = 5_000.0;
const AIM_IDLE_MS: f64 = 2.0;
const AIM_LATE_MS: f64 = 2_000.0;
const IDLE_LOOKS: usize = 200;
/// Timers a second that become due while lateness is measured.
const TRICKLE: u32 = 500;

/// Beyond every number that is planted before.
const PLANTED_AFTER: u32 = 100_000_000;
/// So many times as many open ones.
const MANY_MORE: u32 = 5;
/// When timers are due that are only there.
const AHEAD: &str = "now() + interval '1 day' + interval '1 second' * (n % 1000000) / 100";

/// Measures and reports.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, report: &mut Report) -> anyhow::Result<()> {
    let mut conn = house.connect(Role::Superuser).await?;
    let db = Database::new(&house.database_url(Role::App), 8, Duration::from_secs(30))?;
    let due = plan.rows / 10;
    plant(&mut conn, 0, plan.rows, AHEAD).await?;
    tidy(&mut conn, "standings, timers").await?;
    report.add(idle(&db, plan.rows).await?);
    plant(&mut conn, plan.rows, due, "now() - interval '1 minute' - interval '1 millisecond' * (n % 60000)").await?;
    tidy(&mut conn, "standings, timers").await?;
    let roof = sweep(&mut conn, plan.rows, due).await?;
    report.add(storm(&db, &mut conn, due).await?.under(roof));
    report.add(trickle(plan, &db, &mut conn).await?);
    // What is open and not due costs nothing, however much of it there is.
    plant(&mut conn, PLANTED_AFTER, plan.rows * (MANY_MORE - 1), AHEAD).await?;
    tidy(&mut conn, "standings, timers").await?;
    report.add(idle(&db, plan.rows * MANY_MORE).await?);
    db.close().await;
    Ok(())
}

/// Leads in their stage, numbered from `first`, and the timers that watch them.
async fn plant(conn: &mut PgConnection, first: u32, count: u32, due_at: &str) -> anyhow::Result<()> {
    let (lead, timer, entry) = (id_sql(Kind::Lead, "n"), id_sql(Kind::Timer, "n"), id_sql(Kind::Entry, "n"));
    let last = i64::from(first) + i64::from(count) - 1;
    let statement = format!(
        "set session_replication_role = replica;
         insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, owner_id, stage, entry_id, entered_at)
            select '{organisation}', 'lead', {lead}, '线索 ' || n, '{unit}', {rep}, 'confirmed', {entry}, now() from generate_series({first}, {last}) n;
         insert into timers (organisation_id, id, subject_kind, subject_id, code, entry_id, opened_by, opened_at, since_at, due_at,
                playbook_version)
            select '{organisation}', {timer}, 'lead', {lead}, 'lead_stalled', {entry}, {lead}, due.at - interval '48 hours',
                due.at - interval '48 hours', due.at, 1
            from generate_series({first}, {last}) n cross join lateral (select {due_at} as at) due;
         reset session_replication_role",
        organisation = demo::organisation_id("demo"),
        unit = demo::id_of("demo", TEAM),
        rep = id_sql(Kind::Rep, "(n % 64)"),
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(conn).await?;
    Ok(())
}

/// A look when nothing is due.
async fn idle(db: &Database, open: u32) -> anyhow::Result<Row> {
    let mut times = Vec::new();
    let began = Instant::now();
    for _ in 0..IDLE_LOOKS {
        let started = Instant::now();
        let look = due::look(db, None, 1_000, 500, &PassedOver::default()).await?;
        times.push(started.elapsed());
        ensure!(look.batches.is_empty(), "something is due that should not be");
    }
    let looks = outcome(times, began.elapsed())?;
    let row = Row {
        measurement: NAME,
        what: format!("idle, {open} open"),
        p50_ms: Some(looks.p50_ms),
        p99_ms: Some(looks.p99_ms),
        ..Row::default()
    };
    Ok(row.aiming("< 2 ms at the median", looks.p50_ms < AIM_IDLE_MS))
}

/// Everything that is due, fired.
async fn storm(db: &Database, conn: &mut PgConnection, due: u32) -> anyhow::Result<Row> {
    let began = Instant::now();
    let mut steps = 0;
    loop {
        let round = timekeeper::round(db, None, &mut PassedOver::default()).await?;
        steps += round.fired.steps;
        if !round.more {
            break;
        }
    }
    let elapsed = began.elapsed();
    let written: (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from incidents), (select count(*) from interventions where incident_id is not null),
            (select count(*) from deliveries)",
    )
    .fetch_one(conn)
    .await?;
    let due = i64::from(due);
    ensure!(i64::try_from(steps)? == due && written == (due, due * 3, due * 3), "{steps} steps, {written:?} written");
    let rate = as_f64(steps) / elapsed.as_secs_f64();
    let row = Row {
        measurement: NAME,
        what: format!("{due} due"),
        rate: Some(rate),
        unit: "timers",
        note: "each with an incident, three interventions and deliveries; roof: a bare sweep that writes one row".to_owned(),
        ..Row::default()
    };
    Ok(row.aiming("5,000 timers/s", rate >= AIM_PER_SECOND))
}

/// The roof: the same number of rows in the same kind of table, swept 500 at a time, one row written for each.
async fn sweep(conn: &mut PgConnection, open: u32, due: u32) -> anyhow::Result<f64> {
    let prepare = format!(
        "create table bench_timers as select n as id, now() + interval '1 day' * case when n < {open} then 1 else -1 end as due_at, false as fired
            from generate_series(0, {last}) n;
         create index on bench_timers (due_at) where not fired;
         create table bench_fired (id bigint, at timestamptz);
         vacuum analyze bench_timers",
        last = i64::from(open) + i64::from(due) - 1
    );
    for statement in prepare.split(';') {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut *conn).await?;
    }
    let began = Instant::now();
    let mut swept = 0;
    loop {
        let batch = sqlx::query(
            "with due as (select id, ctid from bench_timers where not fired and due_at <= now() order by due_at limit 500 for update skip locked),
                  fired as (update bench_timers t set fired = true from due where t.ctid = due.ctid returning t.id)
             insert into bench_fired select id, now() from fired",
        );
        let rows = batch.execute(&mut *conn).await?.rows_affected();
        swept += rows;
        if rows == 0 {
            break;
        }
    }
    let rate = f64::from(u32::try_from(swept)?) / began.elapsed().as_secs_f64();
    sqlx::raw_sql("drop table bench_timers, bench_fired").execute(conn).await?;
    Ok(rate)
}

/// Timers that become due one after the other, under the timekeeper as it runs in production: how late they are noticed.
async fn trickle(plan: &Plan, db: &Database, conn: &mut PgConnection) -> anyhow::Result<Row> {
    let seconds = u32::try_from(plan.measured.as_secs())?;
    let count = TRICKLE * seconds;
    let first = plan.rows + plan.rows / 10;
    plant(conn, first, count, &format!("now() + interval '2 seconds' + interval '1 second' * (n - {first}) / {TRICKLE}")).await?;
    let stop = CancellationToken::new();
    let keeper = tokio::spawn(timekeeper::keep(db.clone(), Clock::wall(), stop.clone()));
    tokio::time::sleep(plan.measured + Duration::from_secs(4)).await;
    stop.cancel();
    keeper.await?;
    let (fired, p50_ms, p99_ms): (i64, f64, f64) = sqlx::query_as(
        "select count(*), percentile_cont(0.5) within group (order by late)::float8, percentile_cont(0.99) within group (order by late)::float8
         from (select extract(epoch from raised_at - due_at) * 1000 as late from incidents order by raised_at desc, due_at desc limit $1) i",
    )
    .bind(i64::from(count))
    .fetch_one(conn)
    .await?;
    ensure!(fired == i64::from(count), "{fired} of {count} were fired");
    let row = Row {
        measurement: NAME,
        what: format!("{TRICKLE} due a second"),
        p50_ms: Some(p50_ms),
        p99_ms: Some(p99_ms),
        note: "from being due to being taken in hand".to_owned(),
        ..Row::default()
    };
    Ok(row.aiming("p99 < 2 s late", p99_ms < AIM_LATE_MS))
}
