//! A cable one can pull: a TCP proxy for tests, put between the product and PostgreSQL or S3.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::HouseError;

/// Bytes carried at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// What becomes of connections and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything gets through.
    Pass,
    /// Nobody is there: new connections are reset at once, and those that exist are cut.
    Refuse,
    /// A black hole: connections are taken and kept, and nothing gets through in either direction. What was sent
    /// meanwhile arrives when the mode changes, as it does when a parted network heals.
    Hold,
    /// Requests get through, answers do not: what was asked is done, and nobody is told.
    HoldAnswers,
    /// Every chunk arrives this much later.
    Delay(Duration),
}

/// A proxy in front of one address. Dropping it cuts everything.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    wires: Arc<Wires>,
    accepting: JoinHandle<()>,
}

/// What the proxy and its connections tell each other.
#[derive(Debug)]
struct Wires {
    target: SocketAddr,
    mode: watch::Sender<Mode>,
    /// Raised to cut all connections there are.
    cuts: watch::Sender<u64>,
    /// Raised to forget all connections there are.
    losses: watch::Sender<u64>,
    /// Connections carried so far.
    carried: watch::Sender<u64>,
    /// Answers that came and were held back so far.
    held_answers: watch::Sender<u64>,
}

impl Proxy {
    /// Starts in front of `target`, on a free loopback port, in [`Mode::Pass`].
    ///
    /// # Errors
    /// [`HouseError::Listen`].
    pub async fn start(target: SocketAddr) -> Result<Self, HouseError> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = TcpListener::bind(any).await.map_err(HouseError::listen(any, "for the proxy"))?;
        let addr = listener.local_addr().map_err(HouseError::listen(any, "for the proxy"))?;
        let wires = Arc::new(Wires {
            target,
            mode: watch::Sender::new(Mode::Pass),
            cuts: watch::Sender::new(0),
            losses: watch::Sender::new(0),
            carried: watch::Sender::new(0),
            held_answers: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&wires)));
        Ok(Self { addr, wires, accepting })
    }

    /// Where to connect instead of the target.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Changes the mode. A chunk that is being written at this moment still gets through.
    pub fn set(&self, mode: Mode) {
        self.wires.mode.send_replace(mode);
        if mode == Mode::Refuse {
            self.cut();
        }
    }

    /// Cuts every connection there is, with what is held in them; new ones are treated by the mode.
    pub fn cut(&self) {
        self.wires.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Loses every connection there is without telling anybody, as a firewall that forgets them does: nothing gets through on them any
    /// more. New ones are treated by the mode.
    pub fn lose(&self) {
        self.wires.losses.send_modify(|losses| *losses += 1);
    }

    /// How many connections have been carried so far.
    pub fn carried(&self) -> u64 {
        *self.wires.carried.borrow()
    }

    /// Waits until one more answer than at the time of the call has come and is held back: what was asked has then been
    /// done. Only meaningful in [`Mode::HoldAnswers`]; start waiting before asking.
    pub fn next_held_answer(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut held = self.wires.held_answers.subscribe();
        let before = *held.borrow_and_update();
        async move {
            // An error means the proxy is gone; then nothing will ever be held.
            let _ = held.wait_for(|count| *count > before).await;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, wires: Arc<Wires>) {
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if *wires.mode.borrow() == Mode::Refuse {
            reset(&client);
            continue;
        }
        let cut = wires.cuts.subscribe();
        connections.spawn(carry(client, Arc::clone(&wires), cut));
    }
}

async fn carry(mut client: TcpStream, wires: Arc<Wires>, mut cut: watch::Receiver<u64>) {
    let connect = async {
        // Whoever connects into a black hole waits.
        let mut mode = wires.mode.subscribe();
        mode.wait_for(|mode| *mode != Mode::Hold).await.map_err(io::Error::other)?;
        TcpStream::connect(wires.target).await
    };
    let server = tokio::select! { server = connect => server, _ = cut.changed() => return reset(&client) };
    let Ok(mut server) = server else { return reset(&client) };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    wires.carried.send_modify(|carried| *carried += 1);

    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let both = async {
        tokio::try_join!(pump(from_client, to_server, &wires, Direction::Request), pump(from_server, to_client, &wires, Direction::Answer))
    };
    let ended_well = tokio::select! { ended = both => ended.is_ok(), _ = cut.changed() => false };
    if !ended_well {
        reset(&client);
        reset(&server);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Answer,
}

async fn pump(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, wires: &Wires, direction: Direction) -> io::Result<()> {
    let mut mode = wires.mode.subscribe();
    let losses = wires.losses.subscribe();
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let count = from.read(&mut buffer).await?;
        let chunk = buffer.get(..count).unwrap_or_default();
        let current = *mode.borrow_and_update();
        match current {
            Mode::Delay(by) => tokio::time::sleep(by).await,
            Mode::HoldAnswers if direction == Direction::Answer && count > 0 => {
                wires.held_answers.send_modify(|held| *held += 1);
            }
            _ => {}
        }
        let through = |mode: &Mode| match mode {
            Mode::Pass | Mode::Delay(_) => true,
            Mode::HoldAnswers => direction == Direction::Request,
            Mode::Hold | Mode::Refuse => false,
        };
        if mode.wait_for(through).await.is_err() {
            return Ok(());
        }
        if losses.has_changed().unwrap_or(true) {
            std::future::pending::<()>().await;
        }
        if count == 0 {
            return to.shutdown().await;
        }
        to.write_all(chunk).await?;
    }
}

/// Makes the coming close a reset instead of a farewell: the peer sees an error, not an end.
fn reset(stream: &TcpStream) {
    // A peer that is gone already needs no telling.
    let _ = stream.set_zero_linger();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers every byte with the next one, and tells what it was asked.
    async fn echo() -> (SocketAddr, tokio::sync::mpsc::UnboundedReceiver<u8>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (asked, questions) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let asked = asked.clone();
                tokio::spawn(async move {
                    while let Ok(byte) = stream.read_u8().await {
                        let _ = asked.send(byte);
                        let _ = stream.write_u8(byte + 1).await;
                    }
                });
            }
        });
        (addr, questions)
    }

    async fn ask(stream: &mut TcpStream, byte: u8) -> io::Result<u8> {
        stream.write_u8(byte).await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn what_passes_is_unchanged_and_ends_properly() {
        let (target, mut questions) = echo().await;
        let proxy = Proxy::start(target).await.unwrap();
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        assert_eq!(ask(&mut stream, 1).await.unwrap(), 2);
        stream.shutdown().await.unwrap();
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the end is passed on as an end");
        assert_eq!((questions.recv().await, proxy.carried()), (Some(1), 1));
    }

    #[tokio::test]
    async fn refusing_resets_old_and_new_connections() {
        let (target, mut questions) = echo().await;
        let proxy = Proxy::start(target).await.unwrap();
        let mut old = TcpStream::connect(proxy.addr()).await.unwrap();
        ask(&mut old, 1).await.unwrap();
        proxy.set(Mode::Refuse);
        assert_eq!(old.read_u8().await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        let mut new = TcpStream::connect(proxy.addr()).await.unwrap();
        assert!(ask(&mut new, 2).await.is_err());
        proxy.set(Mode::Pass);
        let mut later = TcpStream::connect(proxy.addr()).await.unwrap();
        assert_eq!(ask(&mut later, 3).await.unwrap(), 4);
        assert_eq!((questions.recv().await, questions.recv().await), (Some(1), Some(3)), "the 2 never arrived");
    }

    #[tokio::test]
    async fn a_black_hole_keeps_what_it_is_given_until_it_heals() {
        let (target, mut questions) = echo().await;
        let proxy = Proxy::start(target).await.unwrap();
        let mut old = TcpStream::connect(proxy.addr()).await.unwrap();
        ask(&mut old, 1).await.unwrap();
        proxy.set(Mode::Hold);
        let mut new = TcpStream::connect(proxy.addr()).await.unwrap();
        old.write_u8(5).await.unwrap();
        new.write_u8(7).await.unwrap();
        assert_eq!(proxy.carried(), 1);
        assert_eq!(questions.recv().await, Some(1));
        assert!(questions.try_recv().is_err(), "nothing came through");
        proxy.set(Mode::Pass);
        assert_eq!((old.read_u8().await.unwrap(), new.read_u8().await.unwrap()), (6, 8));
    }

    #[tokio::test]
    async fn a_held_answer_means_the_work_was_done() {
        let (target, mut questions) = echo().await;
        let proxy = Proxy::start(target).await.unwrap();
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        proxy.set(Mode::HoldAnswers);
        let held = proxy.next_held_answer();
        stream.write_u8(1).await.unwrap();
        held.await;
        assert_eq!(questions.try_recv(), Ok(1), "the server has been asked and has answered");
        proxy.cut();
        assert_eq!(stream.read_u8().await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn what_is_lost_stays_silent_and_what_is_new_gets_through() {
        let (target, mut questions) = echo().await;
        let proxy = Proxy::start(target).await.unwrap();
        let mut old = TcpStream::connect(proxy.addr()).await.unwrap();
        ask(&mut old, 1).await.unwrap();
        proxy.lose();
        old.write_u8(3).await.unwrap();
        let mut new = TcpStream::connect(proxy.addr()).await.unwrap();
        assert_eq!(ask(&mut new, 5).await.unwrap(), 6);
        assert_eq!((questions.recv().await, questions.recv().await), (Some(1), Some(5)), "the 3 never arrived");
    }

    #[tokio::test]
    async fn a_delay_is_kept() {
        let (target, _questions) = echo().await;
        let proxy = Proxy::start(target).await.unwrap();
        proxy.set(Mode::Delay(Duration::from_millis(30)));
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        let before = tokio::time::Instant::now();
        assert_eq!(ask(&mut stream, 1).await.unwrap(), 2);
        assert!(before.elapsed() >= Duration::from_millis(60), "there and back");
    }

    #[tokio::test]
    async fn a_dropped_proxy_is_a_pulled_cable() {
        let (target, _questions) = echo().await;
        let proxy = Proxy::start(target).await.unwrap();
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        ask(&mut stream, 1).await.unwrap();
        drop(proxy);
        assert!(stream.read_u8().await.is_err());
    }
}
