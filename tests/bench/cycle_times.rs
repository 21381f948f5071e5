//! How long deals take, over a hundred thousand deals of one organisation, and all of it worked out anew from a million actions. The roof is
//! the bare lengths of the same rows, without groups, row security or HTTP.

use std::time::{Duration, Instant};

use anyhow::ensure;
use dev::demo;
use dev::postgres::Role as DatabaseRole;
use domain::people::Role;
use sqlx::{AssertSqlSafe, PgConnection};
use store::{Database, Scope, cycle_times};

use crate::house::House;
use crate::load::{as_f64, outcome};
use crate::pages::{look_at, token};
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::stock::{Kind, id_sql, tidy};

const NAME: &str = "cycle_times";
const AIM_MS: f64 = 50.0;
const AIM_SECONDS: f64 = 60.0;
/// Of each deal so many stays, and so many visits: with what began it, ten actions.
const STAYS: u32 = 5;
const VISITS: u32 = 4;
const PER_DEAL: u32 = 10;
const UNITS: [&str; 2] = ["team1", "team2"];
const PAGE: i64 = 1_000;
const SESSION: u64 = 310_000;
const FROM: u64 = 5_000_000;

/// Measures and reports.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, report: &mut Report) -> anyhow::Result<()> {
    let mut conn = house.connect(DatabaseRole::Superuser).await?;
    let deals = plan.rows / PER_DEAL;
    plant(&mut conn, deals).await?;
    report.add(rebuild(house, &mut conn, deals).await?);
    tidy(&mut conn, "cycle_times, standings").await?;
    let api = house.start_api().await?;
    let viewer = token(house, demo::id_of("demo", "director1"), SESSION, Role::Director, demo::id_of("demo", "branch")).await?;
    let bare = bare(&mut conn, deals).await?;
    for (what, query, aims) in [
        ("whole ways", "", true),
        ("whole ways by unit", "&group_by=unit", true),
        ("whole ways by rep", "&group_by=rep", true),
        ("one stage", "&measure=stage&stage=negotiation", true),
        ("every stage", "&measure=stage&group_by=stage", false),
    ] {
        let path = format!("/v1/metrics/cycle-time?from={}{query}", (house.clock.now() - chrono::TimeDelta::days(900)).date_naive());
        let product = look_at(api.addr, &viewer, &path, plan.measured / 2).await?;
        let row = Row {
            measurement: NAME,
            what: format!("{what}, {deals} deals"),
            p50_ms: Some(product.p50_ms),
            p99_ms: Some(product.p99_ms),
            note: format!("{:.0}/s on one connection; roof: the bare lengths, ms", product.per_second),
            ..Row::default()
        };
        let row = row.under(bare);
        report.add(if aims { row.aiming(format!("p50 < {AIM_MS} ms"), product.p50_ms < AIM_MS) } else { row });
    }
    api.stop().await
}

