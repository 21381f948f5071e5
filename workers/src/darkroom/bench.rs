//! The bench: threads for pictures, as many as there are chores, within one budget of memory and each within a time limit.
//!
//! A picture that takes too long is abandoned, not stopped: its thread keeps its place and its memory until it ends, so that hostile
//! pictures can fill the bench and nothing but the bench. The threads are the bench's own, because the runtime waits for its blocking
//! threads when the process stops, and nobody should wait for a picture then.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::DecodeFault;

/// Decoded pictures of the whole process take no more than this.
pub(super) const MEMORY_MAX_BYTES: u64 = 256 * MEBIBYTE;
const MEBIBYTE: u64 = 1024 * 1024;
/// Some ten times what a large photo takes.
const WORK_AFTER: Duration = Duration::from_secs(10);

/// Where pictures are worked on.
#[derive(Debug, Clone)]
pub struct Bench {
    places: Arc<Semaphore>,
    /// In mebibytes.
    memory: Arc<Semaphore>,
    work_after: Duration,
}

impl Bench {
    /// A bench for `places` pictures at once, at least one.
    pub fn new(places: usize) -> Self {
        Self::with_limit(places, WORK_AFTER)
    }

    pub(super) fn with_limit(places: usize, work_after: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places.max(1))),
            memory: Arc::new(Semaphore::new(in_mebibytes(MEMORY_MAX_BYTES) as usize)),
            work_after,
        }
    }

    /// Does `work` on a thread of its own once there is a place and `memory_bytes` for it.
    ///
    /// # Errors
    /// [`DecodeFault::TooSlow`] when it takes too long, [`DecodeFault::TooMuchMemory`] when it wants more than there can ever be, and
    /// [`DecodeFault::Undecodable`] when it panics.
    pub async fn work<T: Send + 'static>(&self, memory_bytes: u64, work: impl FnOnce() -> T + Send + 'static) -> Result<T, DecodeFault> {
        if memory_bytes > MEMORY_MAX_BYTES {
            return Err(DecodeFault::TooMuchMemory);
        }
        let closed = |_| DecodeFault::Undecodable;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(closed)?;
        let memory = Arc::clone(&self.memory).acquire_many_owned(in_mebibytes(memory_bytes)).await.map_err(closed)?;
        let done = spawn((place, memory), work)?;
        match tokio::time::timeout(self.work_after, done).await {
            Ok(Ok(outcome)) => Ok(outcome),
            // The sender was dropped without a word: the decoder panicked.
            Ok(Err(_)) => Err(DecodeFault::Undecodable),
            Err(_) => Err(DecodeFault::TooSlow),
        }
    }
}

fn spawn<T: Send + 'static>(
    held: (OwnedSemaphorePermit, OwnedSemaphorePermit),
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<oneshot::Receiver<T>, DecodeFault> {
    let (tell, done) = oneshot::channel();
    let run = move || {
        let outcome = work();
        drop(held);
        let _ = tell.send(outcome);
    };
    std::thread::Builder::new().name("darkroom".to_owned()).spawn(run).map_err(|_| DecodeFault::TooMuchMemory)?;
    Ok(done)
}

fn in_mebibytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(MEBIBYTE)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn abandoned_work_keeps_its_place_until_it_ends() {
        let bench = Bench::with_limit(1, Duration::from_millis(1));
        let (release, held) = mpsc::channel::<()>();
        let slow = bench.work(MEBIBYTE, move || held.recv()).await;
        assert!(matches!(slow, Err(DecodeFault::TooSlow)));
        assert_eq!(bench.places.available_permits(), 0);
        release.send(()).unwrap();
        let _place = bench.places.acquire().await.unwrap();
        // Given back right after the place, by a thread of its own.
        let _memory = bench.memory.acquire_many(256).await.unwrap();
    }

    #[tokio::test]
    async fn panics_and_wishes_beyond_the_budget_are_faults() {
        let bench = Bench::new(1);
        let panicked: Result<(), _> = bench.work(0, || panic!("a decoder's mistake")).await;
        assert_eq!(panicked, Err(DecodeFault::Undecodable));
        assert_eq!(bench.work(MEMORY_MAX_BYTES + 1, || ()).await, Err(DecodeFault::TooMuchMemory));
        assert_eq!(bench.work(MEMORY_MAX_BYTES, || 7).await, Ok(7));
    }
}
