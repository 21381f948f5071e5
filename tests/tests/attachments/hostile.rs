//! Files that are not what they say.

use serde_json::{Value, json};
use tests::House;
use tests::doorstep::id_in;

use crate::{declaration, declared, pdf, send};

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

#[tokio::test]
async fn what_is_something_else_is_refused_for_good() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    for (name, content_type, bytes) in [
        ("program.pdf", "application/pdf", &b"MZ\x90\x00\x03\x00\x00\x00\x04\x00"[..]),
        ("page.pdf", "application/pdf", b"<html><script>alert(1)</script>%PDF-1.7"),
        ("empty.docx", DOCX, b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        ("broken.docx", DOCX, b"PK\x03\x04"),
        ("picture.png", "image/png", b"\xFF\xD8\xFF\xE0 a JPEG"),
        ("table.csv", "text/csv", b"name\0,price"),
    ] {
        let answer = declared(&rep, name, content_type, bytes).await;
        let id = id_in(&answer);
        let refused = send(&rep, id, bytes).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["code"]), (422, &json!("wrong_type")), "{name}");
        assert_eq!(rep.get(&format!("/v1/attachments/{id}")).await.expect(200)["state"], "refused");
        assert_eq!(send(&rep, id, bytes).await.status, 422, "and stays so");
        assert_eq!(rep.get(&format!("/v1/attachments/{id}/content")).await.status, 404);
    }
    // The same by the other way in.
    let bytes = b"\x7FELF\x02\x01\x01\x00";
    let answer = declared(&rep, "说明.pdf", "application/pdf", bytes).await;
    assert_eq!(rep.put_ticket(&answer, bytes).await, 200, "the storage knows no types");
    let checked = rep.post(&format!("/v1/attachments/{}/check", answer["id"].as_str().unwrap()), &Value::Null).await;
    assert_eq!((checked.status.as_u16(), &checked.body["errors"][0]["pointer"]), (422, &json!("/content_type")));
}

#[tokio::test]
async fn other_bytes_than_declared_are_not_kept() {
    let house = House::open().await;
    let (rep, bytes) = (house.sign_in("rep1").await, pdf("c"));
    let id = id_in(&declared(&rep, "c.pdf", "application/pdf", &bytes).await);
    for other in [pdf("d"), pdf("longer than that"), Vec::new()] {
        assert_eq!(send(&rep, id, &other).await.code(), "bytes_differ");
    }
    assert_eq!(rep.get(&format!("/v1/attachments/{id}")).await.expect(200)["state"], "declared");
    send(&rep, id, &bytes).await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_not_declared() {
    let house = House::open().await;
    let (rep, bytes) = (house.sign_in("rep1").await, pdf("e"));
    let whole = declaration("e.pdf", "application/pdf", &bytes);
    for (field, value, pointer) in [
        ("file_name", json!("../../etc/passwd"), "/file_name"),
        ("file_name", json!("\u{202e}fdp.exe"), "/file_name"),
        ("file_name", json!(""), "/file_name"),
        ("content_type", json!("text/html"), "/content_type"),
        ("content_type", json!("application/zip"), "/content_type"),
        ("bytes", json!(0), "/bytes"),
        ("bytes", json!(52_428_801), "/bytes"),
        ("sha256", json!("abc"), "/sha256"),
        ("state", json!("landed"), "/state"),
    ] {
        let mut said = whole.clone();
        said[field] = value;
        let refused = rep.post("/v1/attachments", &said).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{said}");
    }
}
