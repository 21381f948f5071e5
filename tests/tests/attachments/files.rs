//! A file from its declaration to its download.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::House;
use tests::doorstep::{id_in, new_id};

use crate::{declaration, declared, landed, pdf, send};

#[tokio::test]
async fn a_file_is_uploaded_to_the_storage_taken_in_and_downloaded_by_a_link() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let bytes = pdf("报价");
    let answer = declared(&rep, "报价 v2.pdf", "application/pdf", &bytes).await;
    let id = id_in(&answer);
    let path = format!("/v1/attachments/{id}");
    let waiting = rep.post(&format!("{path}/check"), &Value::Null).await.expect(200);
    assert_eq!((&waiting["state"], &waiting["download"]), (&json!("declared"), &Value::Null));
    assert_eq!(rep.get(&format!("{path}/content")).await.status, 404, "there is nothing to read yet");
    assert_eq!(rep.put_ticket(&answer, b"%PDF-other").await.as_u16() / 100, 4, "other bytes do not fit the ticket");
    assert_eq!(rep.put_ticket(&answer, &bytes).await, 200);
    let taken = rep.post(&format!("{path}/check"), &Value::Null).await.expect(200);
    assert_eq!((&taken["state"], &taken["file_name"], &taken["bytes"]), (&json!("landed"), &json!("报价 v2.pdf"), &json!(bytes.len())));
    assert_eq!(rep.post(&format!("{path}/check"), &Value::Null).await.expect(200)["state"], "landed");

    let shown = rep.get(&path).await.expect(200);
    let link = shown["download"]["url"].as_str().unwrap().to_owned();
    let nobody = rep.with_token("");
    let file = nobody.get(&link).await;
    assert_eq!((file.status.as_u16(), file.text.as_bytes()), (200, bytes.as_slice()));
    let header = |name: &str| file.headers[name].to_str().unwrap();
    assert_eq!(header("content-disposition"), "attachment; filename=\"___v2.pdf\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20v2.pdf");
    assert_eq!((header("x-content-type-options"), header("content-type")), ("nosniff", "application/pdf"));
    assert!(header("content-security-policy").contains("sandbox") && header("cache-control").contains("no-store"));
    assert_eq!(rep.get(&format!("{path}/content")).await.text.as_bytes(), bytes.as_slice());

    house.advance(TimeDelta::minutes(6));
    assert_eq!(nobody.get(&link).await.status, 404, "a link runs out");
}

#[tokio::test]
async fn a_link_is_good_for_its_file_alone() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let id = landed(&rep, "a.pdf", &pdf("a")).await;
    let shown = rep.get(&format!("/v1/attachments/{id}")).await.expect(200);
    let token = shown["download"]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let nobody = rep.with_token("");
    for other in ["garbage", &token[..token.len() - 4], &rep.token, "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(nobody.get(&format!("/v1/downloads/{other}")).await.status, 404, "{other}");
    }
    assert_eq!(rep.with_token(token).get("/v1/me").await.status, 401, "a link signs nobody in");
}

#[tokio::test]
async fn declaring_again_is_answered_and_other_content_is_not() {
    let house = House::open().await;
    let (rep, bytes) = (house.sign_in("rep1").await, pdf("b"));
    let mut said = declaration("合同", "application/pdf", &bytes);
    said["id"] = json!(new_id());
    let first = rep.post("/v1/attachments", &said).await.expect(201);
    assert_eq!(first["file_name"], "合同.pdf", "its ending says what it is");
    assert_eq!(rep.post("/v1/attachments", &said).await.expect(201)["id"], first["id"]);
    assert_eq!(house.sign_in("rep2").await.post("/v1/attachments", &said).await.code(), "other_content", "it is somebody else's");
    send(&rep, id_in(&first), &bytes).await.expect(200);
    send(&rep, id_in(&first), &bytes).await.expect(200);
    assert_eq!(rep.post("/v1/attachments", &said).await.expect(201)["state"], "landed");
    said["file_name"] = json!("别的.pdf");
    assert_eq!(rep.post("/v1/attachments", &said).await.code(), "other_content");
}
