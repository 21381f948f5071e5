//! Chores carried out one at a time, against PostgreSQL and an object store.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod shop_floor;

use chrono::TimeDelta;
use dev::photo::PhotoSpec;
use domain::evidence::pdq::Pdq;
use domain::place::Position;
use store::objects::incoming_key;
use store::photos::look_alikes;
use store::queue::CustomerChore;
use store::visits::pins::{self, Decided, Decision, Proposed};
use uuid::Uuid;
use workers::chores::{Fault, Round};
use workers::{EngineRoom, darkroom, doorman, rejudge, sweeper};

use shop_floor::{PIN, ShopFloor, avif, open, photo_of};

const FAULT: &str =
    "select coalesce(develop_fault, 'none') from photos where organisation_id = $1 and id = $2 and developed_at is not null";
const LEFT_OUT: &str = "select coalesce(left_out_code, 'none') from visits where organisation_id = $1 and id = $2";
const STATE: &str = "select state from photos where organisation_id = $1 and id = $2";

/// Where the pin would be a kilometre off.
const ELSEWHERE: Position = Position { lon: 121.4737, lat: 31.239_37 };

#[tokio::test]
async fn an_awaited_photo_is_taken_in_judged_and_developed() {
    let Some(floor) = open().await else { return };
    let (bytes, customer) = (photo_of(1).encode().unwrap(), floor.customer(Some(PIN)).await);
    let photo = floor.declare(&bytes).await;
    let (visit, none) = floor.visit(customer, photo).await;
    assert!(none.is_none());
    doorman::look(&floor.room, floor.awaited(photo)).await.unwrap();
    assert_eq!(floor.status(visit).await, "awaiting_photos");
    let again: i64 = floor
        .ask(
            "select count(*) from graphile_worker._private_jobs where $1::uuid is not null and key = 'await:' || $2::text
                and (payload->>'looked')::int = 1",
            photo,
        )
        .await;
    assert_eq!(again, 1, "it will be looked for again");

    floor.upload(photo, &bytes).await;
    doorman::look(&floor.room, floor.awaited(photo)).await.unwrap();
    assert_eq!(floor.status(visit).await, "valid");
    assert!(floor.room.objects.head(&incoming_key(floor.organisation_id, photo)).await.unwrap().is_none());

    darkroom::develop(&floor.room, floor.chore(photo)).await.unwrap();
    assert_eq!(floor.ask::<String>(FAULT, photo).await, "none");
    let hashes: i64 = floor.ask("select count(*) from photo_hashes where organisation_id = $1 and photo_id = $2", photo).await;
    assert_eq!(hashes, 1);
    let key: String = floor.ask("select thumbnail_key from photos where organisation_id = $1 and id = $2", photo).await;
    let small = floor.room.objects.read(&key, 0, 1 << 20).await.unwrap();
    assert_eq!(image::load_from_memory(&small).unwrap().into_rgb8().dimensions(), (512, 384));
    let verdicts: i64 = floor.ask("select count(*) from verdicts where organisation_id = $1 and visit_id = $2", visit).await;
    assert_eq!(verdicts, 1, "development that finds nothing says nothing");
}

/// Two visits to two customers, each with its photo developed; the later one's code.
async fn reused(floor: &ShopFloor, first: &PhotoSpec, second: &PhotoSpec) -> (String, String) {
    let (here, there) = (floor.customer(Some(PIN)).await, floor.customer(Some(PIN)).await);
    let earlier = floor.landed(&first.encode().unwrap()).await;
    let (first_visit, _) = floor.visit(here, earlier).await;
    floor.clock.advance(TimeDelta::seconds(5));
    let later = floor.landed(&second.encode().unwrap()).await;
    let (second_visit, _) = floor.visit(there, later).await;
    for visit in [first_visit, second_visit] {
        assert_eq!(floor.status(visit).await, "valid", "nothing is known yet");
    }
    // The later one first: whatever the order, the one who used the picture second is asked.
    for photo in [later, earlier] {
        darkroom::develop(&floor.room, floor.chore(photo)).await.unwrap();
    }
    (floor.ask(LEFT_OUT, first_visit).await, floor.ask(LEFT_OUT, second_visit).await)
}

