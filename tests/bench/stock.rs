//! What check-ins need beforehand: reps with sessions, customers, and photos that have landed. Ids are numbers in the clothes of a
//! UUIDv7, so that Rust, SQL and pgbench make the same ones, in the order in which they are used.

use anyhow::Context;
use api::sessions::keyring::Bearer;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use dev::demo;
use dev::photo::PhotoSpec;
use dev::postgres::Role as DatabaseRole;
use domain::evidence::{Reading, read_whole};
use domain::people::Role;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::house::House;

/// How many reps check in, each at customers of their own.
pub const REPS: u64 = 64;
/// How many customers each rep goes round.
pub const ROUND: u64 = 20;
/// Every rep of the stock belongs to this team of the demo.
pub const TEAM: &str = "team1";
/// What a photo's bytes would be.
const PHOTO_BYTES: i64 = 3_000_000;

/// What an id names. The kinds sort apart, as the tables do.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Rep = 1,
    Session = 2,
    Customer = 3,
    Photo = 4,
    Visit = 5,
    Action = 6,
    Unit = 7,
    Lead = 8,
    Timer = 9,
    Entry = 10,
}

/// Numbers in ids begin here: all of them have twelve digits, which is what an id has room for.
pub const FROM: u64 = 100_000_000_000;

/// The `n`th id of a kind.
pub fn id(kind: Kind, n: u64) -> Uuid {
    let digits = (0..12).rev().fold(0, |digits, place| digits << 4 | u128::from((FROM + n) / 10_u64.pow(place) % 10));
    Uuid::from_u128(((kind as u128) << 96) | 0x7000_8000_0000_0000_0000 | digits)
}

/// The same in SQL, for the number that the expression `n` has.
pub fn id_sql(kind: Kind, n: &str) -> String {
    format!("('{:08x}-0000-7000-8000-' || {FROM} + ({n}))::uuid", kind as u32)
}

/// Reps who are signed in, and the photos that they took.
pub struct Stock {
    tokens: Vec<String>,
    readings: Vec<serde_json::Value>,
    next: u64,
}

/// Photos by number, ready to be used; also the numbers of their visits. The `n`th belongs to rep `n` % [`REPS`].
#[derive(Debug, Clone, Copy)]
pub struct Lot {
    pub first: u64,
    pub count: u64,
    /// When the first was taken; each rep takes one a second.
    pub taken_from: DateTime<Utc>,
}

impl Lot {
    /// When the `n`th photo was taken.
    pub fn taken_at(self, n: u64) -> DateTime<Utc> {
        self.taken_from + TimeDelta::seconds(i64::try_from((n - self.first) / REPS).unwrap_or(i64::MAX))
    }

    pub fn end(self) -> u64 {
        self.first + self.count
    }
}

/// The number of the customer that visit `n` is made to.
pub fn customer(n: u64) -> u64 {
    n % (REPS * ROUND)
}

impl Stock {
    /// Hires the reps, signs them in and gives each customers: copies of a demo customer, under numbers of their own.
    ///
    /// # Errors
    /// As any statement.
    pub async fn lay_in(house: &House) -> anyhow::Result<Self> {
        let mut conn = house.connect(DatabaseRole::Superuser).await?;
        let (organisation, unit) = (demo::organisation_id("demo"), demo::id_of("demo", TEAM));
        hire(&mut conn, organisation, unit).await?;
        let shanghai = FixedOffset::east_opt(8 * 3600).context("no such offset")?;
        let (mut tokens, mut readings) = (Vec::new(), Vec::new());
        for rep in 0..REPS {
            let door = door();
            let spec = PhotoSpec::new(door.position.lat, door.position.lon, house.clock.now().with_timezone(&shanghai));
            let reading: Reading = read_whole(&spec.encode()?);
            readings.push(serde_json::to_value(reading)?);
            let (user_id, session_id) = (id(Kind::Rep, rep), id(Kind::Session, rep));
            let bearer = Bearer { organisation_id: organisation, user_id, session_id, role: Role::Rep, unit_id: unit, access_epoch: 1 };
            tokens.push(house.token(bearer)?);
        }
        Ok(Self { tokens, readings, next: 0 })
    }

    /// The access tokens of the reps.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// The access token of the rep that photo `n` belongs to.
    pub fn token(&self, n: u64) -> &str {
        self.tokens.get(usize::try_from(n % REPS).unwrap_or(0)).map_or("", String::as_str)
    }

