//! The rules that an organisation's subjects go by.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::calendars::Calendar;
use domain::playbook::{ClockKind, Clocks, Code, Playbook, WallTime};

use crate::{StoreError, Tx, calendars, playbook};

/// The playbook in force, by which clocks, and where days begin.
#[derive(Debug, Clone)]
pub struct Rules {
    pub playbook: Arc<Playbook>,
    pub version: i32,
    /// Read only for playbooks in which a timer goes by working time.
    calendar: Option<(i32, Calendar)>,
    pub zone: Tz,
    /// Since when all of this has been in force.
    pub in_force_at: DateTime<Utc>,
}

impl Rules {
    /// The organisation's clocks.
    pub fn clocks(&self) -> Clocks<'_> {
        match &self.calendar {
            Some((_, calendar)) => Clocks { working: calendar },
            None => Clocks { working: &WallTime },
        }
    }

    /// The version of the calendar in force, where a timer goes by it.
    pub(super) fn newest_calendar(&self) -> Option<i32> {
        self.calendar.as_ref().map(|(version, _)| *version)
    }

    /// The version of the calendar that a timer's due time rests on; `None` when it goes by the wall.
    pub(super) fn calendar_version(&self, timer: &Code) -> Option<i32> {
        let works = self.playbook.timer(timer).is_some_and(|rule| rule.clock == ClockKind::Working);
        self.calendar.as_ref().filter(|_| works).map(|(version, _)| *version)
    }
}

/// The rules in force in the transaction's organisation: read once for all that happens in it.
///
/// # Errors
/// As any statement.
pub async fn in_force(tx: &mut Tx) -> Result<Arc<Rules>, StoreError> {
    if let Some(rules) = &tx.rules {
        return Ok(Arc::clone(rules));
    }
    let rules = Arc::new(read(tx).await?);
    tx.rules = Some(Arc::clone(&rules));
    Ok(rules)
}

/// Keeps what was read of the playbook in force together with other facts, so that it is not asked for again; nothing where the rules need
/// more than that.
pub(crate) fn remember(tx: &mut Tx, version: i32, sha256: &[u8], since: DateTime<Utc>, zone: Tz) {
    let playbook = playbook::kept(sha256).filter(|playbook| !playbook.counts_working_time());
    if let Some(playbook) = playbook.filter(|_| tx.rules.is_none()) {
        tx.rules = Some(Arc::new(Rules { playbook, version, calendar: None, zone, in_force_at: since }));
    }
}

/// As [`in_force`], after this very transaction has changed them.
pub(super) async fn in_force_now(tx: &mut Tx) -> Result<Arc<Rules>, StoreError> {
    tx.rules = None;
    in_force(tx).await
}

/// The rules as they would be with another playbook in force.
///
/// # Errors
/// As any statement.
pub(super) async fn on_trial(tx: &mut Tx, playbook: Arc<Playbook>, version: i32) -> Result<Rules, StoreError> {
    let Rules { zone, in_force_at, .. } = *in_force(tx).await?;
    let calendar = if playbook.counts_working_time() {
        let kept = calendars::newest(tx).await?;
        Some((kept.version, kept.calendar))
    } else {
        None
    };
    Ok(Rules { playbook, version, calendar, zone, in_force_at })
}

async fn read(tx: &mut Tx) -> Result<Rules, StoreError> {
    let playbook::InForce { version, playbook, since, zone } = playbook::in_force(tx).await?;
    let zone = zone.parse().map_err(|_| StoreError::Corrupt { table: "organisations", column: "zone" })?;
    if !playbook.counts_working_time() {
        return Ok(Rules { playbook, version, calendar: None, zone, in_force_at: since });
    }
    let kept = calendars::newest(tx).await?;
    let in_force_at = since.max(kept.created_at);
    Ok(Rules { playbook, version, calendar: Some((kept.version, kept.calendar)), zone, in_force_at })
}
