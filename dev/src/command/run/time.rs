//! The demo's time: its clock can be moved on, so that what takes days is seen at once. How far it is ahead lies in a file of the house, which
//! a running house follows and the next start goes on from: time never goes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use chrono::{SecondsFormat, TimeDelta};
use platform::Clock;
use tokio_util::sync::CancellationToken;

use crate::command::say;

/// How far ahead, in seconds.
const FILE: &str = "time-ahead";
/// A running house looks this often.
const LOOK_AFTER: Duration = Duration::from_millis(200);
/// No demonstration needs more.
const AHEAD_MAX: TimeDelta = TimeDelta::days(3_650);

fn file(home: &Path) -> PathBuf {
    home.join(FILE)
}

/// How far the house is ahead; `None` where its time cannot be moved.
fn kept(home: &Path) -> Option<TimeDelta> {
    let seconds = fs::read_to_string(file(home)).ok()?.trim().parse::<i64>().ok()?;
    TimeDelta::try_seconds(seconds.max(0)).filter(|ahead| *ahead <= AHEAD_MAX)
}

/// The clock of a house. Only where the database is the house's own does nobody else go by another one.
///
/// # Errors
/// When the folder cannot be written.
pub fn clock(home: &Path, own_database: bool, fresh: bool) -> anyhow::Result<Clock> {
    if !own_database || fresh {
        let _ = fs::remove_file(file(home));
    }
    if !own_database {
        return Ok(Clock::wall());
    }
    let clock = Clock::movable();
    match kept(home) {
        Some(ahead) => clock.advance(ahead),
        None => write(home, TimeDelta::zero())?,
    }
    Ok(clock)
}

/// Follows the file until `stop`.
pub async fn follow(home: PathBuf, clock: Clock, stop: CancellationToken) {
    let mut followed = kept(&home).unwrap_or_default();
    loop {
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(LOOK_AFTER) => {} }
        let Some(ahead) = kept(&home).filter(|ahead| *ahead > followed) else { continue };
        clock.advance(ahead - followed);
        followed = ahead;
        say(&format!("time: it is now {}", clock.now().to_rfc3339_opts(SecondsFormat::Secs, true)));
    }
}

/// Moves a house's time on: one that runs follows at once, one that does not when it starts.
///
/// # Errors
/// When there is no house, or its time cannot be moved.
pub fn move_on(home: &Path, by: TimeDelta) -> anyhow::Result<()> {
    let ahead = kept(home).with_context(|| {
        format!("no house whose time can be moved is kept in {}: `dev/run` makes one, with a database of its own", home.display())
    })?;
    let ahead = ahead.checked_add(&by).filter(|ahead| *ahead <= AHEAD_MAX).context("no house goes more than ten years ahead")?;
    write(home, ahead)?;
    let now = Clock::wall().now() + ahead;
    say(&format!("time: moved on by {} h; it is now {}", by.num_hours(), now.to_rfc3339_opts(SecondsFormat::Secs, true)));
    Ok(())
}

fn write(home: &Path, ahead: TimeDelta) -> anyhow::Result<()> {
    let (path, draft) = (file(home), home.join("time-ahead.draft"));
    fs::write(&draft, ahead.num_seconds().to_string()).with_context(|| format!("cannot write {}", draft.display()))?;
    fs::rename(&draft, &path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use dev::scratch::Folder;

    use super::*;

    #[test]
    fn time_goes_on_from_where_it_was_and_starts_anew_with_the_house() {
        let folder = Folder::new("time-test").unwrap();
        assert!(move_on(folder.path(), TimeDelta::hours(48)).is_err(), "no house");
        assert!(clock(folder.path(), true, false).unwrap().held().is_none());
        move_on(folder.path(), TimeDelta::hours(48)).unwrap();
        move_on(folder.path(), TimeDelta::minutes(30)).unwrap();
        let held = clock(folder.path(), true, false).unwrap().held().unwrap();
        assert_eq!((held - Clock::wall().now() + TimeDelta::minutes(1)).num_hours(), 48);
        assert!(move_on(folder.path(), TimeDelta::days(4_000)).is_err());
        assert!(clock(folder.path(), true, true).unwrap().held().is_none(), "a fresh house");
        assert!(clock(folder.path(), false, false).unwrap().held().is_none());
        assert!(move_on(folder.path(), TimeDelta::hours(1)).is_err(), "somebody else's database");
    }
}
