//! A million visits, made by SQL in one go.

use std::time::Duration;

use dev::demo;
use dev::postgres::Role as DatabaseRole;
use sqlx::AssertSqlSafe;
use store::people::units;
use store::{Database, Scope};
use uuid::Uuid;

use crate::house::House;
use crate::stock::{Kind, id, id_sql, tidy};

pub const TEAMS: u64 = 20;
const REPS_PER_TEAM: u64 = 50;
const DAYS: u64 = 180;
/// Visits of so many days have their photos and verdicts: pages show no older ones here.
const SHOWN_DAYS: u64 = 30;
/// Numbers of the stock and of what is planted here must not meet.
const REPS_FROM: u64 = 1_000;
const SUPERVISORS_FROM: u64 = 100_000;
pub const SESSIONS_FROM: u64 = 100_000;
const VISITS_FROM: u64 = 500_000_000_000;

/// The supervisor of a team.
pub fn supervisor(team: u64) -> Uuid {
    id(Kind::Rep, SUPERVISORS_FROM + team)
}

/// Makes the teams, their people and the visits, and has PostgreSQL look at them as it would have by and by.
///
/// # Errors
/// As any statement.
pub async fn plant(house: &House, rows: u32) -> anyhow::Result<()> {
    let organisation = demo::organisation_id("demo");
    let owner = Database::new(&house.database_url(DatabaseRole::Owner), 1, Duration::from_secs(30))?;
    let mut tx = owner.begin(&Scope::house(organisation)).await?;
    for team in 0..TEAMS {
        units::create(&mut tx, &house.ids, id(Kind::Unit, team), demo::id_of("demo", "branch"), &format!("第{team}组"), house.clock.now())
            .await?;
    }
    tx.commit().await?;
    owner.close().await;
    let mut conn = house.connect(DatabaseRole::Superuser).await?;
    // Every foreign key here holds but those of the photos, which nobody asks for; checking them all would take longer than measuring.
    for statement in [
        "set session_replication_role = replica".to_owned(),
        people(organisation),
        visits(organisation, rows),
        shown(organisation),
        "reset session_replication_role".to_owned(),
    ] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut conn).await?;
    }
    tidy(&mut conn, "users, units, visits, visit_photos, verdicts").await
}

fn people(organisation: Uuid) -> String {
    format!(
        "insert into users (organisation_id, id, login, name, role, unit_id, created_at)
         select '{organisation}'::uuid, {rep}, 'page' || n, '外勤 ' || n, 'rep', {unit}, now() from generate_series(0, {last_rep}) n
         union all
         select '{organisation}', {supervisor}, 'lead' || n, '主管 ' || n, 'supervisor', {own_unit}, now() from generate_series(0, {last_team}) n",
        rep = id_sql(Kind::Rep, &format!("{REPS_FROM} + n")),
        unit = id_sql(Kind::Unit, &format!("n / {REPS_PER_TEAM}")),
        supervisor = id_sql(Kind::Rep, &format!("{SUPERVISORS_FROM} + n")),
        own_unit = id_sql(Kind::Unit, "n"),
        last_rep = TEAMS * REPS_PER_TEAM - 1,
        last_team = TEAMS - 1,
    )
}

/// Eight of ten count; the others were left out for what leaves visits out.
fn visits(organisation: Uuid, rows: u32) -> String {
    format!(
        "insert into visits (organisation_id, id, rep_id, unit_id, customer_id, started_at, visited_on, received_at, key_info,
            key_info_sha256, decision_role, client_build, body_sha256, status, verdict_seq, evidence_kind, left_out_code, position,
            position_at, position_accuracy_m, distance_m, judged_at)
         select '{organisation}', {visit}, {rep}, {unit}, customer.id, at, (at at time zone 'Asia/Shanghai')::date,
            at + interval '3 minutes', '老板说下周三前要报价，先要 ' || n || ' 台，价格再谈。', sha256(convert_to(n::text, 'UTF8')),
            'decision_maker', 'android-2.4.' || n % 3, sha256(convert_to('body ' || n, 'UTF8')),
            case when dice < 80 then 'valid' when dice < 92 then 'invalid' else 'review' end, 1,
            case when dice < 97 then 'exif' end,
            case when dice >= 92 then 'look_alike' when dice >= 88 then 'gps_absent' when dice >= 84 then 'outside_fence'
                when dice >= 80 then 'gps_redacted' end,
            customer.pin, at, 5, 12.5, at + interval '3 minutes'
         from (select n, (hashint8(n) & 2147483647) % {reps} as rep, (hashint8(n + 1) & 2147483647) % 100 as dice,
                now() - interval '{DAYS} days' + n * interval '{DAYS} days' / {rows} as at from generate_series(1, {rows}) n) planned
         join (select row_number() over (order by external_id) - 1 as place, id, pin from customers
            where organisation_id = '{organisation}' and external_id like 'C%') customer
            on customer.place = (hashint8(n + 2) & 2147483647) % {customers}",
        visit = id_sql(Kind::Visit, &format!("{VISITS_FROM} + n")),
        rep = id_sql(Kind::Rep, &format!("{REPS_FROM} + rep")),
        unit = id_sql(Kind::Unit, &format!("rep / {REPS_PER_TEAM}")),
        reps = TEAMS * REPS_PER_TEAM,
        customers = demo::CUSTOMERS,
    )
}

/// Photos and verdicts of the visits that pages show. Every verdict is the one that the API gave, with the visit's own status.
fn shown(organisation: Uuid) -> String {
    let recent = format!(
        "select v.id, v.status, v.judged_at from visits v where v.organisation_id = '{organisation}' and v.id >= '{}'
            and v.started_at > now() - interval '{SHOWN_DAYS} days'",
        id(Kind::Visit, VISITS_FROM)
    );
    format!(
        "with recent as materialized ({recent}), attached as (
            insert into visit_photos (organisation_id, visit_id, photo_id, ordinal, use_no)
            select '{organisation}', id, id, 1, nextval('photo_uses') from recent)
         insert into verdicts (organisation_id, visit_id, seq, status, rules_version, policy_version, cause, judged_at, verdict)
         select '{organisation}', r.id, 1, r.status, d.rules_version, d.policy_version, d.cause, r.judged_at, d.verdict
         from recent r, (select * from verdicts where organisation_id = '{organisation}' order by judged_at limit 1) d"
    )
}
