use chrono::TimeDelta;
use domain::place::{Datum, SentPosition};
use store::customers::imports::{self, Applied, Import, ImportState, LineOutcome, StagedLine, Verdict};
use store::customers::list::{Wanted, by_name};
use store::customers::{Customer, records};
use uuid::Uuid;

use crate::{Ground, now, on_a_ground, pin};

impl Ground {
    async fn open(&self, unit_id: Uuid) -> Import {
        let import = Import {
            id: self.ids.next(),
            datum: Some(Datum::Gcj02),
            unit_id,
            state: ImportState::Reading,
            lines: 0,
            faults: 0,
            creates: 0,
            updates: 0,
            unchanged: 0,
            file_sha256: None,
            created_at: now(),
            applied_at: None,
        };
        let mut tx = self.within(unit_id).await;
        imports::begin(&mut tx, &import).await.unwrap();
        tx.commit().await.unwrap();
        import
    }

    fn line(&self, line: i32, external_id: &str, name: &str) -> StagedLine {
        let external_id = Some(external_id.to_owned()).filter(|number| !number.is_empty());
        StagedLine { line, fresh_id: self.ids.next(), external_id, name: Some(name.to_owned()), ..StagedLine::default() }
    }

    /// Stages and matches `lines` on behalf of `unit_id`.
    async fn check(&self, unit_id: Uuid, lines: &[StagedLine]) -> Import {
        let import = self.open(unit_id).await;
        let mut tx = self.within(unit_id).await;
        assert!(imports::stage(&mut tx, import.id, lines).await.unwrap());
        imports::match_lines(&mut tx, &import).await.unwrap();
        let import = imports::finish(&mut tx, &self.ids, now(), import.id, Verdict::Checked, &[1; 32]).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        import
    }

    async fn apply(&self, unit_id: Uuid, import_id: Uuid, skip_faults: bool) -> Applied {
        let mut tx = self.within(unit_id).await;
        let applied = imports::apply(&mut tx, &self.ids, now(), import_id, skip_faults).await.unwrap();
        tx.commit().await.unwrap();
        applied
    }
}

fn located(line: StagedLine, lat: f64, lon: f64) -> StagedLine {
    let sent = SentPosition { lat, lon, datum: Datum::Gcj02 };
    StagedLine { pin: Some((sent, sent.to_wgs84().unwrap())), ..line }
}

fn counts(import: &Import) -> (ImportState, [i32; 5]) {
    (import.state, [import.lines, import.faults, import.creates, import.updates, import.unchanged])
}

#[test]
fn a_file_makes_customers_and_the_same_file_again_changes_nothing() {
    on_a_ground(async |ground: Ground| {
        let file = || {
            let mut second = located(ground.line(3, "C2", "二号"), 22.279_181, 114.163_095);
            (second.address, second.unit_id, second.fence_m) = (Some("路".into()), Some(ground.first), Some(99.0));
            vec![located(ground.line(2, "C1", "一号"), 31.2284, 121.4782), second, ground.line(5, "", "没有编号")]
        };
        let import = ground.check(ground.east, &file()).await;
        assert_eq!(counts(&import), (ImportState::Checked, [3, 0, 3, 0, 0]));
        assert_eq!(by_name(&mut ground.house().await, &Wanted::default(), None, 9).await.unwrap(), [], "nothing before it is applied");
        let Applied::Done(applied) = ground.apply(ground.east, import.id, false).await else { panic!() };
        assert_eq!(counts(&applied), (ImportState::Applied, [3, 0, 3, 0, 0]));
        let Applied::Done(again) = ground.apply(ground.east, import.id, true).await else { panic!() };
        assert_eq!((counts(&again), again.applied_at), (counts(&applied), applied.applied_at));

        let made = by_name(&mut ground.house().await, &Wanted::default(), None, 9).await.unwrap();
        assert_eq!(made.iter().map(|customer| customer.unit_id).collect::<Vec<_>>(), [ground.east, ground.first, ground.east]);
        let second = made.iter().find(|customer| customer.external_id.as_deref() == Some("C2")).unwrap();
        assert_eq!((second.own_fence_m, second.address.as_deref()), (Some(99.0), Some("路")));
        let expected = SentPosition { lat: 22.279_181, lon: 114.163_095, datum: Datum::Gcj02 };
        let place = second.pin.unwrap();
        assert_eq!((place.sent, place.located), (expected, expected.to_wgs84().unwrap()));

        let import = ground.check(ground.east, &file()).await;
        assert_eq!(counts(&import), (ImportState::Checked, [3, 0, 0, 0, 3]));
        assert!(matches!(ground.apply(ground.east, import.id, false).await, Applied::Done(_)));
        assert_eq!(by_name(&mut ground.house().await, &Wanted::default(), None, 9).await.unwrap(), made);
        assert_eq!((ground.actions("customers.imported").await, ground.actions("customer.pin_changed").await), (2, 0));
    });
}

