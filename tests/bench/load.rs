//! Clients that cost next to nothing, because they share the machine with what they measure: keep-alive connections, requests written
//! by hand, and every answer looked at.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// An error that shows the answer, or most of it.
    pub fn unexpected(&self) -> anyhow::Error {
        let shown = self.body.get(..self.body.len().min(4000)).unwrap_or_default();
        anyhow::anyhow!("answered {}: {}", self.status, String::from_utf8_lossy(shown))
    }
}

impl Connection {
    /// Connects to `addr`.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn open(addr: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a whole request and reads the whole answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer has no `Content-Length`.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.exchange_parts(request, &[]).await
    }

    /// As [`Connection::exchange`], with a long body that needs not be copied behind its head.
    ///
    /// # Errors
    /// As [`Connection::exchange`].
    pub async fn exchange_parts(&mut self, head: &[u8], body: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(head).await?;
        self.stream.write_all(body).await?;
        self.buffer.clear();
        let (status, head_len, body_len) = loop {
            self.read_more().await?;
            if let Some(head) = head_of(&self.buffer)? {
                break head;
            }
        };
        while self.buffer.len() < head_len + body_len {
            self.read_more().await?;
        }
        Ok(Answer { status, body: self.buffer.get(head_len..head_len + body_len).unwrap_or_default() })
    }

    async fn read_more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection was closed in the middle of an answer");
        }
        Ok(())
    }
}

/// Status, length of the head and length of the body; `None` while the head is not whole.
fn head_of(bytes: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status line")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Ok(Some((status, end + 4, length.context("no Content-Length")?)))
}

/// What one run of many connections came to.
#[derive(Debug)]
pub struct Outcome {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub count: usize,
}

/// How long to warm up and to measure.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub warm_up: Duration,
    pub measured: Duration,
}

impl Span {
    /// A quarter of the time warms up.
    pub fn of(measured: Duration) -> Self {
        Self { warm_up: (measured / 4).max(Duration::from_secs(1)), measured }
    }

    pub fn total(self) -> Duration {
        self.warm_up + self.measured
    }
}

/// One client: does one thing after the other on its connection.
pub trait Client: Send + 'static {
    /// Does the `n`th thing.
    fn act(&mut self, connection: &mut Connection, n: u64) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Lets clients work side by side, each on a connection of its own, and times what they finish once they are warm.
///
/// # Errors
/// The first thing that any client did not expect: a rate with failures in it is no rate.
pub async fn drive<C: Client>(addr: SocketAddr, span: Span, clients: Vec<C>) -> anyhow::Result<Outcome> {
    let from = Instant::now() + span.warm_up;
    let until = from + span.measured;
    let mut running = tokio::task::JoinSet::new();
    for mut client in clients {
        running.spawn(async move {
            let mut connection = Connection::open(addr).await?;
            let mut times = Vec::with_capacity(1 << 14);
            let (mut n, mut ended) = (0, Instant::now());
            while ended < until {
                let began = ended;
                client.act(&mut connection, n).await?;
                (n, ended) = (n + 1, Instant::now());
                if (from..until).contains(&ended) {
                    times.push(ended - began);
                }
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(ended) = running.join_next().await {
        times.extend(ended??);
    }
    outcome(times, span.measured)
}

/// Rate and percentiles of what took `times` within `elapsed`.
///
/// # Errors
/// When nothing was measured.
pub fn outcome(mut times: Vec<Duration>, elapsed: Duration) -> anyhow::Result<Outcome> {
    times.sort_unstable();
    Ok(Outcome {
        per_second: as_f64(times.len()) / elapsed.as_secs_f64(),
        p50_ms: percentile(&times, 50)?,
        p99_ms: percentile(&times, 99)?,
        count: times.len(),
    })
}

fn percentile(sorted: &[Duration], percent: usize) -> anyhow::Result<f64> {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    Ok(sorted.get(at).context("nothing was measured")?.as_secs_f64() * 1e3)
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
pub fn as_f64(count: usize) -> f64 {
    count as f64
}
