//! Who sees which documents, and who changes nothing.

use dev::demo::{door, id_of};
use serde_json::{Value, json};
use tests::Person;
use tests::doorstep::id_in;
use uuid::Uuid;

use crate::ground::{BROWSER, Files, Ground, Sent, pdf};

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
    let unknown = ground.supervisor.get("/v1/documents?kind=danced").await;
    let fault = &unknown.body["errors"][0];
    assert_eq!((unknown.status.as_u16(), &fault["pointer"], &fault["code"]), (400, &json!("?kind"), &json!("not_known")));
    assert!(fault["message"].as_str().unwrap().contains("proposal"), "{fault}");
    let of_customer = format!("?customer_id={}", door("demo", 0).customer_id);
    assert_eq!(seen(&ground.supervisor, &of_customer).await, [own.to_string()]);
}

/// That somebody sees all of a document that is shared by one link.
async fn sees(person: &Person, document: Uuid, link: &Sent) {
    let whole = person.get(&format!("/v1/documents/{document}")).await.expect(200);
    assert_eq!(whole["sharings"].as_array().unwrap().len(), 1, "{whole:#}");
    let links = person.get(&format!("/v1/documents/{document}/links")).await.expect(200);
    assert_eq!(links["items"][0]["id"], json!(link.id));
    let hits = person.get(&format!("/v1/document-links/{}/hits", link.id)).await.expect(200);
    assert!(!hits["items"].as_array().unwrap().is_empty());
    assert!(seen(person, "").await.contains(&document.to_string()));
    let file = whole["files"][0]["attachment_id"].as_str().unwrap();
    for path in [format!("/v1/documents/{document}/content"), format!("/v1/attachments/{file}/content")] {
        assert!(person.get(&path).await.text.starts_with("%PDF"), "{path}");
    }
}

#[tokio::test]
async fn a_deal_takes_its_documents_along_to_whoever_holds_it_now() {
    let ground = Ground::open().await;
    let deal = ground.deal().await;
    let (of_deal, of_customer) = (ground.proposal_of(&json!({ "deal_id": deal })).await, ground.proposal().await);
    let (link, other) = (ground.sent(of_deal).await, ground.sent_as(of_customer, &json!({ "recipient": "李娜", "deal_id": deal })).await);
    for link in [&link, &link, &other] {
        ground.opens(link).await;
    }
    let (rep2, supervisor2) = (ground.house.sign_in("rep2").await, ground.house.sign_in("supervisor2").await);
    for person in [&rep2, &supervisor2] {
        for document in [of_deal, of_customer] {
            assert_eq!(person.get(&format!("/v1/documents/{document}")).await.status, 404);
        }
    }
    let given = json!({ "owner_id": id_of("demo", "rep2") });
    ground.admin.post(&format!("/v1/deals/{deal}/assign"), &given).await.expect(200);
    for person in [&rep2, &supervisor2] {
        sees(person, of_deal, &link).await;
        sees(person, of_customer, &other).await;
    }
    // Who made them has no more to do with them than with the deal.
    let supervisor1 = ground.house.sign_in("supervisor1").await;
    for person in [&ground.rep, &supervisor1] {
        for path in
            [format!("/v1/documents/{of_deal}"), format!("/v1/documents/{of_deal}/content"), format!("/v1/document-links/{}/hits", link.id)]
        {
            assert_eq!(person.get(&path).await.status, 404, "{path}");
        }
        for deed in ["links", "sign"] {
            let said = if deed == "links" { json!({ "recipient": "自己" }) } else { json!({}) };
            assert_eq!(person.post(&format!("/v1/documents/{of_deal}/{deed}"), &said).await.status, 404, "{deed}");
        }
        let whole = person.get(&format!("/v1/documents/{of_customer}")).await.expect(200);
        assert_eq!(whole["sharings"], json!([]), "what was shared about the deal is the deal's");
    }
    assert_eq!(seen(&supervisor2, &format!("?unit_id={}", id_of("demo", "team2"))).await, [of_deal.to_string()]);
    ground.opens(&link).await;
    assert_eq!(ground.told("opened_and_not_signed").await, ["supervisor2 card"], "they answer for it now");
    // It is theirs to go on with.
    let version = json!({ "attachment_id": rep2.file(&pdf()).await });
    rep2.post(&format!("/v1/documents/{of_deal}/versions"), &version).await.expect(201);
    rep2.post(&format!("/v1/documents/{of_customer}/withdraw"), &json!({ "reason": "发错了" })).await.expect(200);
    assert_eq!(ground.visit(&other.path, BROWSER).await.status, 404);
    rep2.post(&format!("/v1/document-links/{}/revoke", link.id), &Value::Null).await.expect(200);
}

#[tokio::test]
async fn a_key_reads_the_files_that_its_scopes_name() {
    let ground = Ground::open().await;
    let (deal, document) = (ground.deal().await, ground.proposal().await);
    let (of_deal, loose) = (ground.rep.file(&pdf()).await, ground.rep.file(&pdf()).await);
    ground.rep.post(&format!("/v1/deals/{deal}/attachments"), &json!({ "attachment_id": of_deal })).await.expect(200);
    let whole = ground.rep.get(&format!("/v1/documents/{document}")).await.expect(200);
    let of_document: Uuid = whole["files"][0]["attachment_id"].as_str().unwrap().parse().unwrap();
    let key = async |scope: &str| {
        let body = json!({ "name": scope, "scopes": [scope], "unit_id": id_of("demo", "branch") });
        let made = ground.admin.post("/v1/api-keys", &body).await.expect(201);
        ground.admin.with_token(made["secret"].as_str().unwrap())
    };
    let (deals, documents) = (key("deals:read").await, key("documents:read").await);
    for (file, by_deals) in [(of_deal, 200), (of_document, 404), (loose, 404)] {
        for path in [format!("/v1/attachments/{file}"), format!("/v1/attachments/{file}/content")] {
            assert_eq!(deals.get(&path).await.status, by_deals, "{path}");
            assert_eq!(documents.get(&path).await.status, 403, "{path}");
        }
    }
    let content = format!("/v1/documents/{document}/content");
    assert_eq!((deals.get(&content).await.status.as_u16(), documents.get(&content).await.status.as_u16()), (403, 200));
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
