//! The engine itself, as the role that owns nothing: chores are taken from the queue, done, put off and given up.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "shared with the other tests")]
mod shop_floor;

use platform::Clock;
use store::queue::{self, PhotoChore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use shop_floor::{PIN, ShopFloor, open, photo_of};

/// Asks until the answer is yes; each question is a round trip, and a bound ends what would never end.
async fn until(floor: &ShopFloor, sql: &'static str, id: Uuid) {
    for _ in 0..100_000 {
        if floor.ask::<bool>(sql, id).await {
            return;
        }
    }
    panic!("never came true: {sql}");
}

#[tokio::test]
async fn chores_are_done_put_off_and_given_up() {
    let Some(floor) = open().await else { return };
    let stop = CancellationToken::new();
    let engine = tokio::spawn(workers::run(floor.settings.clone(), Clock::by_hand(floor.clock.now()), stop.clone()));

    let (bytes, customer) = (photo_of(1).encode().unwrap(), floor.customer(Some(PIN)).await);
    let photo = floor.declare(&bytes).await;
    let (visit, _) = floor.visit(customer, photo).await;
    let looked = "select exists (select from graphile_worker._private_jobs where $1::uuid is not null and key = 'await:' || $2::text
                    and (payload->>'looked')::int > 0 and locked_at is null)";
    until(&floor, looked, photo).await;
    assert_eq!(floor.status(visit).await, "awaiting_photos");
    floor.upload(photo, &bytes).await;
    until(&floor, "select status = 'valid' from visits where organisation_id = $1 and id = $2", visit).await;
    until(&floor, "select developed_at is not null and develop_fault is null from photos where organisation_id = $1 and id = $2", photo)
        .await;

    // An organisation without a policy cannot be: a chore that meets one is given up at once, and stays for people to find.
    let mut tx = floor.begin().await;
    sqlx::query("delete from visit_policies where organisation_id = $1").bind(floor.organisation_id).execute(&mut tx).await.unwrap();
    let chore = PhotoChore { organisation_id: floor.organisation_id, photo_id: photo };
    queue::enqueue(&mut tx, queue::DEVELOP_PHOTO, &chore, &format!("broken:{photo}"), None).await.unwrap();
    tx.commit().await.unwrap();
    let buried = "select exists (select from graphile_worker._private_jobs where $1::uuid is not null and key = 'broken:' || $2::text
                    and attempts = 1 and max_attempts = 1 and last_error like '%visit_policies.version%' and locked_at is null)";
    until(&floor, buried, photo).await;

    stop.cancel();
    engine.await.unwrap().unwrap();
}