#[test]
fn an_update_moves_pins_and_an_empty_cell_leaves_things_as_they_are() {
    on_a_ground(async |ground: Ground| {
        let mut shop = ground.customer(ground.first, "一号");
        (shop.external_id, shop.address, shop.own_fence_m) = (Some("C1".into()), Some("老地址".into()), Some(80.0));
        shop.pin = Some(pin(31.0, 121.0, Datum::Wgs84));
        let other = Customer { external_id: Some("C2".into()), pin: shop.pin, ..ground.customer(ground.first, "二号") };
        for customer in [&shop, &other] {
            ground.add(customer).await;
            ground.visit(customer.id, "invalid").await;
        }
        let file = [located(ground.line(2, "C1", "一号"), 31.2284, 121.4782), ground.line(3, "C2", "二号店")];
        let import = ground.check(ground.east, &file).await;
        assert_eq!(counts(&import).1, [2, 0, 0, 2, 0]);
        ground.apply(ground.east, import.id, false).await;
        let mut tx = ground.house().await;
        let (moved, renamed) =
            (records::find(&mut tx, shop.id).await.unwrap().unwrap(), records::find(&mut tx, other.id).await.unwrap().unwrap());
        assert_eq!((moved.address, moved.own_fence_m, moved.unit_id, moved.version), (shop.address, shop.own_fence_m, ground.first, 2));
        assert_eq!(moved.pin.unwrap().sent, SentPosition { lat: 31.2284, lon: 121.4782, datum: Datum::Gcj02 });
        assert_eq!((renamed.name.as_str(), renamed.pin), ("二号店", other.pin));
        assert_eq!(ground.actions("customer.pin_changed").await, 1);
        assert_eq!((ground.chores(shop.id).await, ground.chores(other.id).await), (1, 0));
    });
}

#[test]
fn faults_hold_an_import_back_until_they_are_skipped() {
    on_a_ground(async |ground: Ground| {
        let foreign = Customer { external_id: Some("S1".into()), ..ground.customer(ground.south, "华南的") };
        ground.add(&foreign).await;
        let broken = StagedLine { fault: Some(("required", "name")), name: None, ..ground.line(2, "C1", "") };
        let elsewhere = StagedLine { unit_id: Some(ground.south), ..ground.line(4, "C3", "丙") };
        let file = [broken, ground.line(3, "S1", "乙"), elsewhere, ground.line(5, "C4", "丁")];
        let import = ground.check(ground.east, &file).await;
        assert_eq!(counts(&import).1, [4, 3, 1, 0, 0]);

        let mut tx = ground.within(ground.east).await;
        let faults = imports::lines(&mut tx, import.id, Some(LineOutcome::Fault), 0, 9).await.unwrap();
        let told: Vec<_> = faults.iter().map(|line| (line.line, line.code.as_deref().unwrap(), line.pointer.as_deref().unwrap())).collect();
        assert_eq!(told, [(2, "required", "name"), (3, "not_allowed", "external_id"), (4, "not_allowed", "unit")]);
        assert!(faults.iter().all(|line| line.customer_id.is_none()), "another unit's customer stays unnamed");
        assert_eq!(imports::lines(&mut tx, import.id, None, 3, 1).await.unwrap()[0].line, 4);
        drop(tx);

        assert!(matches!(ground.apply(ground.east, import.id, false).await, Applied::HasFaults));
        assert!(matches!(ground.apply(ground.south, import.id, true).await, Applied::Unknown));
        assert!(matches!(ground.apply(ground.east, import.id, true).await, Applied::Done(_)));
        let kept = records::find(&mut ground.house().await, foreign.id).await.unwrap();
        assert_eq!(kept, Some(foreign));
        assert_eq!(by_name(&mut ground.house().await, &Wanted::default(), None, 9).await.unwrap().len(), 2);
    });
}

#[test]
fn what_changed_since_the_check_is_seen_when_it_is_applied() {
    on_a_ground(async |ground: Ground| {
        let customer = Customer { external_id: Some("C1".into()), ..ground.customer(ground.east, "甲") };
        ground.add(&customer).await;
        let import = ground.check(ground.east, &[ground.line(2, "C1", "乙"), ground.line(3, "C2", "丙")]).await;
        assert_eq!(counts(&import).1, [2, 0, 1, 1, 0]);
        let mut tx = ground.house().await;
        records::delete(&mut tx, &ground.ids, now(), customer.id).await.unwrap();
        tx.commit().await.unwrap();
        ground.add(&Customer { external_id: Some("C2".into()), ..ground.customer(ground.first, "丙") }).await;
        let Applied::Done(applied) = ground.apply(ground.east, import.id, false).await else { panic!() };
        assert_eq!(counts(&applied).1, [2, 0, 1, 0, 1]);
    });
}

#[test]
fn imports_that_are_given_up_take_their_lines_with_them() {
    on_a_ground(async |ground: Ground| {
        let checked = ground.check(ground.east, &[ground.line(2, "C1", "甲"), ground.line(4_001, "C2", "乙")]).await;
        let mut tx = ground.within(ground.east).await;
        assert!(imports::hold(&mut tx, checked.id).await.unwrap().is_some());
        imports::discard(&mut tx, &ground.ids, now(), checked.id).await.unwrap();
        assert!(imports::find(&mut tx, checked.id).await.unwrap().is_none());
        assert!(imports::lines(&mut tx, checked.id, None, 0, 9).await.unwrap().is_empty());
        assert!(!imports::stage(&mut tx, checked.id, &[ground.line(9, "C9", "丁")]).await.unwrap());
        tx.commit().await.unwrap();
        assert!(matches!(ground.apply(ground.east, checked.id, true).await, Applied::Unknown));

        let reading = ground.open(ground.east).await;
        assert!(matches!(ground.apply(ground.east, reading.id, true).await, Applied::NotReady));
        let mut tx = ground.within(ground.east).await;
        imports::stage(&mut tx, reading.id, &[ground.line(2, "C1", "甲")]).await.unwrap();
        imports::forget_unfinished(&mut tx, now() + TimeDelta::hours(23)).await.unwrap();
        assert!(imports::find(&mut tx, reading.id).await.unwrap().is_some(), "it may be arriving still");
        imports::forget_unfinished(&mut tx, now() + TimeDelta::hours(25)).await.unwrap();
        assert!(imports::find(&mut tx, reading.id).await.unwrap().is_none());
        imports::forget(&mut tx, reading.id).await.unwrap();
    });
}
