use chrono::TimeDelta;
use domain::place::Datum;
use store::StoreError;
use store::customers::pins::{self, PinSource};
use store::customers::{Customer, fences, is_own_unit, own_units, records};

use crate::{Ground, now, on_a_ground, pin};

#[test]
fn a_customer_comes_back_as_it_was_written() {
    on_a_ground(async |ground: Ground| {
        let mut customer = ground.customer(ground.first, "晨光便利店");
        customer.external_id = Some("C-1".into());
        customer.address = Some("人民路".into());
        customer.own_fence_m = Some(150.0);
        // Hong Kong: providers differ on whether the ground is shifted, so both readings are kept.
        customer.pin = Some(pin(22.279_181_0, 114.163_095_1, Datum::Gcj02));
        assert!(customer.pin.unwrap().located.otherwise.is_some());
        ground.add(&customer).await;
        let mut tx = ground.house().await;
        assert_eq!(records::find(&mut tx, customer.id).await.unwrap(), Some(customer.clone()));
        assert!(!records::insert(&mut tx, &ground.ids, &customer).await.unwrap(), "the id is taken");
        let other = Customer { id: ground.ids.next(), ..customer };
        let refused = records::insert(&mut tx, &ground.ids, &other).await.unwrap_err();
        assert_eq!(refused.constraint(), Some("customer_external_id_unique"));
    });
}

#[test]
fn a_customer_is_seen_around_its_unit_and_owned_from_above() {
    on_a_ground(async |ground: Ground| {
        let customer = ground.customer(ground.east, "甲");
        ground.add(&customer).await;
        for (unit_id, seen, owned) in [
            (ground.head, true, true),
            (ground.east, true, true),
            (ground.first, true, false),
            (ground.second, true, false),
            (ground.south, false, false),
        ] {
            let mut tx = ground.within(unit_id).await;
            assert_eq!(records::find(&mut tx, customer.id).await.unwrap().is_some(), seen);
            let held = records::hold(&mut tx, customer.id).await.unwrap();
            assert_eq!(held.is_some_and(|held| held.is_own), owned);
            assert_eq!(is_own_unit(&mut tx, ground.east).await.unwrap(), owned);
        }
        let mut tx = ground.within(ground.east).await;
        let mut names: Vec<_> = own_units(&mut tx).await.unwrap().into_iter().map(|(_, name)| name).collect();
        names.sort();
        assert_eq!(names, ["一组", "二组", "华东"]);
        let stranger = ground.stranger().await;
        assert!(records::find(&mut stranger.house().await, customer.id).await.unwrap().is_none());
        assert!(!is_own_unit(&mut stranger.house().await, ground.east).await.unwrap());
    });
}

#[test]
fn a_change_is_recorded_and_a_moved_pin_has_its_visits_judged_again() {
    on_a_ground(async |ground: Ground| {
        let customer = Customer { pin: Some(pin(31.2, 121.4, Datum::Wgs84)), ..ground.customer(ground.first, "甲") };
        ground.add(&customer).await;
        let mut renamed = customer.clone();
        renamed.name = "乙".into();
        let moved = Customer { pin: Some(pin(31.3, 121.4, Datum::Gcj02)), ..renamed.clone() };
        for (visit, after, version, pin_changes, chores) in [
            ("valid", &renamed, 2, 0, 0),
            ("valid", &moved, 3, 1, 0),
            // From here on there is a visit that did not count.
            ("review", &moved, 3, 1, 0),
            ("review", &renamed, 4, 2, 1),
        ] {
            ground.visit(customer.id, visit).await;
            let mut tx = ground.house().await;
            let before = records::hold(&mut tx, customer.id).await.unwrap().unwrap().customer;
            records::change(&mut tx, &ground.ids, now(), &before, after).await.unwrap();
            tx.commit().await.unwrap();
            let kept = records::find(&mut ground.house().await, customer.id).await.unwrap().unwrap();
            assert_eq!((kept.version, &kept.name, kept.pin.unwrap().sent), (version, &after.name, after.pin.unwrap().sent));
            assert_eq!(ground.actions("customer.pin_changed").await, pin_changes);
            assert_eq!(ground.chores(customer.id).await, chores);
        }
        assert_eq!(ground.actions("customer.changed").await, 1);
        let mut tx = ground.house().await;
        let accepted = store::customers::Pin { source: PinSource::Visit, ..pin(31.25, 121.4, Datum::Wgs84) };
        pins::replace(&mut tx, &ground.ids, now(), customer.id, (None, Some(&accepted))).await.unwrap();
        assert_eq!(records::find(&mut tx, customer.id).await.unwrap().unwrap().pin, Some(accepted));
        pins::replace(&mut tx, &ground.ids, now(), customer.id, (Some(&accepted), None)).await.unwrap();
        assert_eq!(records::find(&mut tx, customer.id).await.unwrap().unwrap().pin, None);
    });
}

#[test]
fn a_deleted_customer_is_gone_and_frees_its_number() {
    on_a_ground(async |ground: Ground| {
        let customer = Customer { external_id: Some("C-1".into()), ..ground.customer(ground.first, "甲") };
        ground.add(&customer).await;
        let mut tx = ground.house().await;
        records::delete(&mut tx, &ground.ids, now(), customer.id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(records::find(&mut ground.house().await, customer.id).await.unwrap().is_none());
        assert!(records::hold(&mut ground.house().await, customer.id).await.unwrap().is_none());
        ground.add(&Customer { id: ground.ids.next(), ..customer }).await;
        assert_eq!(ground.actions("customer.deleted").await, 1);
    });
}

#[test]
fn the_fence_is_that_of_the_policy_in_force() {
    on_a_ground(async |ground: Ground| {
        let mut tx = ground.house().await;
        for (version, fence_m, days) in [(2, 90.0, 10), (3, 70.0, 20)] {
            sqlx::query("insert into visit_policies values ($1, $2, jsonb_build_object('fence_m', $3::float8), $4, null, now())")
                .bind(ground.organisation_id)
                .bind(version)
                .bind(fence_m)
                .bind(now() + TimeDelta::days(days))
                .execute(&mut tx)
                .await
                .unwrap();
        }
        let default = domain::visits::policy::VisitPolicy::default().fence_m;
        for (days, fence_m) in [(-365, default), (1, 200.0), (15, 90.0), (25, 70.0)] {
            let in_force_m = fences::in_force_m(&mut tx, now() + TimeDelta::days(days)).await.unwrap();
            assert!((in_force_m - fence_m).abs() < f64::EPSILON, "{days}: {in_force_m}");
        }
        sqlx::query("update visit_policies set policy = '{\"fence_m\": \"wide\"}'").execute(&mut tx).await.unwrap();
        assert!(matches!(fences::in_force_m(&mut tx, now()).await, Err(StoreError::Corrupt { .. })));
    });
}
