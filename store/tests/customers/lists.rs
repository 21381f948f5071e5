use domain::place::{Datum, Position, distance_m};
use store::customers::list::{Frame, Wanted, by_change, by_distance, by_name};
use store::customers::{Customer, records};
use uuid::Uuid;

use crate::{Ground, on_a_ground, pin};

/// Numbers between 0 and 1 that look random and are the same every time.
fn scattered(seed: u32) -> impl Iterator<Item = f64> {
    let step = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(seed), step).skip(1).map(|state| f64::from(state) / f64::from(u32::MAX))
}

async fn scatter(ground: &Ground, count: usize, (lat, lon): (f64, f64), spread: f64) -> Vec<Customer> {
    let mut numbers = scattered(7);
    let mut next = || (numbers.next().unwrap() - 0.5) * spread;
    let mut customers = Vec::new();
    let units = [ground.east, ground.first, ground.second].into_iter().cycle();
    for (n, unit_id) in units.take(count).enumerate() {
        let place = Some(pin(lat + next(), lon + next(), Datum::Wgs84));
        customers.push(Customer { pin: place, ..ground.customer(unit_id, &format!("店 {:03}", n / 2)) });
    }
    let mut tx = ground.house().await;
    for customer in &customers {
        assert!(records::insert(&mut tx, &ground.ids, customer).await.unwrap());
    }
    tx.commit().await.unwrap();
    customers
}

#[test]
fn pages_by_name_hold_everybody_once_in_order() {
    on_a_ground(async |ground: Ground| {
        let mut customers = scatter(&ground, 50, (31.2, 121.4), 0.1).await;
        customers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let mut tx = ground.within(ground.east).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = by_name(&mut tx, &Wanted::default(), after, 7).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.name.clone(), last.id));
            seen.extend(page);
        }
        assert_eq!(seen, customers);
    });
}

#[test]
fn pages_by_change_hold_everybody_once_in_order() {
    on_a_ground(async |ground: Ground| {
        let mut customers = scatter(&ground, 20, (31.2, 121.4), 0.1).await;
        customers.sort_by_key(|customer| (customer.updated_at, customer.id));
        let wanted = Wanted { updated_since: customers.first().map(|customer| customer.updated_at), ..Wanted::default() };
        let mut tx = ground.within(ground.east).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = by_change(&mut tx, &wanted, after, 7).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.updated_at, last.id));
            seen.extend(page);
        }
        assert_eq!(seen, customers);
        let later = Wanted { updated_since: customers.last().map(|last| last.updated_at + chrono::TimeDelta::seconds(1)), ..wanted };
        assert_eq!(by_change(&mut tx, &later, None, 7).await.unwrap(), []);
    });
}

#[test]
fn lists_are_narrowed_by_everything_asked() {
    on_a_ground(async |ground: Ground| {
        let mut shop = ground.customer(ground.first, "Morning 100% Shop");
        (shop.external_id, shop.address) = (Some("C-42".into()), Some("人民路 18 号".into()));
        shop.pin = Some(pin(31.2, 121.4, Datum::Wgs84));
        let bare = ground.customer(ground.south, "乙");
        let fiji = Customer { pin: Some(pin(-17.0, 179.9, Datum::Wgs84)), ..ground.customer(ground.south, "丙") };
        for customer in [&shop, &bare, &fiji] {
            ground.add(customer).await;
        }
        let text = |text: &str| Wanted { text: Some(text.into()), ..Wanted::default() };
        let inside = |west, south, east, north| Wanted { inside: Some(Frame { west, south, east, north }), ..Wanted::default() };
        let unit = |unit_id| Wanted { unit_id: Some(unit_id), ..Wanted::default() };
        for (wanted, found) in [
            (text("mOrNing"), vec![shop.id]),
            (text("民路"), vec![shop.id]),
            (text("c-4"), vec![shop.id]),
            (text("100%"), vec![shop.id]),
            (text("1_0"), vec![]),
            (Wanted { external_id: Some("C-42".into()), ..Wanted::default() }, vec![shop.id]),
            (Wanted { external_id: Some("C-4".into()), ..Wanted::default() }, vec![]),
            (Wanted { located: Some(false), ..Wanted::default() }, vec![bare.id]),
            (Wanted { located: Some(true), ..text("丙") }, vec![fiji.id]),
            (unit(ground.east), vec![shop.id]),
            (unit(ground.head), vec![shop.id, fiji.id, bare.id]),
            (unit(Uuid::nil()), vec![]),
            (inside(121.0, 31.0, 122.0, 32.0), vec![shop.id]),
            (inside(122.0, 31.0, 123.0, 32.0), vec![]),
            (inside(179.0, -18.0, -179.0, -16.0), vec![fiji.id]),
        ] {
            let rows = by_name(&mut ground.house().await, &wanted, None, 50).await.unwrap();
            assert_eq!(rows.iter().map(|customer| customer.id).collect::<Vec<_>>(), found, "{wanted:?}");
        }
        let south = by_name(&mut ground.within(ground.south).await, &Wanted::default(), None, 50).await.unwrap();
        assert_eq!(south.len(), 2);
    });
}

#[test]
fn the_nearest_come_first_and_none_is_missed_whatever_the_radius() {
    on_a_ground(async |ground: Ground| {
        let customers = scatter(&ground, 400, (31.2, 121.4), 0.4).await;
        let centre = Position { lon: 121.43, lat: 31.21 };
        for radius_m in [300.0, 1_000.0, 3_000.0, 15_000.0, 50_000.0] {
            let mut expected: Vec<(f64, Uuid)> = customers
                .iter()
                .map(|customer| (distance_m(centre, customer.pin.unwrap().located.position), customer.id))
                .filter(|(metres, _)| *metres <= radius_m)
                .collect();
            expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
            let mut tx = ground.within(ground.east).await;
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = by_distance(&mut tx, &Wanted::default(), (centre, radius_m), after, 9).await.unwrap();
                let Some((last, metres)) = page.last() else { break };
                after = Some((*metres, last.id));
                let is_last = page.len() < 9;
                seen.extend(page.into_iter().map(|(customer, metres)| (metres, customer.id)));
                if is_last {
                    break;
                }
            }
            assert_eq!(seen.iter().map(|(_, id)| id).collect::<Vec<_>>(), expected.iter().map(|(_, id)| id).collect::<Vec<_>>());
            assert!(seen.iter().zip(&expected).all(|((a, _), (b, _))| (a - b).abs() < 1e-3), "{radius_m}");
        }
    });
}
