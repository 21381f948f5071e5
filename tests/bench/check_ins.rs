//! Check-ins per second: one visit with one photo that has landed, judged and recorded, with the verdict in the answer. The roof is the
//! same statements in the same round trips, driven by pgbench.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use chrono::{SecondsFormat, TimeDelta};
use dev::demo;
use dev::postgres::Role;

use crate::house::House;
use crate::load::{Client, Connection, Outcome, Span, as_f64, drive};
use crate::pgbench;
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::roof::{self, Overheard};
use crate::stock::{Kind, Lot, REPS, ROUND, Stock, customer, id};
use crate::told::{self, Told};

pub const NAME: &str = "check_ins";
const CONNECTIONS: [u64; 4] = [1, 8, 32, 64];
/// No machine that this is run on does more in a second.
const AT_MOST_PER_SECOND: u64 = 4000;
/// Until every session of the API has planned its statements.
const WARM_ROUNDS: u64 = 40;

/// Measures and reports, the product and the roof by turns.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, stock: &mut Stock, report: &mut Report) -> anyhow::Result<()> {
    let span = Span::of(plan.measured);
    let api = house.start_api().await?;
    check_in(house, api.addr, stock, 8, Span::of(Duration::from_secs(2))).await?;
    let (script, profile) = script(house, api.addr, stock).await?;
    eprint!("{profile}");
    for connections in CONNECTIONS {
        let cpu_before = api.cpu_s();
        let product = check_in(house, api.addr, stock, connections, span).await?;
        let cpu_ms = (api.cpu_s() - cpu_before) * 1e3 / (as_f64(product.count) * span.total().as_secs_f64() / span.measured.as_secs_f64());
        let roof = under_roof(house, stock, &script, connections, span).await?;
        report.add(row(connections, &product, &roof, cpu_ms));
    }
    api.stop().await
}

fn row(connections: u64, product: &Outcome, roof: &Outcome, cpu_ms: f64) -> Row {
    let row = Row {
        measurement: NAME,
        what: what(connections),
        rate: Some(product.per_second),
        unit: "check-ins",
        p50_ms: Some(product.p50_ms),
        p99_ms: Some(product.p99_ms),
        note: format!("API {cpu_ms:.2} ms CPU each; roof p50 {:.1} ms, p99 {:.1} ms", roof.p50_ms, roof.p99_ms),
        ..Row::default()
    };
    let row = row.under(roof.per_second);
    if connections == 32 {
        let met = product.per_second >= 0.6 * roof.per_second && product.p99_ms < 100.0;
        return row.aiming(">= 60 % of the roof and p99 < 100 ms", met);
    }
    row
}

/// The row's name.
pub fn what(connections: u64) -> String {
    format!("{connections} connection{}", if connections == 1 { "" } else { "s" })
}

/// Lets `connections` clients check in one after the other.
///
/// # Errors
/// The first answer that is not a valid visit.
pub async fn check_in(house: &House, addr: SocketAddr, stock: &mut Stock, connections: u64, span: Span) -> anyhow::Result<Outcome> {
    let lot = stock.photos(house, AT_MOST_PER_SECOND.min(connections * 2_000) * span.total().as_secs()).await?;
    let tokens: Arc<[String]> = stock.tokens().into();
    let clients =
        (0..connections).map(|first| Phone { lot, tokens: Arc::clone(&tokens), first, step: connections, request: String::new() });
    drive(addr, span, clients.collect()).await
}

/// A client that checks in with every `step`th photo of a lot.
struct Phone {
    lot: Lot,
    tokens: Arc<[String]>,
    first: u64,
    step: u64,
    request: String,
}

