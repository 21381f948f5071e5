//! Check-ins per second: one visit with one photo that has landed, judged and recorded, with the verdict in the answer. The roof is the
//! same statements in the same round trips, driven by pgbench.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use chrono::{SecondsFormat, TimeDelta};
use dev::demo;
use dev::postgres::Role;
use sqlx::Row as _;

use crate::house::House;
use crate::load::{Client, Connection, Outcome, Span, as_f64, drive};
use crate::pgbench;
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::statements::statement_with;
use crate::stock::{Kind, Lot, REPS, Stock, id, id_sql};

pub const NAME: &str = "check_ins";
const CONNECTIONS: [u64; 4] = [1, 8, 32, 64];
/// No machine that this is run on does more in a second.
const AT_MOST_PER_SECOND: u64 = 4000;

/// Measures and reports, the product and the roof by turns.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, stock: &mut Stock, report: &mut Report) -> anyhow::Result<()> {
    let span = Span::of(plan.measured);
    let api = house.start_api().await?;
    check_in(house, api.addr, stock, 8, Span::of(Duration::from_secs(2))).await?;
    let script = script(house).await?;
    for connections in CONNECTIONS {
        let cpu_before = api.cpu_s();
        let product = check_in(house, api.addr, stock, connections, span).await?;
        let cpu_ms = (api.cpu_s() - cpu_before) * 1e3 / (as_f64(product.count) * span.total().as_secs_f64() / span.measured.as_secs_f64());
        let roof = roof(house, stock, &script, connections, span).await?;
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
pub async fn check_in(
    house: &House,
    addr: std::net::SocketAddr,
    stock: &mut Stock,
    connections: u64,
    span: Span,
) -> anyhow::Result<Outcome> {
    let lot = stock.photos(house, AT_MOST_PER_SECOND.min(connections * 2_000) * span.total().as_secs()).await?;
    let tokens: Arc<[String]> = (0..REPS).map(|rep| stock.token(rep).to_owned()).collect();
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
        id(Kind::Customer, n % REPS),
        id(Kind::Photo, n),
    )
}

async fn roof(house: &House, stock: &mut Stock, script: &str, connections: u64, span: Span) -> anyhow::Result<Outcome> {
    let lot = stock.photos(house, AT_MOST_PER_SECOND.min(connections * 2_000) * span.total().as_secs()).await?;
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

/// The statements of a check-in. They are prepared once on each connection, as the product does; the opening is one simple query, as it
/// is there; what is written is what the API wrote last, under new ids.
async fn script(house: &House) -> anyhow::Result<String> {
    let facts = statement_with("with photo as (")?;
    let write = statement_with("insert into visits (organisation_id, id, rep_id")?;
    let organisation = demo::organisation_id("demo");
    let (rep, session, customer) = (id_sql(Kind::Rep, ":r"), id_sql(Kind::Session, ":r"), id_sql(Kind::Customer, ":r"));
    let (visit, photo) = (id_sql(Kind::Visit, ":n"), id_sql(Kind::Photo, ":n"));
    let fingerprint = "sha256(convert_to(:n::text, 'UTF8'))";
    let [
        visited_on,
        key_info,
        decision_role,
        device,
        client_build,
        body_sha256,
        evidence_kind,
        position,
        accuracy_m,
        distance_m,
        rules_version,
        policy_version,
        verdict,
        facts_judged,
    ] = sample(house).await?;
    let mut script = format!(
        "\\set n :first + :i * :step + :client_id\n\\set r :n % {REPS}\n\\if :i = 0\nprepare facts as {facts};\nprepare write as {write};\n\\endif\n\\set i :i + 1\n\
         begin \\; select app.enter_user('{organisation}', {rep}, {session}, 1) \\; select app.lock_submission('{organisation}', {visit}, array[{photo}]);\n\
         execute facts('{organisation}', {rep}, {visit}, array[{photo}], {customer}, now(), null, now(), {fingerprint}, null, null);\n\
         execute write('{organisation}', {visit}, {rep}, '{unit}', {customer}, null, null, now(), null, ",
        unit = demo::id_of("demo", crate::stock::TEAM),
    );
    let (action, other_action) = (id_sql(Kind::Action, ":n * 2"), id_sql(Kind::Action, ":n * 2 + 1"));
    writeln!(
        script,
        "{visited_on}, now(), {key_info}, {fingerprint}, {decision_role}, false, null, {device}, {client_build}, {body_sha256}, 'valid', 1, \
         {evidence_kind}, null, {position}, now(), {accuracy_m}, {distance_m}, now(), array[{photo}], {rules_version}, {policy_version}, \
         {verdict}, {facts_judged}, {visit}, false, {action}, now(), {other_action});\ncommit;"
    )?;
    Ok(script)
}

/// Literals of what the API wrote for one check-in.
async fn sample(house: &House) -> anyhow::Result<[String; 14]> {
    let mut conn = house.connect(Role::Superuser).await?;
    let row = sqlx::query(
        "select quote_nullable(v.visited_on), quote_nullable(v.key_info), quote_nullable(v.decision_role), quote_nullable(v.device),
            quote_nullable(v.client_build), quote_nullable(v.body_sha256), quote_nullable(v.evidence_kind), quote_nullable(v.position),
            quote_nullable(v.position_accuracy_m), quote_nullable(v.distance_m), quote_nullable(d.rules_version),
            quote_nullable(d.policy_version), quote_nullable(d.verdict), quote_nullable(d.facts)
         from visits v join verdicts d on d.organisation_id = v.organisation_id and d.visit_id = v.id
         where v.organisation_id = $1 and v.status = 'valid' order by v.id desc limit 1",
    )
    .bind(demo::organisation_id("demo"))
    .fetch_one(&mut conn)
    .await?;
    let literals = (0..row.len()).map(|n| row.try_get(n)).collect::<Result<Vec<String>, _>>()?;
    literals.try_into().map_err(|_| anyhow::anyhow!("other columns came than were asked for"))
}
