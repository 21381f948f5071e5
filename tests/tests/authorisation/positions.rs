//! Keys are told where things are to about a hundred metres unless they need to know more: every operation that a key may ask for is asked
//! for, in every form that it has.

use dev::demo::Door;
use domain::place::Position;
use reqwest::header::ACCEPT;
use serde_json::Value;
use tests::House;

use crate::callers::Caller;
use crate::operations::request;
use crate::{Ground, Whose, contract, sees};

/// Every number in an answer that is a coordinate.
fn coordinates(value: &Value, key: &str, found: &mut Vec<f64>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| coordinates(value, key, found)),
        Value::Array(items) => items.iter().for_each(|item| coordinates(item, key, found)),
        Value::Number(number) if matches!(key, "lat" | "lon" | "latitude" | "longitude" | "coordinates" | "bbox") => {
            found.push(number.as_f64().unwrap());
        }
        _ => {}
    }
}

fn is_rough(degrees: f64) -> bool {
    (degrees * 1000.0 - (degrees * 1000.0).round()).abs() < 1e-6
}

/// The coordinates that a key is told by every operation it may ask for.
async fn told(ground: &Ground<'_>, key: &Caller) -> Vec<(String, f64)> {
    let mut all = Vec::new();
    for (method, path, _) in contract().into_iter().filter(|(method, _, line)| method == "GET" && key.may(line)) {
        let operation = ground.describe(key, &method, &path);
        if !sees(key, operation.about, Whose::Own) {
            continue;
        }
        let id = ground.thing(key, operation.about, Whose::Own).await;
        for form in ["application/json", "application/geo+json"] {
            let asked = request(&key.person, &method, &path, &operation, id).header(ACCEPT, form);
            let answer = key.person.send(asked).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text);
            let mut found = Vec::new();
            coordinates(&answer.body, "", &mut found);
            all.extend(found.into_iter().map(|degrees| (format!("{path} {form}"), degrees)));
        }
    }
    all
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_places_roughly_and_one_with_it_exactly() {
    let house = House::open().await;
    let (ground, callers) = Ground::open(&house).await;
    // The demo's doors have round coordinates: a few steps beside one, where rounding shows.
    let door = &ground.team1.door;
    let position = Position { lon: door.position.lon + 0.000_43, lat: door.position.lat + 0.000_37 };
    let visit = ground.team1.rep.check_in(&house, &Door { position, ..door.clone() }).await;
    let key = |name: &str| callers.iter().find(|caller| caller.name == name).unwrap();
    let (rough, exact) = (key("a key for rough places"), key("a key for everything"));

    let told_roughly = told(&ground, rough).await;
    let fine: Vec<_> = told_roughly.iter().filter(|(_, degrees)| !is_rough(*degrees)).collect();
    assert!(fine.is_empty(), "{fine:?}");
    let told_exactly = told(&ground, exact).await;
    let paths = |told: &[(String, f64)]| told.iter().map(|(path, _)| path.clone()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(paths(&told_roughly), paths(&told_exactly), "nothing is left out instead");
    for path in ["/v1/customers application/json", "/v1/visits application/json", "/v1/visits application/geo+json"] {
        assert!(told_exactly.iter().any(|(at, degrees)| at == path && !is_rough(*degrees)), "{path} shows no exact place");
    }
    for path in ["", "/verdicts"].map(|part| format!("/v1/visits/{}{part}", visit["id"].as_str().unwrap())) {
        for (key, is_told_exactly) in [(rough, false), (exact, true)] {
            let mut found = Vec::new();
            coordinates(&key.person.get(&path).await.expect(200), "", &mut found);
            assert!(!found.is_empty() && found.iter().all(|degrees| is_rough(*degrees) != is_told_exactly), "{path} {found:?}");
        }
    }
}

#[tokio::test]
async fn what_would_give_rough_places_away_is_refused() {
    let house = House::open().await;
    let (ground, callers) = Ground::open(&house).await;
    let photo = ground.own_photo[0].1;
    for (name, allowed) in [("a key for rough places", false), ("a key for everything", true), ("supervisor1", true)] {
        let person = &callers.iter().find(|caller| caller.name == name).unwrap().person;
        for (path, pointer) in [
            ("/v1/customers?near=121.42,31.17&datum=wgs84".to_owned(), "?near"),
            ("/v1/customers?bbox=121.3,31.1,121.6,31.4&datum=wgs84".to_owned(), "?bbox"),
            (format!("/v1/photos/{photo}/content?size=watermark"), "?size"),
        ] {
            let answer = person.get(&path).await;
            assert_eq!(answer.status.is_success(), allowed, "{name} {path}: {}", answer.text);
            if !allowed {
                assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["pointer"]), (403, &pointer.into()), "{}", answer.text);
            }
        }
    }
    // The other datums of a pin say no more than the first.
    let rough = &callers.iter().find(|caller| caller.name == "a key for rough places").unwrap().person;
    for datum in ["wgs84", "gcj02", "bd09"] {
        let customer = rough.get(&format!("/v1/customers/{}?datum={datum}", ground.team1.door.customer_id)).await.expect(200);
        let mut found = Vec::new();
        coordinates(&customer, "", &mut found);
        assert!(found.len() == 4 && found.iter().all(|degrees| is_rough(*degrees)), "{customer:#}");
    }
}
