//! Claiming one organisation's share: one transaction in which everything is locked, planned, leased and read.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::delivery::{Quiet, plan};
use store::deliveries::{claim, contents};
use store::{Scope, StoreError, calendars};
use uuid::Uuid;

use super::parcel::{Content, Parcel};
use super::{Courier, LEASE};
use crate::courier::words::Words;

impl Courier {
    /// Claims those of `ids` that can be had, to be sent by so many `hands`: the parcels, and how many were dealt with otherwise.
    pub(super) async fn claim_of(
        &self,
        organisation_id: Uuid,
        ids: &[Uuid],
        hands: usize,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Parcel>, usize), StoreError> {
        let mut tx = self.db.begin(&Scope::house(organisation_id)).await?;
        let waiting = claim::lock(&mut tx, ids, now).await?;
        if waiting.is_empty() {
            tx.commit().await?;
            return Ok((Vec::new(), 0));
        }
        let kept = calendars::newest(&mut tx).await?;
        let quiet = Quiet { window: kept.delivery_window, calendar: &kept.calendar };
        let mut rested = claim::paces(&mut tx, &waiting, now).await?;
        let receivers: BTreeMap<Uuid, Uuid> = waiting.iter().map(|one| (one.id, one.receiver)).collect();
        let planned = plan(waiting, &quiet, &mut rested, hands, now);
        let leases = claim::claim(&mut tx, &planned, &rested, now + LEASE, now).await?;
        let settled = planned.stop.len() + planned.give_up.len() + planned.put_off.len();
        let taken: Vec<Uuid> = leases.iter().map(|lease| lease.id).collect();
        let mut messages = contents::for_people(&mut tx, &taken).await?;
        let mut events = contents::for_systems(&mut tx, &taken, now).await?;
        let versions = messages.values().flat_map(|message| &message.told).filter_map(|told| told.playbook_version);
        let words = Words::of(&mut tx, versions).await?;
        tx.commit().await?;
        let parcels = leases.into_iter().map(|lease| {
            let content = match (messages.remove(&lease.id), events.remove(&lease.id)) {
                (Some(message), _) => self.message(organisation_id, lease.id, &message, &words),
                (None, Some(event)) => self.event(organisation_id, event),
                (None, None) => Content::Nothing,
            };
            let receiver = receivers.get(&lease.id).copied().unwrap_or_default();
            Parcel { organisation_id, lease, receiver, claimed_at: now, content }
        });
        Ok((parcels.collect(), settled))
    }
}
