//! Ending in order: a signal asks, what is in flight finishes, a deadline decides.

use tokio_util::sync::CancellationToken;

/// Completes when the process is asked to stop: SIGTERM, Ctrl-C, or the terminal it runs in is closed (SIGHUP).
///
/// From the call on, none of them ends the process by itself.
///
/// # Errors
/// When the system lets nobody listen for signals.
#[cfg(unix)]
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Whoever started us under `nohup` wants us to outlive the terminal.
    let mut hangup = if hangups_are_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
    Ok(async move {
        let hung_up = async {
            match hangup.as_mut() {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} _ = hung_up => {} }
    })
}

/// Completes at the first Ctrl-C.
///
/// # Errors
/// None here.
#[cfg(not(unix))]
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}

/// Whether we were started with SIGHUP ignored, where the system tells.
#[cfg(unix)]
fn hangups_are_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangups(&status))
}

/// The mask of ignored signals is hexadecimal; the lowest bit is signal 1, SIGHUP.
#[cfg(unix)]
fn ignores_hangups(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// A token that is cancelled when the process is asked to stop.
///
/// # Errors
/// As [`asked_to_stop`].
pub fn stop_token() -> std::io::Result<CancellationToken> {
    let token = CancellationToken::new();
    let raised = token.clone();
    let asked = asked_to_stop()?;
    tokio::spawn(async move {
        asked.await;
        raised.cancel();
    });
    Ok(token)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert!(ignores_hangups("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangups("Name:\tx\nSigIgn:\t0000000000001000\n"));
        assert!(!ignores_hangups("Name:\tx\n"));
    }
}
