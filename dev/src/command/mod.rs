//! One file per subcommand.

#[cfg(feature = "house")]
pub mod run;
pub mod with_database;

use tokio::signal::unix::{SignalKind, signal};

/// Completes at the first Ctrl-C or SIGTERM. From the call on, neither ends the process by itself.
///
/// # Errors
/// When the system lets nobody listen for signals.
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    })
}
