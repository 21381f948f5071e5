//! The doorman waits for photos that a visit was submitted without: looks whether the upload has arrived, more and more seldom, takes it
//! in when it has, and gives it up when its time is over.

use std::time::Duration;

use chrono::TimeDelta;
use store::photos::arrival::{self, Arrival};
use store::photos::{self, Landing, Photo, PhotoState};
use store::queue::{self, AwaitChore};
use store::{Scope, StoreError};

use crate::EngineRoom;
use crate::chores::Fault;

/// An upload that began within its window may take this long to end.
const GRACE: TimeDelta = TimeDelta::seconds(60);
/// The first look after one in vain, doubling up to the last.
const FIRST_AFTER: Duration = Duration::from_secs(1);
const LAST_AFTER: Duration = Duration::from_secs(30);

/// Looks once.
///
/// # Errors
/// [`Fault::Retry`] while S3 or the database is away. Time in which S3 did not answer is never held against the rep: a photo is given up
/// only after S3 has said, past the window's end, that it is not there.
pub async fn look(room: &EngineRoom, chore: AwaitChore) -> Result<(), Fault> {
    let scope = Scope::house(chore.organisation_id);
    let mut tx = room.db.begin(&scope).await?;
    let photo = photos::find(&mut tx, chore.photo_id).await?;
    tx.commit().await?;
    let Some(photo) = photo else { return Ok(()) };
    match photo.state {
        PhotoState::Landed => arrival::clear_incoming(&room.objects, photo.organisation_id, photo.id).await,
        PhotoState::Expired => {}
        PhotoState::Declared => {
            // The instant before the look: what S3 says afterwards holds for it.
            let is_over = room.clock.now() > photo.upload_expires_at + GRACE;
            match arrival::take_in(&room.objects, &photo, room.ids.next(), room.clock.now()).await? {
                Arrival::Landed(landing) => make_final(room, &scope, &landing).await?,
                Arrival::NotThere | Arrival::Differs if is_over => give_up(room, &scope, &photo).await?,
                Arrival::NotThere | Arrival::Differs => look_again(room, &scope, chore).await?,
            }
        }
    }
    Ok(())
}

async fn make_final(room: &EngineRoom, scope: &Scope, landing: &Landing) -> Result<(), StoreError> {
    let mut tx = room.db.begin(scope).await?;
    let is_first = photos::make_final(&mut tx, landing, room.clock.now(), &room.ids).await?;
    tx.commit().await?;
    if !is_first {
        // Somebody else's copy is final; nothing points to this one.
        room.objects.delete(&landing.object_key).await?;
    }
    arrival::clear_incoming(&room.objects, scope.organisation_id, landing.photo_id).await;
    Ok(())
}

async fn give_up(room: &EngineRoom, scope: &Scope, photo: &Photo) -> Result<(), StoreError> {
    let mut tx = room.db.begin(scope).await?;
    let given_up = photos::give_up(&mut tx, photo.id, room.clock.now(), &room.ids).await?;
    tx.commit().await?;
    if given_up {
        tracing::info!(photo_id = %photo.id, "a photo never came");
    }
    Ok(())
}

async fn look_again(room: &EngineRoom, scope: &Scope, chore: AwaitChore) -> Result<(), StoreError> {
    let again = AwaitChore { looked: chore.looked.saturating_add(1), ..chore };
    let mut tx = room.db.begin(scope).await?;
    queue::enqueue_after(&mut tx, queue::AWAIT_PHOTO, &again, &format!("await:{}", chore.photo_id), pause(chore.looked)).await?;
    tx.commit().await
}

/// How long to wait after having looked `looked` times before.
fn pause(looked: u32) -> Duration {
    FIRST_AFTER.saturating_mul(2_u32.saturating_pow(looked)).min(LAST_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_one_second_to_half_a_minute() {
        let pauses: Vec<u64> = [0, 1, 2, 3, 4, 5, 6, u32::MAX].iter().map(|looked| pause(*looked).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
    }
}
