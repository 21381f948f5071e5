//! Waiting for what another process or task does: asked again and again, up to a deadline, never slept for.

use std::time::Duration;

use tokio::time::Instant;

/// Longer than anything takes that works.
const DEADLINE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is something, and gives up loudly.
pub async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < until, "in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
