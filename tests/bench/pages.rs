//! Pages and boards over a million visits of one organisation: 20 teams of 50 reps over 180 days. The roof is the bare query for the same
//! rows, without row security, names, verdicts or HTTP.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use api::sessions::keyring::Bearer;
use chrono::{Days, NaiveDate};
use chrono_tz::Asia::Shanghai;
use dev::demo;
use dev::postgres::Role as DatabaseRole;
use domain::people::Role;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::check_ins::check_in;
use crate::house::House;
use crate::load::{Client, Connection, Outcome, Span, drive, outcome};
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::stock::{Kind, Stock, id};

mod planting;

const NAME: &str = "pages";
const PAGE_MAX_MS: f64 = 10.0;
const BOARD_MAX_MS: f64 = 30.0;
const BOARD_DAYS: u64 = 30;

/// Measures and reports.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, stock: &mut Stock, report: &mut Report) -> anyhow::Result<()> {
    let span = Span::of(plan.measured / 2);
    let api = house.start_api().await?;
    // One visit that the API judged lends the others its verdict.
    check_in(house, api.addr, stock, 1, Span::of(Duration::from_secs(1))).await?;
    planting::plant(house, plan.rows).await?;
    let today = house.clock.now().with_timezone(&Shanghai).date_naive();
    let days = (today.checked_sub_days(Days::new(BOARD_DAYS - 1)).context("no such day")?, today);
    let mut conn = house.connect(DatabaseRole::Superuser).await?;
    for viewer in Viewer::both(house).await? {
        let first = "/v1/visits?limit=50".to_owned();
        let fifth = fifth_page(api.addr, &viewer, &first).await?;
        let bare_page = bare_page(&mut conn, &viewer).await?;
        for (page, path) in [("page 1", first), ("page 5", fifth)] {
            let product = look(api.addr, &viewer, &path, span).await?;
            report.add(row(format!("{page}, {}", viewer.title), &product, bare_page, PAGE_MAX_MS));
        }
        let board = format!("/v1/boards/visits?from={}&to={}", days.0, days.1);
        let product = look(api.addr, &viewer, &board, span).await?;
        let bare = bare_board(&mut conn, &viewer, days).await?;
        report.add(row(format!("{BOARD_DAYS}-day board, {}", viewer.title), &product, bare, BOARD_MAX_MS));
    }
    api.stop().await
}

fn row(what: String, product: &Outcome, bare_ms: f64, max_ms: f64) -> Row {
    let row = Row {
        measurement: NAME,
        what,
        p50_ms: Some(product.p50_ms),
        p99_ms: Some(product.p99_ms),
        note: format!("{:.0}/s on one connection; roof: the bare query, ms", product.per_second),
        ..Row::default()
    };
    row.under(bare_ms).aiming(format!("p50 < {max_ms} ms"), product.p50_ms < max_ms)
}

/// Somebody who looks, and the units that they see.
struct Viewer {
    title: &'static str,
    token: String,
    units: Vec<Uuid>,
}

impl Viewer {
    async fn both(house: &House) -> anyhow::Result<[Self; 2]> {
        let (team, branch) = (id(Kind::Unit, 0), demo::id_of("demo", "branch"));
        let supervisor =
            Self { title: "supervisor", token: token(house, planting::supervisor(0), 0, Role::Supervisor, team).await?, units: vec![team] };
        let director = Self {
            title: "director",
            token: token(house, demo::id_of("demo", "director1"), 1, Role::Director, branch).await?,
            units: (0..planting::TEAMS).map(|team| id(Kind::Unit, team)).collect(),
        };
        Ok([supervisor, director])
    }
}

