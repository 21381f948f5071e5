//! A stranger takes the connection and then does as it likes.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a stranger does once it has read a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manner {
    /// Says nothing, for ever.
    Silent,
    /// Sends its head a byte at a time.
    SlowHead,
    /// A good head, and a body of which a byte comes now and then.
    Dripping,
    /// Closes its side without a word, and goes on listening.
    HalfClosed,
    /// Promises more than it sends, and closes its side.
    HalfBody,
    /// Tears the connection.
    Torn,
    /// Tears the connection in the middle of its answer.
    TornBody,
    EndlessBody,
    EndlessHead,
    /// A good answer that is said to be longer; the connection stays.
    SaidLonger,
    /// A good answer that is said to be shorter.
    SaidShorter,
    /// Not HTTP.
    Garbage,
    /// 200, and nothing.
    Empty,
    /// 200, and a page for people.
    Page,
    /// 200, and JSON of another make.
    OtherJson,
    /// 200, and a word where a number belongs.
    WordForNumber,
    /// 200, and a list so deep that reading it by recursion would end the process.
    DeepJson,
}

pub const ALL: &[Manner] = &[
    Manner::Silent,
    Manner::SlowHead,
    Manner::Dripping,
    Manner::HalfClosed,
    Manner::HalfBody,
    Manner::Torn,
    Manner::TornBody,
    Manner::EndlessBody,
    Manner::EndlessHead,
    Manner::SaidLonger,
    Manner::SaidShorter,
    Manner::Garbage,
    Manner::Empty,
    Manner::Page,
    Manner::OtherJson,
    Manner::WordForNumber,
    Manner::DeepJson,
];

const GOOD: &str = r#"{"errcode":0,"code":0,"errmsg":"ok"}"#;

/// A stranger's address. Where tokens are asked for it behaves, if `gives_tokens`, so that it can misbehave with the message.
pub async fn stranger(manner: Manner, gives_tokens: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(misbehave(stream, manner, gives_tokens));
        }
    });
    format!("http://{address}")
}

/// Reads one request; its head.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Some(head.to_owned());
        }
    }
}

async fn misbehave(mut stream: TcpStream, manner: Manner, gives_tokens: bool) -> Option<()> {
    let mut head = read(&mut stream).await?;
    while gives_tokens && head.contains("/cgi-bin/gettoken") {
        let token = r#"{"errcode":0,"access_token":"t","expires_in":7200}"#;
        stream.write_all(answer(token.len(), token).as_bytes()).await.ok()?;
        head = read(&mut stream).await?;
    }
    match manner {
        Manner::Silent => {}
        Manner::SlowHead => drip(&mut stream, "HTTP/1.1 200 OK\r\nx-slow: ").await?,
        Manner::Dripping => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
            drip(&mut stream, "1\r\n \r\n").await?;
        }
        Manner::HalfClosed => stream.shutdown().await.ok()?,
        Manner::HalfBody => {
            stream.write_all(answer(100, &GOOD[..10]).as_bytes()).await.ok()?;
            stream.shutdown().await.ok()?;
        }
        Manner::Torn => return stream.set_zero_linger().ok(),
        Manner::TornBody => {
            stream.write_all(answer(100, &GOOD[..10]).as_bytes()).await.ok()?;
            // What was sent shall be there before the connection is torn: the other side has it when it says something.
            let mut nothing = [0];
            let _ = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut nothing)).await;
            return stream.set_zero_linger().ok();
        }
        Manner::EndlessBody => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
            endless(&mut stream, &format!("1000\r\n{}\r\n", " ".repeat(0x1000))).await?;
        }
        Manner::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nx-long: ").await.ok()?;
            endless(&mut stream, &"a".repeat(0x1000)).await?;
        }
        Manner::SaidLonger => stream.write_all(answer(GOOD.len() + 1, GOOD).as_bytes()).await.ok()?,
        Manner::SaidShorter => stream.write_all(answer(GOOD.len() - 5, GOOD).as_bytes()).await.ok()?,
        Manner::Garbage => stream.write_all(b"\x16\x03\x01\x00\xff\xff 250 ok\r\n\r\n").await.ok()?,
        Manner::Empty => stream.write_all(answer(0, "").as_bytes()).await.ok()?,
        Manner::Page => whole(&mut stream, "<html><body>errcode 0 ok</body></html>").await?,
        Manner::OtherJson => whole(&mut stream, r#"{"status":"ok","ok":true}"#).await?,
        Manner::WordForNumber => whole(&mut stream, r#"{"errcode":"0","code":"0"}"#).await?,
        Manner::DeepJson => whole(&mut stream, &format!("{{\"errcode\":0,\"code\":0,\"deep\":{}", "[".repeat(60_000))).await?,
    }
    // Until the other side has had enough.
    let mut nothing = [0; 64];
    while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
    Some(())
}

fn answer(length: usize, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
}

async fn whole(stream: &mut TcpStream, body: &str) -> Option<()> {
    stream.write_all(answer(body.len(), body).as_bytes()).await.ok()
}

async fn endless(stream: &mut TcpStream, part: &str) -> Option<()> {
    loop {
        stream.write_all(part.as_bytes()).await.ok()?;
    }
}

/// First `part`, and then its last byte again and again, with time between them.
async fn drip(stream: &mut TcpStream, part: &str) -> Option<()> {
    let mut pace = tokio::time::interval(Duration::from_millis(5));
    loop {
        pace.tick().await;
        stream.write_all(part.as_bytes()).await.ok()?;
    }
}
