//! The search for look-alikes among the hashes of one organisation. The roof reads the same hashes and does nothing with them.

use std::time::{Duration, Instant};

use dev::demo;
use dev::postgres::Role;
use store::photos::look_alikes;
use store::{Database, Scope};

use crate::house::House;
use crate::load::outcome;
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::stock::{Kind, id, id_sql, tidy};

const NAME: &str = "look_alikes";
const SEARCHES: u64 = 25;
/// The bits that the default policy looks within.
const LIMIT: u16 = 64;

/// Measures and reports.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, report: &mut Report) -> anyhow::Result<()> {
    plant(house, plan.rows).await?;
    let organisation = demo::organisation_id("demo");
    let db = Database::new(&house.database_url(Role::App), 1, Duration::from_secs(30))?;
    let mut times = Vec::new();
    let began = Instant::now();
    for n in 0..SEARCHES {
        let mut tx = db.begin(&Scope::house(organisation)).await?;
        let started = Instant::now();
        look_alikes::search(&mut tx, id(Kind::Photo, searched(n)), LIMIT).await?;
        times.push(started.elapsed());
        tx.commit().await?;
    }
    let product = outcome(times, began.elapsed())?;
    let roof = read_all(house).await?;
    let row = Row {
        measurement: NAME,
        what: format!("among {} hashes", plan.rows),
        p50_ms: Some(product.p50_ms),
        p99_ms: Some(product.p99_ms),
        note: "roof: reading every hash once, ms".to_owned(),
        ..Row::default()
    };
    report.add(row.under(roof));
    db.close().await;
    Ok(())
}

/// The `n`th photo that is searched for.
fn searched(n: u64) -> u64 {
    u64::from(u32::MAX) + n
}

/// Random hashes over the last 89 days, and the photos that are searched for as the newest.
async fn plant(house: &House, rows: u32) -> anyhow::Result<()> {
    let mut conn = house.connect(Role::Superuser).await?;
    let statement = format!(
        // Hashes of photos that are not there: what is searched is the hashes.
        "set session_replication_role = replica;
         insert into photos (organisation_id, id, rep_id, purpose, sha256, bytes, content_type, state, declared_at, upload_expires_at,
                landed_at, object_key, reading)
            select '{organisation}', {photo}, '{rep}', 'storefront', sha256(convert_to('look-alike ' || n, 'UTF8')), 1, 'image/jpeg', 'landed',
                now(), now(), now(), 'photos/bench/' || n, '\"unsupported_type\"' from generate_series({first}, {last}) n;
         insert into photo_hashes (organisation_id, landed_at, photo_id, pdq)
            select organisation_id, landed_at, id, ('x' || md5(id::text || 1) || md5(id::text || 2))::bit(256) from photos
            where organisation_id = '{organisation}' and id between {first_id} and {last_id};
         insert into photo_hashes (organisation_id, landed_at, photo_id, pdq)
            select '{organisation}', now() - interval '89 days' * n / {rows}, {photo}, ('x' || md5('a' || n) || md5('b' || n))::bit(256)
            from generate_series(1, {rows}) n;
         reset session_replication_role",
        organisation = demo::organisation_id("demo"),
        rep = demo::id_of("demo", "rep1"),
        photo = id_sql(Kind::Photo, "n"),
        first = searched(0),
        last = searched(SEARCHES - 1),
        first_id = id_sql(Kind::Photo, &searched(0).to_string()),
        last_id = id_sql(Kind::Photo, &searched(SEARCHES - 1).to_string()),
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await?;
    tidy(&mut conn, "photos, photo_hashes").await
}

/// The median time to read every hash once, milliseconds.
async fn read_all(house: &House) -> anyhow::Result<f64> {
    let mut conn = house.connect(Role::Superuser).await?;
    let mut times = Vec::new();
    for _ in 0..SEARCHES {
        let started = Instant::now();
        let counted = sqlx::query("select sum(bit_count(pdq)) from photo_hashes where organisation_id = $1");
        counted.bind(demo::organisation_id("demo")).execute(&mut conn).await?;
        times.push(started.elapsed());
    }
    Ok(outcome(times, Duration::from_secs(1))?.p50_ms)
}