    /// Has `count` more photos taken and landed.
    ///
    /// # Errors
    /// As any statement.
    pub async fn photos(&mut self, house: &House, count: u64) -> anyhow::Result<Lot> {
        let mut conn = house.connect(DatabaseRole::Superuser).await?;
        let takes = TimeDelta::seconds(i64::try_from(count / REPS)? + 60);
        let taken_from = DateTime::from_timestamp((house.clock.now() - takes).timestamp(), 0).context("no such instant")?;
        // A multiple, so that whose a photo is does not depend on the lot.
        let lot = Lot { first: self.next, count: count.next_multiple_of(REPS), taken_from };
        self.next = lot.end();
        let statement = format!(
            "insert into photos (organisation_id, id, rep_id, purpose, sha256, bytes, content_type, state, declared_at,
                upload_expires_at, landed_at, object_key, reading, picture_sha256)
             select $1, {photo}, {rep}, 'storefront', sha256(convert_to('bytes ' || n, 'UTF8')), {PHOTO_BYTES}, 'image/jpeg', 'landed',
                taken_at, taken_at + interval '15 minutes', taken_at + interval '20 seconds', 'photos/bench/' || n,
                jsonb_set(jsonb_set(reading, '{{evidence,taken,local}}',
                    to_jsonb(to_char(taken_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS'))),
                    '{{evidence,gps_at}}', to_jsonb(to_char(taken_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))),
                sha256(convert_to('picture ' || n, 'UTF8'))
             from (select n, ($2::jsonb[])[n % {REPS} + 1] as reading, $3 + make_interval(secs => (n - $4) / {REPS}) as taken_at
                from generate_series($4, $5) n) taken",
            photo = id_sql(Kind::Photo, "n"),
            rep = id_sql(Kind::Rep, &format!("n % {REPS}")),
        );
        sqlx::query(AssertSqlSafe(statement))
            .bind(demo::organisation_id("demo"))
            .bind(&self.readings)
            .bind(lot.taken_from)
            .bind(i64::try_from(lot.first)?)
            .bind(i64::try_from(lot.end())? - 1)
            .execute(&mut conn)
            .await?;
        tidy(&mut conn, "photos, visits, visit_photos, verdicts, actions, action_subjects, standings, timers, timeline").await?;
        Ok(lot)
    }
}

/// The demo customer's door where everybody checks in: what the roof repeats was said there, too.
fn door() -> demo::Door {
    demo::door("demo", 0)
}

async fn hire(conn: &mut PgConnection, organisation: Uuid, unit: Uuid) -> anyhow::Result<()> {
    let statement = format!(
        "insert into users (organisation_id, id, login, name, role, unit_id, created_at)
            select '{organisation}', {rep}, 'bench' || n, '外勤 ' || n, 'rep', '{unit}', now() from generate_series(0, {last}) n;
         insert into sessions (organisation_id, id, user_id, refresh_sha256, created_at, refreshed_at, expires_at)
            select '{organisation}', {session}, {rep}, sha256(convert_to('bench' || n, 'UTF8')), now(), now(), now() + interval '30 days'
            from generate_series(0, {last}) n",
        rep = id_sql(Kind::Rep, "n"),
        session = id_sql(Kind::Session, "n"),
        last = REPS - 1,
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *conn).await?;
    for number in 0..REPS * ROUND {
        sqlx::query(
            "insert into customers (organisation_id, id, unit_id, external_id, name, address, pin, pin_otherwise, pin_sent_lat,
                pin_sent_lon, pin_datum, pin_source, pin_set_at, fence_m, created_at, updated_at)
             select organisation_id, $3, unit_id, 'bench' || $4::bigint, name, address, pin, pin_otherwise, pin_sent_lat, pin_sent_lon,
                pin_datum, pin_source, pin_set_at, fence_m, created_at, updated_at
             from customers where organisation_id = $1 and id = $2",
        )
        .bind(organisation)
        .bind(door().customer_id)
        .bind(id(Kind::Customer, number))
        .bind(i64::try_from(number)?)
        .execute(&mut *conn)
        .await?;
    }
    // The engine knows them: what is measured is not everybody's first visit.
    let introduced = "insert into standings (organisation_id, subject_kind, subject_id, name, unit_id)
        select organisation_id, 'customer', id, name, unit_id from customers where organisation_id = $1 on conflict do nothing";
    sqlx::query(introduced).bind(organisation).execute(&mut *conn).await?;
    tidy(conn, "users, sessions, customers, units, organisations, decision_roles, visit_policies").await
}

/// Has PostgreSQL look at tables now, which it would do by and by, and begin with a checkpoint behind it.
///
/// # Errors
/// As any statement.
pub async fn tidy(conn: &mut PgConnection, tables: &str) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(format!("vacuum analyze {tables}"))).execute(&mut *conn).await?;
    sqlx::raw_sql("checkpoint").execute(conn).await?;
    Ok(())
}
