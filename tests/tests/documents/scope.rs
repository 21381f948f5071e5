//! Who sees which documents, and who changes nothing.

use dev::demo::door;
use serde_json::{Value, json};
use tests::Person;
use tests::doorstep::id_in;
use uuid::Uuid;

use crate::ground::{Files, Ground, pdf};

async fn seen(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&format!("/v1/documents{query}")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_team_sees_its_own_and_everybody_the_library_above_them() {
    let ground = Ground::open().await;
    let own = ground.proposal().await;
    let link = ground.sent(own).await;
    let file = ground.admin.file(&pdf()).await;
    let body = json!({ "kind": "deck", "title": "公司介绍", "attachment_id": file });
    let library = id_in(&ground.admin.post("/v1/documents", &body).await.expect(201));
    for (login, status) in [
        ("rep1", 200),
        ("supervisor1", 200),
        ("director1", 200),
        ("presales1", 200),
        ("operations1", 200),
        ("rep2", 404),
        ("supervisor2", 404),
    ] {
        let person = ground.house.sign_in(login).await;
        assert_eq!(person.get(&format!("/v1/documents/{own}")).await.status, status, "{login}");
        assert_eq!(person.get(&format!("/v1/documents/{own}/links")).await.status, status, "{login}");
        assert_eq!(person.get(&format!("/v1/documents/{own}/content")).await.status, status, "{login}");
        assert_eq!(person.get(&format!("/v1/document-links/{}/hits", link.id)).await.status, status, "{login}");
        assert_eq!(person.get(&format!("/v1/documents/{library}")).await.status, 200, "{login}");
        assert_eq!(seen(&person, "").await.len(), if status == 200 { 2 } else { 1 }, "{login}");
        assert_eq!(seen(&person, "?library=true").await, [library.to_string()], "{login}");
    }
    let abroad = ground.house.sign_in_to("other", "admin").await;
    for path in [format!("/v1/documents/{own}"), format!("/v1/documents/{library}"), format!("/v1/document-links/{}/hits", link.id)] {
        assert_eq!(abroad.get(&path).await.status, 404);
    }
    assert_eq!(seen(&ground.supervisor, "?kind=proposal&q=%E5%B7%A1%E6%A3%80").await, [own.to_string()]);
    let of_customer = format!("?customer_id={}", door("demo", 0).customer_id);
    assert_eq!(seen(&ground.supervisor, &of_customer).await, [own.to_string()]);
}

#[tokio::test]
async fn whoever_may_not_file_it_puts_nothing_in_its_place() {
    let ground = Ground::open().await;
    let body = json!({ "kind": "deck", "title": "公司介绍", "attachment_id": ground.admin.file(&pdf()).await });
    let library = id_in(&ground.admin.post("/v1/documents", &body).await.expect(201));
    for login in ["rep1", "supervisor1", "presales1"] {
        let person = ground.house.sign_in(login).await;
        let version = json!({ "attachment_id": person.file(&pdf()).await });
        assert_eq!(person.post(&format!("/v1/documents/{library}/versions"), &version).await.code(), "not_permitted", "{login}");
    }
    let version = json!({ "attachment_id": ground.admin.file(&pdf()).await });
    ground.admin.post(&format!("/v1/documents/{library}/versions"), &version).await.expect(201);
}

#[tokio::test]
async fn a_director_changes_nothing() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    let director = ground.house.sign_in("director1").await;
    let id = Uuid::nil();
    for (path, said) in [
        ("/v1/documents".to_owned(), json!({ "kind": "deck", "title": "x", "attachment_id": id })),
        (format!("/v1/documents/{document}/versions"), json!({ "attachment_id": id })),
        (format!("/v1/documents/{document}/links"), json!({ "recipient": "x" })),
        (format!("/v1/documents/{document}/sign"), json!({})),
        (format!("/v1/document-links/{}/revoke", link.id), Value::Null),
    ] {
        assert_eq!(director.post(&path, &said).await.status, 403, "{path}");
    }
    director.get("/v1/boards/health").await.expect(200);
}
