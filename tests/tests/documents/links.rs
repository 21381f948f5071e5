//! Links: made for one recipient, leading to one version, and nowhere when they are over.

use reqwest::{Method, header};
use serde_json::{Value, json};
use tests::doorstep::new_id;

use crate::ground::{BROWSER, Files, Ground, hours, pdf};

#[tokio::test]
async fn a_page_opens_the_file_and_reveals_nothing_else() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    assert!(link.path.len() >= 3 + 43, "256 bits: {}", link.path);
    let page = ground.visit(&link.path, BROWSER).await;
    assert_eq!(page.status, 200);
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'")
            && policy.contains("frame-ancestors 'none'")
            && policy.contains("img-src 'self' data:")
            && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(page.headers["x-robots-tag"], "noindex, nofollow, noarchive");
    assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
    assert!(page.text.contains("三店巡检方案") && page.text.contains("Open the file") && !page.text.contains("http"), "{}", page.text);
    assert!(page.text.contains("<iframe loading=\"lazy\""), "where no frame is shown nothing is fetched for it");
    assert_eq!(ground.visit(&format!("{}/", link.path), BROWSER).await.status, 200, "as some chats hand it on");
    for secret in [document.to_string(), Ground::door().customer_id.to_string(), "王芳".to_owned(), "陈晓".to_owned()] {
        assert!(!page.text.contains(&secret), "{secret}");
    }
    let chinese = ground.house.http.get(format!("{}{}", ground.house.url, link.path)).header(header::USER_AGENT, BROWSER);
    assert!(chinese.send().await.unwrap().text().await.unwrap().contains("打开文件"));
    let file = ground.visit(&format!("{}/file", link.path), BROWSER).await;
    assert_eq!((file.status.as_u16(), file.headers[header::CONTENT_TYPE].to_str().unwrap()), (200, "application/pdf"));
    assert!(file.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("inline"));
    assert!(file.text.starts_with("%PDF-1.4"));
    assert_eq!(file.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(ground.counted(document).await, (0, 4), "hits are written down, and none of them is an opening");
}

#[tokio::test]
async fn what_leads_nowhere_is_answered_alike_whatever_the_reason() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let (revoked, expired) = (ground.sent(document).await, ground.sent(document).await);
    let link = ground.rep.post(&format!("/v1/document-links/{}/revoke", revoked.id), &Value::Null).await.expect(200);
    assert!(!link["revoked_at"].is_null());
    ground.rep.post(&format!("/v1/document-links/{}/revoke", revoked.id), &Value::Null).await.expect(200);
    ground.house.advance(hours(30 * 24));
    let unknown = "/d/qJ5y0T0l0a6cXHnWmR3v8y2s9wK1bPZxE4uVtLdFgAo";
    let (long, odd) = (format!("/d/{}", "x".repeat(4000)), "/d/%E6%96%B9%E6%A1%88".to_owned());
    let mut seen = Vec::new();
    for path in [unknown, &revoked.path, &expired.path, &long, &odd] {
        for below in ["", "/file"] {
            let answer = ground.visit(&format!("{path}{below}"), BROWSER).await;
            let mut headers = answer.headers.clone();
            for own in ["x-request-id", "date"] {
                headers.remove(own);
            }
            seen.push((answer.status.as_u16(), format!("{headers:?}"), answer.text));
        }
        let said = ground.stranger(Method::POST, &format!("{path}/seen"), BROWSER).json(&json!({ "nonce": "x", "visible_ms": 5000 }));
        assert_eq!(said.send().await.unwrap().status(), 204);
    }
    assert_eq!(seen[0].0, 404);
    assert!(seen[0].2.contains("leads nowhere") && !seen[0].2.contains("<script"), "{}", seen[0].2);
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert_eq!(ground.count("document_hits where link_id = $1", revoked.id).await, 0);
}

#[tokio::test]
async fn a_link_leads_to_the_version_that_it_was_made_for_and_is_shown_once() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let first = ground.sent(document).await;
    let file = ground.rep.file_as(b"name,price\nA,1\n", "price.csv", "text/csv").await;
    let whole = ground.rep.post(&format!("/v1/documents/{document}/versions"), &json!({ "attachment_id": file })).await.expect(201);
    assert_eq!((&whole["versions"], whole["files"].as_array().unwrap().len()), (&json!(2), 2));
    let second = ground.sent(document).await;
    assert!(ground.visit(&first.path, BROWSER).await.text.contains("Version 1"));
    let page = ground.visit(&second.path, BROWSER).await;
    assert!(page.text.contains("Version 2") && page.text.contains("Download the file"), "what no browser shows is a download");
    let table = ground.visit(&format!("{}/file", second.path), BROWSER).await;
    assert!(table.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    let download = ground.rep.get(&format!("/v1/documents/{document}/content?version=1")).await;
    assert!(download.text.starts_with("%PDF"), "{:?}", download.status);
    assert_eq!(ground.rep.get(&format!("/v1/documents/{document}/content?version=3")).await.status, 404);
    let again = |key: &str| {
        let request =
            ground.rep.request(Method::POST, &format!("/v1/documents/{document}/links")).header("Idempotency-Key", key.to_owned());
        request.json(&json!({ "recipient": "李娜", "of_version": 1 }))
    };
    let made = ground.rep.send(again("one")).await.expect(201);
    let repeated = ground.rep.send(again("one")).await.expect(201);
    assert!(made["url"].is_string() && repeated["url"].is_null() && made["id"] == repeated["id"]);
    // The token itself is kept nowhere.
    let token = made["url"].as_str().unwrap().rsplit('/').next().unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from idempotent_answers where answer::text like '%' || $1 || '%'")
        .bind(token)
        .fetch_one(&mut ground.house.behind().await)
        .await
        .unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_where_it_stands() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let at = async |path: String, body: Value| ground.rep.post(&path, &body).await.body["errors"][0]["pointer"].clone();
    let links = || format!("/v1/documents/{document}/links");
    assert_eq!(at(links(), json!({})).await, json!("/recipient"));
    assert_eq!(at(links(), json!({ "recipient": "王芳", "of_version": 9 })).await, json!("/of_version"));
    assert_eq!(at(links(), json!({ "contact_id": new_id() })).await, json!("/contact_id"));
    assert_eq!(at(links(), json!({ "recipient": "王芳", "customer_id": new_id() })).await, json!("/customer_id"));
    assert_eq!(at(links(), json!({ "recipient": "王芳", "deal_id": new_id() })).await, json!("/deal_id"));
    assert_eq!(at(links(), json!({ "recipient": "王芳", "expires_at": "2020-01-01T00:00:00Z" })).await, json!("/expires_at"));
    let documents = || "/v1/documents".to_owned();
    let customer = Ground::door().customer_id;
    assert_eq!(
        at(documents(), json!({ "kind": "deck", "title": "x", "customer_id": customer, "attachment_id": new_id() })).await,
        json!("/attachment_id")
    );
    let file = ground.rep.file(&pdf()).await;
    assert_eq!(
        at(documents(), json!({ "kind": "deck", "title": "x", "attachment_id": file })).await,
        json!("/customer_id"),
        "not for reps to fill"
    );
    assert_eq!(
        at(documents(), json!({ "kind": "deck", "title": " ", "customer_id": customer, "attachment_id": file })).await,
        json!("/title")
    );
}
