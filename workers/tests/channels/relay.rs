//! A mail relay that keeps the letters it takes, and that can be told to say something else at any point, or to misbehave there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/channels/certificates/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("certificates/relay.pem");
const KEY: &[u8] = include_bytes!("certificates/relay.key.pem");

pub const USER: &str = "fieldproof";
pub const PASSWORD: &str = "relay-password-canary";

/// What happens at one point of the dialogue.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Say(&'static str),
    Silent,
    /// Closes its side, and goes on listening.
    HalfClosed,
    Torn,
    /// One line without an end.
    EndlessLine,
    /// One reply without an end.
    EndlessReply,
    /// A reply, a byte now and then.
    Dripping,
}

/// A letter as it came, and who it was from and for.
#[derive(Debug, Clone)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub content: String,
    pub is_encrypted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    None,
    Offered,
    FromTheStart,
}

pub struct Relay {
    pub port: u16,
    letters: Arc<Mutex<Vec<Letter>>>,
    said: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Script {
    acts: HashMap<&'static str, Act>,
    encryption: Encryption,
    letters: Arc<Mutex<Vec<Letter>>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    /// `acts` by the word that was said: a command's first word, `greeting` or `content`.
    pub async fn open(encryption: Encryption, acts: &[(&'static str, Act)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, letters, said) = (listener.local_addr().unwrap().port(), Arc::default(), Arc::default());
        let script = Script { acts: acts.iter().copied().collect(), encryption, letters: Arc::clone(&letters), said: Arc::clone(&said) };
        let acceptor = acceptor();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), script.clone()));
            }
        });
        Self { port, letters, said }
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }

    /// All lines that were said to it in the open.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

fn acceptor() -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    TlsAcceptor::from(Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap()))
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, script: Script) -> Option<()> {
    let is_torn = script.acts.values().any(|act| matches!(act, Act::Torn));
    if is_torn {
        stream.set_zero_linger().unwrap();
    }
    if script.encryption == Encryption::FromTheStart {
        let stream = acceptor.accept(stream).await.ok()?;
        return talk(BufReader::new(stream), &script, true, true).await.map(drop);
    }
    let stream = talk(BufReader::new(stream), &script, false, true).await?;
    let stream = acceptor.accept(stream).await.ok()?;
    talk(BufReader::new(stream), &script, true, false).await.map(drop)
}

/// The dialogue up to its end, or up to STARTTLS: then the stream comes back.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(mut stream: BufReader<S>, script: &Script, is_encrypted: bool, greets: bool) -> Option<S> {
    let (mut from, mut to) = (String::new(), String::new());
    if greets {
        act(&mut stream, script, "greeting", "220 relay.example.com ESMTP").await?;
    }
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|count| *count > 0)?;
        if !is_encrypted {
            script.said.lock().unwrap().push(line.trim_end().to_owned());
        }
        let (word, rest) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        match word {
            "EHLO" => {
                let offers = match (is_encrypted, script.encryption) {
                    (false, Encryption::Offered) => "250-relay.example.com\r\n250-STARTTLS\r\n250 SIZE 10485760",
                    (true, _) => "250-relay.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 10485760",
                    _ => "250-relay.example.com\r\n250 SIZE 10485760",
                };
                act(&mut stream, script, "EHLO", offers).await?;
            }
            "STARTTLS" => {
                act(&mut stream, script, "STARTTLS", "220 go on").await?;
                return Some(stream.into_inner());
            }
            "AUTH" => {
                let good = format!("PLAIN {}", STANDARD.encode(format!("\0{USER}\0{PASSWORD}")));
                act(&mut stream, script, "AUTH", if rest == good { "235 welcome" } else { "535 no" }).await?;
            }
            "MAIL" => {
                rest.clone_into(&mut from);
                act(&mut stream, script, "MAIL", "250 ok").await?;
            }
            "RCPT" => {
                rest.clone_into(&mut to);
                act(&mut stream, script, "RCPT", "250 ok").await?;
            }
            "DATA" => {
                act(&mut stream, script, "DATA", "354 go on").await?;
                let content = content(&mut stream).await?;
                let letter = Letter { from: from.clone(), to: to.clone(), content, is_encrypted };
                script.letters.lock().unwrap().push(letter);
                act(&mut stream, script, "content", "250 taken").await?;
            }
            "QUIT" => {
                act(&mut stream, script, "QUIT", "221 bye").await?;
                return None;
            }
            _ => act(&mut stream, script, word_of(word), "502 what?").await?,
        }
    }
}

/// Commands that nobody here should use.
fn word_of(word: &str) -> &'static str {
    if word == "RSET" { "RSET" } else { "other" }
}

/// The letter up to the dot, dots at the beginning of lines undone.
async fn content<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut content = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|count| *count > 0)?;
        if line == ".\r\n" {
            return Some(content);
        }
        content.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

/// `None` when the dialogue is over.
async fn act<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    script: &Script,
    point: &'static str,
    usual: &str,
) -> Option<()> {
    let stream = stream.get_mut();
    match script.acts.get(point).copied() {
        None => return say(stream, usual).await,
        // Refusing to talk ends it; other replies do not.
        Some(Act::Say(reply)) => return say(stream, reply).await,
        Some(Act::Torn) => return None,
        Some(Act::Silent) => {}
        Some(Act::HalfClosed) => stream.shutdown().await.ok()?,
        Some(Act::EndlessLine) => loop {
            stream.write_all(&[b'2'; 4096]).await.ok()?;
        },
        Some(Act::EndlessReply) => loop {
            say(stream, &"250-\r\n".repeat(200)).await?;
        },
        Some(Act::Dripping) => {
            let mut pace = tokio::time::interval(Duration::from_millis(5));
            loop {
                pace.tick().await;
                stream.write_all(b"2").await.ok()?;
            }
        }
    }
    let mut nothing = [0; 64];
    while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
    None
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> Option<()> {
    stream.write_all(format!("{}\r\n", text.trim_end()).as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
