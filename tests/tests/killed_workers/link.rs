//! A link to PostgreSQL that counts what is asked on it, and holds its breath after the nth answer: whoever asked has done that step, and
//! does not know it yet.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tests::house::shared;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

pub struct Link {
    pub addr: SocketAddr,
    asked: Arc<AtomicUsize>,
    reached: Arc<Notify>,
}

impl Link {
    /// A link on which the `nth` question is answered by PostgreSQL, and the answer goes no further.
    pub async fn until(nth: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (asked, reached) = (Arc::<AtomicUsize>::default(), Arc::<Notify>::default());
        let (counted, told) = (Arc::clone(&asked), Arc::clone(&reached));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, nth, Arc::clone(&counted), Arc::clone(&told)));
            }
        });
        Self { addr, asked, reached }
    }

    /// Waits for the answer that is held back.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn carry(near: TcpStream, nth: usize, asked: Arc<AtomicUsize>, reached: Arc<Notify>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", shared().cluster.port())).await else { return };
    let ((mut near_reads, mut near_writes), (mut far_reads, mut far_writes)) = (near.into_split(), far.into_split());
    let question = Arc::<AtomicUsize>::default();
    let last = Arc::clone(&question);
    tokio::spawn(async move {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(read @ 1..) = near_reads.read(&mut bytes).await {
            last.store(asked.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            if far_writes.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    });
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read @ 1..) = far_reads.read(&mut bytes).await {
        if question.load(Ordering::SeqCst) >= nth {
            reached.notify_one();
            std::future::pending::<()>().await;
        }
        if near_writes.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
