//! Ending in order: a signal asks, what is in flight finishes, a deadline decides.

use tokio_util::sync::CancellationToken;

/// Completes when the process is asked to stop (SIGTERM or Ctrl-C).
pub async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}

/// A token that is cancelled when the process is asked to stop.
pub fn stop_token() -> CancellationToken {
    let token = CancellationToken::new();
    let raised = token.clone();
    tokio::spawn(async move {
        asked_to_stop().await;
        raised.cancel();
    });
    token
}
