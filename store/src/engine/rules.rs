//! The rules that an organisation's subjects go by.

use std::sync::Arc;

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
}

impl Rules {
    /// The organisation's clocks.
    pub fn clocks(&self) -> Clocks<'_> {
        match &self.calendar {
            Some((_, calendar)) => Clocks { working: calendar },
            None => Clocks { working: &WallTime },
        }
    }

    /// The version of the calendar that a timer's due time rests on; `None` when it goes by the wall.
    pub(super) fn calendar_version(&self, timer: &Code) -> Option<i32> {
        let works = self.playbook.timer(timer).is_some_and(|rule| rule.clock == ClockKind::Working);
        self.calendar.as_ref().filter(|_| works).map(|(version, _)| *version)
    }
}

/// The rules in force in the transaction's organisation.
///
/// # Errors
/// As any statement.
pub async fn in_force(tx: &mut Tx) -> Result<Rules, StoreError> {
    let organisation_id = tx.organisation_id();
    let (version, playbook) = playbook::in_force(tx).await?;
    let zone = sqlx::query_scalar!("select zone from organisations where id = $1", organisation_id).fetch_one(&mut *tx).await?;
    let zone = zone.parse().map_err(|_| StoreError::Corrupt { table: "organisations", column: "zone" })?;
    let calendar = if playbook.counts_working_time() {
        let kept = calendars::newest(tx).await?;
        Some((kept.version, kept.calendar))
    } else {
        None
    };
    Ok(Rules { playbook, version, calendar, zone })
}