#[tokio::test]
async fn the_same_picture_with_fresh_exif_is_found() {
    let Some(floor) = open().await else { return };
    let first = photo_of(11);
    let second = PhotoSpec { model: "iPhone 15".to_owned(), ..first.clone() };
    assert_eq!(reused(&floor, &first, &second).await, ("none".to_owned(), "photo_reused".to_owned()));
}

#[tokio::test]
async fn a_look_alike_at_another_customer_is_found_and_another_shop_is_not() {
    let Some(floor) = open().await else { return };
    let first = photo_of(21);
    let smaller = PhotoSpec { width: 1200, height: 900, ..first.clone() };
    assert_eq!(reused(&floor, &first, &smaller).await, ("none".to_owned(), "photo_reused".to_owned()));
    let pairs: i64 = floor.ask("select count(*) from look_alikes where organisation_id = $1 and $2::uuid is not null", Uuid::nil()).await;
    assert_eq!(pairs, 2, "both ways round");
    assert_eq!(reused(&floor, &photo_of(22), &photo_of(23)).await, ("none".to_owned(), "none".to_owned()));
}

#[tokio::test]
async fn the_search_reaches_to_its_window_s_end_and_to_its_last_bit_in_every_turn() {
    let Some(floor) = open().await else { return };
    let photo = floor.landed(&photo_of(25).encode().unwrap()).await;
    darkroom::develop(&floor.room, floor.chore(photo)).await.unwrap();
    let text: String = floor.ask("select pdq::text from photos where organisation_id = $1 and id = $2", photo).await;
    let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(text.get(at * 8..at * 8 + 8).unwrap(), 2).unwrap()).collect();
    let hash = Pdq(bytes.try_into().unwrap());
    let flipped = |bits: usize| -> Vec<u8> {
        hash.0
            .iter()
            .enumerate()
            .map(|(at, byte)| byte ^ u8::try_from((1_u32 << bits.saturating_sub(at * 8).min(8)) - 1).unwrap())
            .collect()
    };
    let mut expected = Vec::new();
    for (hours, other, distance) in [
        (0, flipped(64), Some(64)),
        (0, flipped(65), None),
        (24 * 90, flipped(3), Some(3)),
        (24 * 90 + 1, flipped(0), None),
        (24 * 15, flipped(5), Some(5)),
    ]
    .into_iter()
    .chain((1..8).map(|turn| (24 * 40, hash.dihedral().get(turn).unwrap().0.to_vec(), Some(0))))
    {
        let id = floor.ids.next();
        let mut tx = floor.begin().await;
        sqlx::query(
            "with copy as (
                insert into photos (organisation_id, id, rep_id, purpose, sha256, bytes, content_type, state, declared_at, upload_expires_at,
                    landed_at, object_key, reading)
                select organisation_id, $3, rep_id, purpose, sha256, bytes, content_type, state, declared_at, upload_expires_at,
                    landed_at - $4 * interval '1 hour', object_key, reading from photos where organisation_id = $1 and id = $2
                returning landed_at)
             insert into photo_hashes (organisation_id, landed_at, photo_id, pdq) select $1, landed_at, $3, ('x' || encode($5, 'hex'))::bit(256) from copy",
        )
        .bind(floor.organisation_id)
        .bind(photo)
        .bind(id)
        .bind(hours)
        .bind(other)
        .execute(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        expected.extend(distance.map(|distance| (id, distance)));
    }
    let mut tx = floor.begin().await;
    assert_eq!(look_alikes::search(&mut tx, photo, 64).await.unwrap(), expected.len() as u64);
    assert_eq!(look_alikes::search(&mut tx, photo, 64).await.unwrap(), 0, "nothing is new the second time");
    let found: Vec<(Uuid, i32)> = sqlx::query_as(
        "select twin_photo_id, distance from look_alikes where organisation_id = $1 and photo_id = $2 order by twin_photo_id",
    )
    .bind(floor.organisation_id)
    .bind(photo)
    .fetch_all(&mut tx)
    .await
    .unwrap();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn look_alikes_of_another_organisation_are_nobodys_business() {
    let (Some(floor), Some(other)) = (open().await, open().await) else { return };
    let bytes = photo_of(31).encode().unwrap();
    for floor in [&floor, &other] {
        let photo = floor.landed(&bytes).await;
        darkroom::develop(&floor.room, floor.chore(photo)).await.unwrap();
        let pairs: i64 = floor.ask("select count(*) from look_alikes where organisation_id = $1 and $2::uuid is not null", photo).await;
        assert_eq!(pairs, 0);
    }
}

