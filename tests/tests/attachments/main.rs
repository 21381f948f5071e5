//! Files that people send up: what is taken in, what is refused, who reads them, and how they are handed out.

mod files;
mod hostile;
mod scope;

use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::{id_in, sha256_hex};
use tests::{Answer, Person};
use uuid::Uuid;

/// A file that is a PDF by its bytes.
pub fn pdf(words: &str) -> Vec<u8> {
    format!("%PDF-1.7\n% {words}\n%%EOF\n").into_bytes()
}

pub fn declaration(name: &str, content_type: &str, bytes: &[u8]) -> Value {
    json!({ "file_name": name, "content_type": content_type, "bytes": bytes.len(), "sha256": sha256_hex(bytes) })
}

/// Declares a file.
pub async fn declared(person: &Person, name: &str, content_type: &str, bytes: &[u8]) -> Value {
    person.post("/v1/attachments", &declaration(name, content_type, bytes)).await.expect(201)
}

/// Sends a declared file's bytes through the API.
pub async fn send(person: &Person, id: Uuid, bytes: &[u8]) -> Answer {
    person.send(person.request(Method::PUT, &format!("/v1/attachments/{id}/content")).body(bytes.to_vec())).await
}

/// Declares and sends a PDF.
pub async fn landed(person: &Person, name: &str, bytes: &[u8]) -> Uuid {
    let id = id_in(&declared(person, name, "application/pdf", bytes).await);
    send(person, id, bytes).await.expect(200);
    id
}
