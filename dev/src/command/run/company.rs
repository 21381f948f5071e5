//! The API and the workers keep each other company: a house in which one of them is missing is none, and ends.

use std::future::Future;

use anyhow::Context;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::command::say;

/// Waits until both have ended, which they do when `stop` is raised; whoever ends unasked raises it for the other.
///
/// # Errors
/// When the workers fail, or either ends unasked.
pub async fn keep(
    front_hall: impl Future<Output = ()>,
    mut engine_room: JoinHandle<anyhow::Result<()>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    tokio::pin!(front_hall);
    let (unasked, worked) = tokio::select! {
        () = &mut front_hall => {
            let unasked = (!stop.is_cancelled()).then_some("the API");
            leave(unasked, &stop);
            (unasked, engine_room.await)
        }
        worked = &mut engine_room => {
            let unasked = (!stop.is_cancelled()).then_some("the workers");
            leave(unasked, &stop);
            front_hall.await;
            (unasked, worked)
        }
    };
    worked.context("the workers broke down")?.context("the workers failed")?;
    unasked.map_or(Ok(()), |who| Err(anyhow::anyhow!("{who} ended, although nobody asked for it")))
}

fn leave(unasked: Option<&str>, stop: &CancellationToken) {
    if let Some(who) = unasked {
        say(&format!("{who} ended: the house stops"));
    }
    stop.cancel();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever does as asked.
    async fn obedient(stop: CancellationToken) {
        stop.cancelled().await;
    }

    async fn with_workers(work: impl Future<Output = anyhow::Result<()>> + Send + 'static) -> Result<(), String> {
        let stop = CancellationToken::new();
        let kept = keep(obedient(stop.clone()), tokio::spawn(work), stop.clone()).await;
        assert!(stop.is_cancelled(), "the other one was asked to stop");
        kept.map_err(|error| format!("{error:#}"))
    }

    #[tokio::test]
    async fn workers_that_end_take_the_house_with_them() {
        assert_eq!(with_workers(async { Ok(()) }).await.unwrap_err(), "the workers ended, although nobody asked for it");
        assert_eq!(with_workers(async { anyhow::bail!("no queue") }).await.unwrap_err(), "the workers failed: no queue");
        let broken = with_workers(async { panic!("a bug") }).await.unwrap_err();
        assert!(broken.starts_with("the workers broke down"), "{broken}");
    }

    #[tokio::test]
    async fn an_api_that_ends_takes_the_workers_with_it() {
        let stop = CancellationToken::new();
        let asked = stop.clone();
        let workers = tokio::spawn(async move {
            asked.cancelled().await;
            Ok(())
        });
        let error = keep(std::future::ready(()), workers, stop).await.unwrap_err();
        assert_eq!(error.to_string(), "the API ended, although nobody asked for it");
    }

    #[tokio::test]
    async fn both_ending_as_asked_is_a_good_end() {
        let stop = CancellationToken::new();
        stop.cancel();
        let workers = tokio::spawn(async { Ok(()) });
        assert!(keep(obedient(stop.clone()), workers, stop).await.is_ok());
    }
}