/// Signs a user in.
///
/// # Errors
/// As any statement.
pub async fn token(house: &House, user_id: Uuid, n: u64, role: Role, unit_id: Uuid) -> anyhow::Result<String> {
    let session_id = id(Kind::Session, planting::SESSIONS_FROM + n);
    let organisation_id = demo::organisation_id("demo");
    let mut conn = house.connect(DatabaseRole::Superuser).await?;
    sqlx::query(
        "insert into sessions (organisation_id, id, user_id, refresh_sha256, created_at, refreshed_at, expires_at)
         values ($1, $2, $3, '', now(), now(), now() + interval '30 days')",
    )
    .bind(organisation_id)
    .bind(session_id)
    .bind(user_id)
    .execute(&mut conn)
    .await?;
    house.token(Bearer { organisation_id, user_id, session_id, role, unit_id, access_epoch: 1 })
}

fn request(viewer: &Viewer, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\n\r\n", viewer.token)
}

/// The path of the fifth page, found by walking there.
async fn fifth_page(addr: SocketAddr, viewer: &Viewer, first: &str) -> anyhow::Result<String> {
    let mut connection = Connection::open(addr).await?;
    let mut path = first.to_owned();
    for _ in 0..4 {
        let answer = connection.exchange(request(viewer, &path).as_bytes()).await?;
        if answer.status != 200 {
            return Err(answer.unexpected());
        }
        let page: serde_json::Value = serde_json::from_slice(answer.body)?;
        anyhow::ensure!(
            page.get("items").and_then(|items| items.as_array()).is_some_and(|items| items.len() == 50),
            "the page is not full"
        );
        path = format!("{first}&cursor={}", page.get("next_cursor").and_then(|cursor| cursor.as_str()).context("there is no next page")?);
    }
    Ok(path)
}

/// Looks at the same path over and over on one connection, as whoever has the token.
///
/// # Errors
/// When an answer is not as expected.
pub async fn look_at(addr: SocketAddr, token: &str, path: &str, measured: Duration) -> anyhow::Result<Outcome> {
    let viewer = Viewer { title: "", token: token.to_owned(), units: Vec::new() };
    look(addr, &viewer, path, Span::of(measured)).await
}

/// Looks at the same page over and over on one connection.
async fn look(addr: SocketAddr, viewer: &Viewer, path: &str, span: Span) -> anyhow::Result<Outcome> {
    drive(addr, span, vec![Reader { request: request(viewer, path) }]).await
}

struct Reader {
    request: String,
}

impl Client for Reader {
    async fn act(&mut self, connection: &mut Connection, _: u64) -> anyhow::Result<()> {
        let answer = connection.exchange(self.request.as_bytes()).await?;
        if answer.status == 200 { Ok(()) } else { Err(answer.unexpected()) }
    }
}

/// The median time of the bare query for a page, milliseconds.
async fn bare_page(conn: &mut PgConnection, viewer: &Viewer) -> anyhow::Result<f64> {
    let statement = "select id, key_info, started_at from visits
        where organisation_id = $1 and unit_id = any ($2) and status = 'valid' order by started_at desc, id desc limit 51";
    let mut times = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        sqlx::query(statement).bind(demo::organisation_id("demo")).bind(&viewer.units).fetch_all(&mut *conn).await?;
        times.push(started.elapsed());
    }
    Ok(outcome(times, Duration::from_secs(1))?.p50_ms)
}

/// The median time of the bare query for a board, milliseconds.
async fn bare_board(conn: &mut PgConnection, viewer: &Viewer, days: (NaiveDate, NaiveDate)) -> anyhow::Result<f64> {
    let statement = "select rep_id, visited_on, count(*) from visits
        where organisation_id = $1 and unit_id = any ($2) and visited_on between $3 and $4 group by 1, 2";
    let mut times = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        let query = sqlx::query(AssertSqlSafe(statement)).bind(demo::organisation_id("demo")).bind(&viewer.units);
        query.bind(days.0).bind(days.1).fetch_all(&mut *conn).await?;
        times.push(started.elapsed());
    }
    Ok(outcome(times, Duration::from_secs(1))?.p50_ms)
}