/// Deals with their stays and visits, as the engine and the log would have them.
async fn plant(conn: &mut PgConnection, deals: u32) -> anyhow::Result<()> {
    let organisation = demo::organisation_id("demo");
    let unit = format!("(array['{}', '{}']::uuid[])[1 + n % 2]", demo::id_of("demo", UNITS[0]), demo::id_of("demo", UNITS[1]));
    let (deal, rep) = (id_sql(Kind::Lead, &format!("{FROM} + n")), id_sql(Kind::Rep, "n % 64"));
    let stages = "(array['lead_accepted', 'first_contact', 'needs_confirmed', 'negotiation', 'contract_signed'])[stay]";
    let (entry, action) =
        (id_sql(Kind::Entry, &format!("{FROM} + n * 10 + stay")), id_sql(Kind::Action, &format!("{FROM} + n * 10 + stay")));
    let visit = id_sql(Kind::Action, &format!("{FROM} + {deals} * 10 + n * 10 + nth"));
    let begun = format!("now() - interval '800 days' * (n::float8 / {deals})");
    let statements = [
        "set session_replication_role = replica".to_owned(),
        format!(
            "insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, owner_id, stage, entry_id, entered_at)
             select '{organisation}', 'deal', {deal}, '商机 ' || n, {unit}, {rep}, 'negotiation', {deal}, now() from generate_series(1, {deals}) n"
        ),
        // Every fifth goes on in its last stage.
        format!(
            "insert into stays (organisation_id, entry_id, subject_kind, subject_id, stage, left_stage, entered_at, because, action_id, playbook_version)
             select '{organisation}', {entry}, 'deal', {deal}, {stages}, null, {begun} + (stay - 1) * interval '1 hour' * (n % 400 + stay), 'moved',
                {action}, 1
             from generate_series(1, {deals}) n cross join generate_series(1, {STAYS}) stay where stay < {STAYS} or n % 5 <> 0"
        ),
        format!(
            "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at)
             select '{organisation}', {action}, {rep}, 'deal.changed', 'deal', {deal}, at, at from (
                select n, stay, {begun} + stay * interval '1 hour' as at from generate_series(1, {deals}) n cross join generate_series(0, {STAYS}) stay) x"
        ),
        format!(
            "with made as (
                insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at)
                select '{organisation}', {visit}, {rep}, 'visit.counted', 'visit', {visit}, at, at from (
                    select n, nth, {begun} + nth * interval '7 hours' as at from generate_series(1, {deals}) n cross join generate_series(1, {VISITS}) nth) x)
             insert into action_subjects (organisation_id, subject_kind, subject_id, recorded_at, action_id)
             select '{organisation}', 'deal', {deal}, {begun} + nth * interval '7 hours', {visit}
             from generate_series(1, {deals}) n cross join generate_series(1, {VISITS}) nth"
        ),
        "reset session_replication_role".to_owned(),
    ];
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *conn).await?;
    }
    tidy(conn, "standings, stays, actions, action_subjects").await
}

/// Everything worked out anew.
async fn rebuild(house: &House, conn: &mut PgConnection, deals: u32) -> anyhow::Result<Row> {
    let db = Database::new(&house.database_url(DatabaseRole::App), 2, Duration::from_secs(30))?;
    let (began, mut after) = (Instant::now(), None);
    loop {
        let mut tx = db.begin(&Scope::house(demo::organisation_id("demo"))).await?;
        after = cycle_times::rebuild(&mut tx, after, PAGE).await?;
        tx.commit().await?;
        if after.is_none() {
            break;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    db.close().await;
    let kept: (i64, i64) =
        sqlx::query_as("select count(*), coalesce(sum(visits), 0) from cycle_times where stage = '' and subject_kind = 'deal'")
            .fetch_one(conn)
            .await?;
    ensure!(kept == (i64::from(deals), i64::from(deals * VISITS)), "{kept:?} is not what was planted");
    let actions = f64::from(deals) * f64::from(PER_DEAL);
    let row = Row {
        measurement: NAME,
        what: format!("worked out anew, {actions} actions"),
        rate: Some(as_f64(usize::try_from(deals)?) / seconds),
        unit: "deals",
        note: format!("{seconds:.1} s in all"),
        ..Row::default()
    };
    Ok(row.aiming(format!("< {AIM_SECONDS} s"), seconds < AIM_SECONDS))
}

/// The median time of the bare lengths, milliseconds.
async fn bare(conn: &mut PgConnection, deals: u32) -> anyhow::Result<f64> {
    let statement = "select array_agg(length) from cycle_times where organisation_id = $1 and subject_kind = 'deal' and stage = '' and began_at < now()";
    let mut times = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        let lengths: Vec<f64> =
            sqlx::query_scalar(AssertSqlSafe(statement)).bind(demo::organisation_id("demo")).fetch_one(&mut *conn).await?;
        times.push(started.elapsed());
        ensure!(lengths.len() == usize::try_from(deals)?, "some lengths are missing");
    }
    Ok(outcome(times, Duration::from_secs(1))?.p50_ms)
}
