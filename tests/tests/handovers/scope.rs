//! Who sees which hand-overs, and lists of them.

use dev::demo::id_of;
use serde_json::{Value, json};
use tests::Person;

use crate::ground::{Deeds, Ground, hours};

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn seen(person: &Person, query: &str) -> Vec<String> {
    ids(&person.get(&format!("/v1/handovers{query}")).await.expect(200))
}

#[tokio::test]
async fn a_department_sees_what_was_asked_of_it_and_what_it_asked() {
    let ground = Ground::open().await;
    let of_legal = ground.asked().await;
    let of_presales = ground.asked_of("presales").await;
    let presales = ground.house.sign_in("presales1").await;
    for (person, id, status) in [
        (&ground.rep, of_legal, 200),
        (&ground.legal, of_legal, 200),
        (&ground.legal, of_presales, 404),
        (&presales, of_presales, 200),
        (&presales, of_legal, 404),
        (&ground.supervisor, of_legal, 200),
        (&ground.operations, of_legal, 200),
        (&ground.house.sign_in("director1").await, of_legal, 200),
        (&ground.house.sign_in("rep2").await, of_legal, 404),
        (&ground.house.sign_in("supervisor2").await, of_legal, 404),
        (&ground.house.sign_in_to("other", "admin").await, of_legal, 404),
    ] {
        assert_eq!(person.see(id).await.status, status);
    }
    let body = json!({ "department": "legal", "customer_id": Ground::customer(), "need": "合同模板" });
    let own = presales.post("/v1/handovers", &body).await.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(seen(&presales, "?mine=asked").await, std::slice::from_ref(&own));
    assert_eq!(seen(&presales, "?mine=department").await, [of_presales.to_string()]);
    assert_eq!(seen(&ground.legal, "?mine=department&department=presales").await, Vec::<String>::new());
    assert_eq!(seen(&ground.operations, "?department=legal").await.len(), 2);
    assert_eq!(presales.deed(own.parse().unwrap(), "answer", &json!({ "answer": "x" })).await.status, 403, "not their department");
    assert_eq!(seen(&ground.rep, "?stage=answered").await, Vec::<String>::new());
    assert_eq!(seen(&ground.operations, &format!("?unit_id={}", id_of("demo", "team2"))).await, Vec::<String>::new());
    assert_eq!(ground.rep.get("/v1/handovers?stage=Not%20One").await.status, 400);
    let unknown = ground.rep.get("/v1/handovers?stage=asked,danced").await;
    let is_told = unknown.text.contains("allowed: answered, asked, returned, withdrawn)");
    assert!(unknown.code() == "malformed_request" && is_told, "{}", unknown.text);
}

#[tokio::test]
async fn a_director_changes_nothing_and_lists_are_paged() {
    let ground = Ground::open().await;
    let director = ground.house.sign_in("director1").await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(ground.asked().await.to_string());
        ground.house.advance(hours(1));
    }
    let id = asked[0].parse().unwrap();
    let body = json!({ "department": "legal", "customer_id": Ground::customer(), "need": "x" });
    assert_eq!(director.post("/v1/handovers", &body).await.status, 403);
    for (what, said) in [
        ("answer", json!({ "answer": "x" })),
        ("return", json!({ "reason": "x" })),
        ("withdraw", json!({ "reason": "x" })),
        ("ask", json!({ "need": "x" })),
    ] {
        assert_eq!(director.deed(id, what, &said).await.status, 403, "{what}");
    }
    let first = director.get("/v1/handovers?limit=2").await.expect(200);
    let second = director.get(&format!("/v1/handovers?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await.expect(200);
    let mut walked = ids(&first);
    walked.extend(ids(&second));
    asked.reverse();
    assert_eq!(walked, asked);
}