#[tokio::test]
async fn changed_and_missing_bytes_are_never_passed_over_in_silence() {
    let Some(floor) = open().await else { return };
    for (what, fault) in [(Some(photo_of(42).encode().unwrap()), "bytes_changed"), (None, "object_missing")] {
        let photo = floor.landed(&photo_of(41).encode().unwrap()).await;
        let key: String = floor.ask("select object_key from photos where organisation_id = $1 and id = $2", photo).await;
        match what {
            Some(bytes) => floor.room.objects.put_small(&key, "image/jpeg", bytes).await.unwrap(),
            None => floor.room.objects.delete(&key).await.unwrap(),
        }
        darkroom::develop(&floor.room, floor.chore(photo)).await.unwrap();
        assert_eq!(floor.ask::<String>(FAULT, photo).await, fault);
        let recorded: String = floor
            .ask(
                "select data->>'fault' from actions where organisation_id = $1 and subject_id = $2 and kind = 'photo.found_damaged'",
                photo,
            )
            .await;
        assert_eq!(recorded, fault);
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_written_down() {
    let Some(floor) = open().await else { return };
    let mut cut = photo_of(51).encode().unwrap();
    cut.truncate(5000);
    let (photo, customer) = (floor.landed(&cut).await, floor.customer(Some(PIN)).await);
    let (visit, _) = floor.visit(customer, photo).await;
    darkroom::develop(&floor.room, floor.chore(photo)).await.unwrap();
    assert_eq!(floor.ask::<String>(FAULT, photo).await, "undecodable");
    assert_eq!(floor.status(visit).await, "review", "nobody can see the shop on it, so somebody has to look");
}

#[tokio::test]
async fn an_avif_has_no_thumbnail_says_why_and_counts_all_the_same() {
    let Some(floor) = open().await else { return };
    let (bytes, customer) = (avif::with_exif_of(&photo_of(52).encode().unwrap()), floor.customer(Some(PIN)).await);
    let photo = floor.landed(&bytes).await;
    let (visit, recorded) = floor.visit(customer, photo).await;
    assert_eq!(recorded.unwrap().verdict.status, domain::visits::VerdictStatus::Valid);
    darkroom::develop(&floor.room, floor.chore(photo)).await.unwrap();
    assert_eq!(floor.ask::<String>(FAULT, photo).await, "no_decoder");
    assert_eq!(floor.status(visit).await, "valid");
    let verdicts: i64 = floor.ask("select count(*) from verdicts where organisation_id = $1 and visit_id = $2", visit).await;
    assert_eq!(verdicts, 1, "what cannot be developed says nothing against the visit");
    // The very bytes are recognised without a decoder.
    let (again, recorded) = floor.visit(customer, photo).await;
    assert_eq!(recorded.unwrap().verdict.status, domain::visits::VerdictStatus::Invalid, "{again}");
}

#[tokio::test]
async fn a_photo_is_given_up_only_after_its_time_and_on_the_stores_word() {
    let Some(floor) = open().await else { return };
    let (bytes, customer) = (photo_of(61).encode().unwrap(), floor.customer(Some(PIN)).await);
    let photo = floor.declare(&bytes).await;
    let (visit, _) = floor.visit(customer, photo).await;
    floor.clock.advance(TimeDelta::minutes(15) + TimeDelta::seconds(59));
    doorman::look(&floor.room, floor.awaited(photo)).await.unwrap();
    assert_eq!(floor.ask::<String>(STATE, photo).await, "declared", "an upload may still be ending");

    floor.clock.advance(TimeDelta::minutes(30));
    let mut settings = floor.settings.clone();
    settings.s3.endpoint = "http://127.0.0.1:9".to_owned();
    let cut_off = EngineRoom::open(&settings, floor.clock.clone()).unwrap();
    let away = doorman::look(&cut_off, floor.awaited(photo)).await;
    assert!(matches!(away, Err(Fault::Retry { .. })), "{away:?}");
    assert_eq!(floor.ask::<String>(STATE, photo).await, "declared", "the store has not said that it is not there");

    doorman::look(&floor.room, floor.awaited(photo)).await.unwrap();
    assert_eq!(floor.ask::<String>(STATE, photo).await, "expired");
    assert_eq!((floor.status(visit).await, floor.ask::<String>(LEFT_OUT, visit).await), ("invalid".to_owned(), "photo_missing".to_owned()));
}

#[tokio::test]
async fn an_upload_that_differs_is_thrown_away_and_waited_for_again() {
    let Some(floor) = open().await else { return };
    let bytes = photo_of(71).encode().unwrap();
    let photo = floor.declare(&bytes).await;
    let mut other = bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    floor.upload(photo, &other).await;
    doorman::look(&floor.room, floor.awaited(photo)).await.unwrap();
    assert_eq!(floor.ask::<String>(STATE, photo).await, "declared");
    floor.upload(photo, &bytes).await;
    doorman::look(&floor.room, floor.awaited(photo)).await.unwrap();
    assert_eq!(floor.ask::<String>(STATE, photo).await, "landed");
}

#[tokio::test]
async fn an_accepted_pin_heals_the_visits_it_left_out() {
    let Some(floor) = open().await else { return };
    let (customer, misplaced) = (floor.customer(None).await, floor.customer(Some(ELSEWHERE)).await);
    let mut visits = Vec::new();
    for (seed, customer) in [(81, customer), (82, customer), (83, misplaced)] {
        let photo = floor.landed(&photo_of(seed).encode().unwrap()).await;
        visits.push(floor.visit(customer, photo).await.0);
    }
    assert_eq!(floor.status(visits[0]).await, "review");
    assert_eq!(floor.ask::<String>(LEFT_OUT, visits[2]).await, "outside_fence");

    let mut tx = floor.begin().await;
    let proposed = pins::propose(&mut tx, visits[2], floor.clock.now(), &floor.ids).await.unwrap();
    let Proposed::Opened(third) = proposed else { panic!("{proposed:?}") };
    assert_eq!(pins::propose(&mut tx, visits[2], floor.clock.now(), &floor.ids).await.unwrap(), Proposed::Already(third));
    assert_eq!(pins::propose(&mut tx, Uuid::nil(), floor.clock.now(), &floor.ids).await.unwrap(), Proposed::NotFound);
    let first_page = pins::proposals(&mut tx, &pins::Page { limit: 1, ..pins::Page::default() }).await.unwrap();
    assert_eq!(first_page.len(), 2, "one more than asked for");
    let after = Some((first_page[0].created_at, first_page[0].id));
    let rest = pins::proposals(&mut tx, &pins::Page { after, limit: 10, customer_id: None }).await.unwrap();
    assert_eq!(rest.len(), 2);
    let of_misplaced = pins::proposals(&mut tx, &pins::Page { customer_id: Some(misplaced), limit: 10, after: None }).await.unwrap();
    assert!((of_misplaced[0].distance_m.unwrap() - 998.0).abs() < 5.0, "{:?}", of_misplaced[0].distance_m);
    tx.commit().await.unwrap();

    let mut tx = floor.begin().await;
    let own = first_page.iter().find(|proposal| proposal.customer_id == customer).unwrap();
    let decided = pins::decide(&mut tx, own.id, Decision::Accept, floor.clock.now(), &floor.ids).await.unwrap();
    assert_eq!(decided, Decided::Accepted { customer_id: customer, version: 2 });
    let again = pins::decide(&mut tx, own.id, Decision::Reject, floor.clock.now(), &floor.ids).await.unwrap();
    assert_eq!(again, Decided::Already("accepted".to_owned()));
    let rejected = pins::decide(&mut tx, third, Decision::Reject, floor.clock.now(), &floor.ids).await.unwrap();
    assert_eq!(rejected, Decided::Rejected { customer_id: misplaced });
    tx.commit().await.unwrap();
    let superseded: i64 = floor
        .ask("select count(*) from pin_proposals where organisation_id = $1 and customer_id = $2 and state = 'superseded'", customer)
        .await;
    assert_eq!(superseded, 1);

    for customer_id in [customer, misplaced] {
        rejudge::customer(&floor.room, CustomerChore { organisation_id: floor.organisation_id, customer_id }).await.unwrap();
    }
    assert_eq!((floor.status(visits[0]).await, floor.status(visits[1]).await), ("valid".to_owned(), "valid".to_owned()));
    assert_eq!(floor.status(visits[2]).await, "invalid", "its pin was not moved");
    let cause: String = floor.ask("select cause from verdicts where organisation_id = $1 and visit_id = $2 and seq = 2", visits[0]).await;
    assert_eq!(cause, "pin_changed");
}

#[tokio::test]
async fn a_watermarked_copy_is_made_once_and_only_for_a_visit() {
    let Some(floor) = open().await else { return };
    let (photo, customer) = (floor.landed(&photo_of(91).encode().unwrap()).await, floor.customer(Some(PIN)).await);
    darkroom::watermark(&floor.room, floor.chore(photo)).await.unwrap();
    let keys = "select count(watermark_key) from photos where organisation_id = $1 and id = $2";
    assert_eq!(floor.ask::<i64>(keys, photo).await, 0, "no visit, no stamp");
    floor.visit(customer, photo).await;
    darkroom::watermark(&floor.room, floor.chore(photo)).await.unwrap();
    let key: String = floor.ask("select watermark_key from photos where organisation_id = $1 and id = $2", photo).await;
    let copy = floor.room.objects.read(&key, 0, 1 << 22).await.unwrap();
    assert_eq!(image::load_from_memory(&copy).unwrap().into_rgb8().dimensions(), (1280, 960));
    floor.room.objects.delete(&key).await.unwrap();
    darkroom::watermark(&floor.room, floor.chore(photo)).await.unwrap();
    assert!(floor.room.objects.head(&key).await.unwrap().is_none(), "made once");
}

#[tokio::test]
async fn the_sweeper_takes_what_is_old_and_leaves_the_rest() {
    let Some(floor) = open().await else { return };
    let mut tx = floor.begin().await;
    for (key, days) in [("old", 31), ("young", 29)] {
        sqlx::query(
            "insert into idempotent_answers (organisation_id, actor_id, route, key, body_sha256, status, answer, created_at)
             values ($1, $2, 'r', $3, '', 201, '{}', $4)",
        )
        .bind(floor.organisation_id)
        .bind(floor.rep_id)
        .bind(key)
        .bind(floor.clock.now() - TimeDelta::days(days))
        .execute(&mut tx)
        .await
        .unwrap();
        sqlx::query("insert into challenges (organisation_id, id, rep_id, issued_at, expires_at) values ($1, $2, $3, $4, $4)")
            .bind(floor.organisation_id)
            .bind(floor.ids.next())
            .bind(floor.rep_id)
            .bind(floor.clock.now() - TimeDelta::days(days))
            .execute(&mut tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    sweeper::daily(&floor.room, Round {}).await.unwrap();
    let kept: String = floor
        .ask("select string_agg(key, ',') from idempotent_answers where organisation_id = $1 and $2::uuid is not null", floor.rep_id)
        .await;
    assert_eq!(kept, "young");
    assert_eq!(floor.ask::<i64>("select count(*) from challenges where organisation_id = $1 and rep_id = $2", floor.rep_id).await, 1);
    let partitions: i64 = floor
        .ask(
            "select count(*) from pg_class where $1::uuid <> $2 and relname in ('actions_202612', 'actions_202701') and relrowsecurity",
            Uuid::nil(),
        )
        .await;
    assert_eq!(partitions, 2, "made by a role that may not change the schema");
}

#[tokio::test]
async fn files_of_customers_that_nobody_applies_are_taken_away_in_batches() {
    let Some(floor) = open().await else { return };
    let imports =
        [("checked", 15, 4_500), ("refused", 15, 1), ("reading", 15, 1), ("discarded", 15, 1), ("applied", 15, 3), ("checked", 13, 2)];
    let mut ids = Vec::new();
    for (state, days, lines) in imports {
        let mut tx = floor.begin().await;
        let id = floor.ids.next();
        sqlx::query(
            "insert into customer_imports (organisation_id, id, created_by, unit_id, state, lines, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(floor.organisation_id)
        .bind(id)
        .bind(floor.rep_id)
        .bind(floor.unit_id)
        .bind(state)
        .bind(lines)
        .bind(floor.clock.now() - TimeDelta::days(days))
        .execute(&mut tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into customer_import_lines (organisation_id, import_id, line, outcome, fresh_id, name)
             select $1, $2, n, 'create', gen_random_uuid(), 'x' from generate_series(1, $3) n",
        )
        .bind(floor.organisation_id)
        .bind(id)
        .bind(lines)
        .execute(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        ids.push(id);
    }
    // Somebody is applying the second one at this very moment: it is left for another day.
    let mut applying = floor.begin().await;
    sqlx::query("select 1 from customer_imports where id = $1 for update").bind(ids[1]).fetch_one(&mut applying).await.unwrap();
    sweeper::daily(&floor.room, Round {}).await.unwrap();
    let left =
        "select string_agg(state || ' ' || (select count(*) from customer_import_lines l where l.import_id = i.id), ', ' order by id)
                from customer_imports i where organisation_id = $1 and $2::uuid is not null";
    assert_eq!(floor.ask::<String>(left, floor.rep_id).await, "refused 1, applied 3, checked 2");
    applying.rollback().await;
    sweeper::daily(&floor.room, Round {}).await.unwrap();
    assert_eq!(floor.ask::<String>(left, floor.rep_id).await, "applied 3, checked 2");
    let told = "select count(*) from actions where organisation_id = $1 and kind = 'customers.import_discarded' and $2::uuid is not null";
    assert_eq!(floor.ask::<i64>(told, floor.rep_id).await, 3, "and the log says so");
}

#[tokio::test]
async fn overdue_photos_are_looked_for_and_left_uploads_taken_away() {
    let Some(floor) = open().await else { return };
    let bytes = photo_of(95).encode().unwrap();
    let (landed, open_still, overdue) = (floor.landed(&bytes).await, floor.declare(&bytes).await, floor.declare(&bytes).await);
    for photo in [landed, open_still] {
        floor.upload(photo, &bytes).await;
    }
    // The object store goes by the wall clock.
    floor.clock.advance(chrono::TimeDelta::days(3650));
    let mut tx = floor.begin().await;
    sqlx::query("update photos set upload_expires_at = $3 where organisation_id = $1 and id = $2")
        .bind(floor.organisation_id)
        .bind(open_still)
        .bind(floor.clock.now())
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    sweeper::hourly(&floor.room, Round {}).await.unwrap();
    let left = |photo| incoming_key(floor.organisation_id, photo);
    assert!(floor.room.objects.head(&left(landed)).await.unwrap().is_none());
    assert!(floor.room.objects.head(&left(open_still)).await.unwrap().is_some());
    let queued: i64 = floor
        .ask("select count(*) from graphile_worker._private_jobs where $1::uuid is not null and key = 'await:' || $2::text", overdue)
        .await;
    assert_eq!(queued, 1);
    let not_queued: i64 = floor
        .ask("select count(*) from graphile_worker._private_jobs where $1::uuid is not null and key = 'await:' || $2::text", open_still)
        .await;
    assert_eq!(not_queued, 0);
}
