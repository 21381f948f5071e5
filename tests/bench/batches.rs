//! Batches of phones that come back online: 20 visits of one rep in one request, one transaction.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::bail;

use crate::check_ins::{self, body};
use crate::house::House;
use crate::load::{Client, Connection, Span, as_f64, drive};
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::stock::{Kind, Lot, REPS, Stock, id};

const NAME: &str = "batches";
const VISITS: u64 = 20;
const CONNECTIONS: u64 = 8;
/// No machine that this is run on does more in a second.
const AT_MOST_PER_SECOND: u64 = 8000;

/// Measures single check-ins and batches at the same number of connections.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, stock: &mut Stock, report: &mut Report) -> anyhow::Result<()> {
    let span = Span::of(plan.measured);
    let api = house.start_api().await?;
    let single = check_ins::check_in(house, api.addr, stock, CONNECTIONS, span).await?;
    let lot = stock.photos(house, AT_MOST_PER_SECOND * span.total().as_secs()).await?;
    let tokens: Arc<[String]> = stock.tokens().into();
    let clients = (0..CONNECTIONS).map(|first| Phone { lot, tokens: Arc::clone(&tokens), first, request: String::new() });
    let batches = drive(api.addr, span, clients.collect()).await?;
    let rate = batches.per_second * as_f64(usize::try_from(VISITS)?);
    let row = Row {
        measurement: NAME,
        what: format!("{VISITS} visits, {}", check_ins::what(CONNECTIONS)),
        rate: Some(rate),
        unit: "check-ins",
        p50_ms: Some(batches.p50_ms),
        p99_ms: Some(batches.p99_ms),
        note: format!(
            "{:.1} times the {:.0}/s of single check-ins at {CONNECTIONS} connections",
            rate / single.per_second,
            single.per_second
        ),
        ..Row::default()
    };
    report.add(row.aiming(format!(">= 3 times single check-ins at {CONNECTIONS} connections"), rate >= 3.0 * single.per_second));
    api.stop().await
}

/// A client that sends a batch at a time.
struct Phone {
    lot: Lot,
    tokens: Arc<[String]>,
    first: u64,
    request: String,
}

impl Client for Phone {
    async fn act(&mut self, connection: &mut Connection, n: u64) -> anyhow::Result<()> {
        let batch = n * CONNECTIONS + self.first;
        let (rep, earlier) = (batch % REPS, batch / REPS * VISITS);
        let mut visits = String::from(r#"{"visits":["#);
        for visit in earlier..earlier + VISITS {
            let number = self.lot.first + visit * REPS + rep;
            if number >= self.lot.end() {
                bail!("the photos have run out: this machine is faster than {AT_MOST_PER_SECOND} check-ins a second");
            }
            let separator = if visit == earlier { "" } else { "," };
            // The body of a visit opens with its brace; the id goes in behind it.
            write!(visits, r#"{separator}{{"id":"{}",{}"#, id(Kind::Visit, number), &body(self.lot, number).split_off(1))?;
        }
        visits.push_str("]}");
        let token = self.tokens.get(usize::try_from(rep)?).map_or("", String::as_str);
        self.request.clear();
        write!(
            self.request,
            "POST /v1/visits:batch HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{visits}",
            visits.len()
        )?;
        let answer = connection.exchange(self.request.as_bytes()).await?;
        let told = std::str::from_utf8(answer.body)?;
        let count = |what: &str| told.matches(what).count() as u64;
        // A valid visit says so of itself and of its verdict.
        if answer.status == 200 && count(r#""status":201"#) == VISITS && count(r#""status":"valid""#) == 2 * VISITS {
            Ok(())
        } else {
            Err(answer.unexpected())
        }
    }
}
