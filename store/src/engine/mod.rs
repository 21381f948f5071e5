//! The engine of everything that must not stall: what follows from an action, and from time that runs out.
//!
//! # How a floor uses it (leads, deals, hand-overs, documents)
//!
//! Everything happens in the caller's transaction; nothing else has to be called, and nothing is left to be done after the commit.
//!
//! 1. **Make it known.** When a subject is created, and again when its name, unit or department changes: [`introduce`]. It locks the
//!    subject until the transaction ends.
//!    What it belongs to is said with [`relate`]: a deal to its customer, a document to its deal. A visit that counts is then also a deed in
//!    the leads and deals that the rep holds at that customer, and conditions find what they read ([`domain::playbook::FactName`]).
//! 2. **Record what was done**: [`crate::actions::record`] with `subject_kind` and `subject_id` of the subject and a kind of
//!    [`domain::playbook::ActionKind`]. Stage, timers, incidents, interventions and lists follow by themselves.
//!    - `data.owner_id` says who holds the subject from now on (`null`: nobody); `data.fields` writes fields of the playbook; the other keys
//!      are those of [`domain::playbook::ActionKind::data`]. What is not of its type is not taken in: refuse it before.
//!    - An action about several subjects (a visit of a customer and of a deal): [`crate::actions::record_about`].
//!    - `occurred_at` is when the person did it, `recorded_at` is now. A deed that happened in time is in time even if the phone was offline.
//! 3. **Ask before a deed that depends on the stage**: [`stand`] locks the subject and says where it stands, so that two reps cannot both
//!    accept one lead. A deed about several subjects takes them all at once, in one order: [`hold_all`]. Read the stage from it and never from a copy of your own: a floor keeps no stage column.
//! 4. **Show it**: stage, `entered_at` and owner are in `standings` (join it by organisation, kind and id), the open timers in `timers`, the
//!    stages it has been in in `stays`, what ran out in `incidents`. Boards may join these tables and never write them.
//!
//! So accepting a lead is: begin → `stand` (is it offered to this rep?) → `record` `lead.accepted` → commit. The 48-hour breaker,
//! the offer that runs out, the todo, the card and the signal need no line of code in that floor.
//!
//! # What holds
//!
//! - Whoever changes a subject's timers holds its row in `standings`, and takes it before any other row of the engine; of several the rows
//!   are taken in one order.
//! - Everything that follows has an id made from its cause: doing it again changes nothing.
//! - The timekeeper asks over all organisations what is due ([`due::look`]: names only, no locks, a read on one index), and deals with each
//!   organisation's in a transaction of its own scope ([`due::fire`]). Subjects that another worker holds are passed over; what a worker
//!   that died held is free again at once, because it held nothing but row locks.
//! - What is due, and when a deed was recorded, is decided by the database's clock, unless a test holds the clock.
//! - A playbook can be tried on the past before it is put in force ([`simulations`]): nothing is changed by it.
//! - When the playbook or the calendar changes, open timers are counted anew ([`replanning`]): page by page, and each before anything else
//!   happens to it.

mod course;
pub mod due;
mod hold;
pub mod incidents;
mod kin;
mod known;
mod ledger;
mod recount;
pub mod replanning;
pub mod rules;
mod said;
pub mod simulations;
mod standings;

pub use hold::{Hold, Outcome, hold};
pub use kin::{Around, AtCustomer, Kin, at_customers, hold_all, relate, rename, retire, retire_customer, take_along};
pub use recount::recount;
pub use standings::{Subject, introduce};

use std::collections::HashMap;

use domain::playbook::facts::Facts;
use domain::playbook::{Action, ActionKind, SubjectKind};
use uuid::Uuid;

use crate::{StoreError, Tx, cycle_times};
use course::Course;
use ledger::Ledger;
use standings::Key;

/// Locks a subject and reads what the engine knows about it; `None` for one that was never introduced.
///
/// # Errors
/// As any statement.
pub async fn stand(tx: &mut Tx, kind: SubjectKind, id: Uuid) -> Result<Option<Facts>, StoreError> {
    let rules = rules::in_force(tx).await?;
    Ok(standings::lock(tx, &rules, &[(kind, id)]).await?.pop().map(|held| held.facts))
}

/// As [`stand`], for those who only look: nothing is locked.
///
/// # Errors
/// As any statement.
pub async fn look(tx: &mut Tx, kind: SubjectKind, id: Uuid) -> Result<Option<Facts>, StoreError> {
    let rules = rules::in_force(tx).await?;
    Ok(standings::look(tx, &rules, &[(kind, id)]).await?.pop().map(|held| held.facts))
}

/// Does what follows from actions that have just been appended, each with the subjects that it is about. No two are about one subject.
pub(crate) async fn follow(tx: &mut Tx, actions: &[(Action, Vec<Key>)]) -> Result<(), StoreError> {
    if actions.iter().all(|(_, about)| about.is_empty()) {
        return Ok(());
    }
    let rules = rules::in_force(tx).await?;
    let concerned = actions.iter().flat_map(|(action, about)| about.iter().map(move |key| (*key, action)));
    let concerned = concerned.filter(|((kind, _), action)| rules.playbook.concerns(*kind, action)).collect::<HashMap<_, _>>();
    let Some(now) = concerned.values().map(|action| action.recorded_at).max() else { return Ok(()) };
    let keys = concerned.keys().copied().collect::<Vec<_>>();
    let readers = kin::readers(tx, &rules, &keys).await?;
    let all = keys.iter().chain(&readers).copied().collect::<Vec<_>>();
    let mut held = standings::lock(tx, &rules, &all).await?;
    if held.len() < all.len() {
        kin::introduce_known(tx, &keys).await?;
        held = standings::lock(tx, &rules, &all).await?;
    }
    if held.len() < all.len() {
        return Err(StoreError::Corrupt { table: "standings", column: "subject_id" });
    }
    let mut ledger = Ledger::default();
    for held in held {
        let mut course = Course::begin(&rules, held, now, &mut ledger);
        match concerned.get(&course.key()) {
            Some(action) => course.act(&mut ledger, action),
            None => actions.iter().for_each(|(action, _)| course.reconsider(&mut ledger, action)),
        }
        course.end(&mut ledger)?;
    }
    ledger.write(tx, &rules, now).await?;
    // How often they are visited on their way is part of how long it takes.
    let visits = concerned.values().any(|action| action.kind == ActionKind::VisitCounted);
    if visits { cycle_times::keep(tx, &rules, &keys).await } else { Ok(()) }
}
