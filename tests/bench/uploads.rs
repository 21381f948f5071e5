//! Photos of 3 MB through the API: declared, streamed through to S3, hashed, read and made final. The roof is the same bytes put straight
//! into the same S3.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use chrono::FixedOffset;
use dev::demo;
use dev::photo::PhotoSpec;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::house::{Api, House};
use crate::load::{Client, Connection, Outcome, Span, as_f64, drive};
use crate::plan::Plan;
use crate::report::{Report, Row};
use crate::stock::Stock;

const NAME: &str = "uploads";
const PHOTO_BYTES: usize = 3_000_000;
const CONNECTIONS: usize = 32;
const RSS_MAX_MB: f64 = 150.0;
/// No machine that this is run on takes more in a second.
const AT_MOST_PER_SECOND: u64 = 600;

/// Measures and reports.
///
/// # Errors
/// When anything was not as expected.
pub async fn measure(plan: &Plan, house: &House, stock: &Stock, report: &mut Report) -> anyhow::Result<()> {
    let span = Span::of(plan.measured);
    let photo = take_photo(house)?;
    let count = AT_MOST_PER_SECOND * span.total().as_secs();
    let api = house.start_api().await?;
    let tickets = declare(&api, stock, &photo, 2 * count).await?;
    // Declaring costs memory, too; what uploads cost is seen in a fresh process.
    api.stop().await?;
    let (through, straight) = tickets.split_at(tickets.len() / 2);
    let api = house.start_api().await?;
    let product = upload(api.addr, span, &photo, through.iter().map(|ticket| ticket.through(stock)).collect()).await?;
    let rss_mb = api.peak_rss_mb();
    api.stop().await?;
    let s3 = straight.first().context("nothing was declared")?.s3_addr()?;
    let roof = upload(s3, span, &photo, straight.iter().map(Ticket::straight).collect::<anyhow::Result<_>>()?).await?;
    let mb = |outcome: &Outcome| outcome.per_second * as_f64(PHOTO_BYTES) / 1e6;
    let row = Row {
        measurement: NAME,
        what: format!("3 MB, {CONNECTIONS} connections"),
        rate: Some(mb(&product)),
        unit: "MB",
        p50_ms: Some(product.p50_ms),
        p99_ms: Some(product.p99_ms),
        note: format!("{:.0} photos/s; the API's peak memory was {rss_mb:.0} MB", product.per_second),
        ..Row::default()
    };
    report.add(row.under(mb(&roof)).aiming(format!("API below {RSS_MAX_MB} MB"), rss_mb > 0.0 && rss_mb < RSS_MAX_MB));
    Ok(())
}

fn take_photo(house: &House) -> anyhow::Result<Arc<[u8]>> {
    let door = demo::door("demo", 0);
    let shanghai = FixedOffset::east_opt(8 * 3600).context("no such offset")?;
    let mut spec = PhotoSpec::new(door.position.lat, door.position.lon, house.clock.now().with_timezone(&shanghai));
    spec.target_bytes = Some(PHOTO_BYTES);
    Ok(spec.encode()?.into())
}

/// A declared photo and where its bytes may go.
struct Ticket {
    /// Whose photo it is.
    n: u64,
    answer: Value,
}

impl Ticket {
    /// The head of the request that sends the bytes through the API.
    fn through(&self, stock: &Stock) -> String {
        let id = self.text("/id").unwrap_or_default();
        format!(
            "PUT /v1/photos/{id}/content HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nContent-Type: image/jpeg\r\n\
             Content-Length: {PHOTO_BYTES}\r\n\r\n",
            stock.token(self.n)
        )
    }

    /// The head of the request that puts the bytes straight into S3.
    fn straight(&self) -> anyhow::Result<String> {
        let (host, path) = self.url()?;
        let mut head = format!("PUT /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {PHOTO_BYTES}\r\n");
        for (name, value) in self.answer.pointer("/upload/headers").and_then(Value::as_object).into_iter().flatten() {
            if !["host", "content-length"].contains(&name.to_ascii_lowercase().as_str()) {
                write!(head, "{name}: {}\r\n", value.as_str().unwrap_or_default())?;
            }
        }
        head.push_str("\r\n");
        Ok(head)
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.answer.pointer(pointer).and_then(Value::as_str)
    }

    fn url(&self) -> anyhow::Result<(&str, &str)> {
        let url = self.text("/upload/url").and_then(|url| url.strip_prefix("http://"));
        url.and_then(|url| url.split_once('/')).context("the ticket has no URL")
    }

    fn s3_addr(&self) -> anyhow::Result<std::net::SocketAddr> {
        Ok(self.url()?.0.parse()?)
    }
}

async fn declare(api: &Api, stock: &Stock, photo: &[u8], count: u64) -> anyhow::Result<Vec<Ticket>> {
    let mut connection = Connection::open(api.addr).await?;
    let wanted = json!({ "sha256": hex::encode(Sha256::digest(photo)), "bytes": photo.len(), "content_type": "image/jpeg", "purpose": "storefront" });
    let wanted = wanted.to_string();
    let mut tickets = Vec::new();
    for n in 0..count {
        let request = format!(
            "POST /v1/photos HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{wanted}",
            stock.token(n),
            wanted.len()
        );
        let answer = connection.exchange(request.as_bytes()).await?;
        if answer.status != 201 {
            return Err(answer.unexpected());
        }
        tickets.push(Ticket { n, answer: serde_json::from_slice(answer.body)? });
    }
    Ok(tickets)
}

async fn upload(addr: std::net::SocketAddr, span: Span, photo: &Arc<[u8]>, heads: Vec<String>) -> anyhow::Result<Outcome> {
    let heads = Arc::new(Mutex::new(heads));
    let clients = (0..CONNECTIONS).map(|_| Phone { photo: Arc::clone(photo), heads: Arc::clone(&heads) });
    drive(addr, span, clients.collect()).await
}

/// A client that sends the photo under one head after the other.
struct Phone {
    photo: Arc<[u8]>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Client for Phone {
    async fn act(&mut self, connection: &mut Connection, _: u64) -> anyhow::Result<()> {
        let head = self.heads.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let head =
            head.with_context(|| format!("the tickets have run out: this machine takes more than {AT_MOST_PER_SECOND} photos a second"))?;
        let answer = connection.exchange_parts(head.as_bytes(), &self.photo).await?;
        if answer.status == 200 { Ok(()) } else { Err(answer.unexpected()) }
    }
}