impl Client for Phone {
    async fn act(&mut self, connection: &mut Connection, n: u64) -> anyhow::Result<()> {
        let number = self.lot.first + self.first + n * self.step;
        if number >= self.lot.end() {
            bail!("the photos have run out: this machine is faster than {AT_MOST_PER_SECOND} check-ins a second");
        }
        let body = body(self.lot, number);
        let token = self.tokens.get(usize::try_from(number % REPS)?).map_or("", String::as_str);
        self.request.clear();
        write!(
            self.request,
            "PUT /v1/visits/{} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            id(Kind::Visit, number),
            body.len()
        )?;
        let answer = connection.exchange(self.request.as_bytes()).await?;
        // The status stands at the very beginning: the whole body needs no search.
        let beginning = answer.body.get(..answer.body.len().min(96)).unwrap_or_default();
        let is_valid = beginning.windows(16).any(|window| window == br#""status":"valid""#);
        if answer.status == 201 && is_valid { Ok(()) } else { Err(answer.unexpected()) }
    }
}

/// Visit `n` of a lot as a phone sends it.
pub fn body(lot: Lot, n: u64) -> String {
    let started_at = (lot.taken_at(n) + TimeDelta::seconds(5)).to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        r#"{{"customer_id":"{}","started_at":"{started_at}","photo_ids":["{}"],"key_info":"老板说下周三前要报价，先要 {n} 台。","decision_role":"decision_maker","device":{{"device_id":"bench","client_build":"android-2.4.1"}}}}"#,
        id(Kind::Customer, customer(n)),
        id(Kind::Photo, n),
    )
}

async fn under_roof(house: &House, stock: &mut Stock, script: &str, connections: u64, span: Span) -> anyhow::Result<Outcome> {
    let lot = stock.photos(house, AT_MOST_PER_SECOND.min(connections * 2_000) * span.total().as_secs()).await?;
    roof::clear(house).await?;
    let outcome = pgbench::run(house, script, connections, span, &[("first", lot.first), ("step", connections), ("i", 0)]).await?;
    let mut conn = house.connect(Role::Superuser).await?;
    let written: i64 = sqlx::query_scalar(
        "select count(*) from visits v join verdicts d on d.organisation_id = v.organisation_id and d.visit_id = v.id
         where v.organisation_id = $1 and v.id >= $2 and v.id < $3",
    )
    .bind(demo::organisation_id("demo"))
    .bind(id(Kind::Visit, lot.first))
    .bind(id(Kind::Visit, lot.end()))
    .fetch_one(&mut conn)
    .await?;
    if usize::try_from(written)? < outcome.count {
        bail!("pgbench did {} check-ins and wrote only {written}", outcome.count);
    }
    Ok(outcome)
}

/// The statements of a check-in as the API told them just now; also the longest of them.
async fn script(house: &House, addr: SocketAddr, stock: &mut Stock) -> anyhow::Result<(String, String)> {
    let lot = stock.photos(house, WARM_ROUNDS * ROUND * REPS).await?;
    let mut phone = Phone { lot, tokens: stock.tokens().into(), first: 0, step: ROUND * REPS, request: String::new() };
    let mut connection = Connection::open(addr).await?;
    let checked_in = async {
        for round in 0..WARM_ROUNDS {
            phone.act(&mut connection, round).await?;
        }
        Ok(())
    };
    let mut told = told::overhear(house, roof::MARKER, checked_in).await?;
    let last = told.split_off(told.len().saturating_sub(3));
    let [earlier, before, last] = <[Vec<Told>; 3]>::try_from(last).map_err(|_| anyhow::anyhow!("not three check-ins"))?;
    let mut by_length = last.iter().collect::<Vec<_>>();
    by_length.sort_by(|one, other| other.ms.total_cmp(&one.ms));
    let total = last.iter().map(|told| told.ms).sum::<f64>();
    let mut profile = format!("   one check-in: {} round trips, {total:.2} ms in PostgreSQL\n", last.len());
    for told in by_length {
        let words = told.statement.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(profile, "   {:7.3} ms  {}", told.ms, words.chars().take(150).collect::<String>())?;
    }
    let number = lot.first + (WARM_ROUNDS - 1) * ROUND * REPS;
    Ok((roof::script(&Overheard { number, earlier, before, last })?, profile))
}
