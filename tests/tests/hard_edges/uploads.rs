//! Uploads that are not what was declared leave nothing; and what has landed stays as it landed.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use dev::demo::{door, organisation_id};
use reqwest::{Body, Method};
use serde_json::json;
use store::objects::{Declared, incoming_key};
use tests::doorstep::{id_in, new_visit, photo_at, sha256_hex, visit_at};
use tests::house::shared;
use tests::waiting::eventually;
use tests::{Answer, House, Person};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// The files of the object store whose key names this photo.
fn objects_of(photo: Uuid) -> Vec<PathBuf> {
    fn walk(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, name, found);
            } else {
                let mut head = Vec::new();
                // Gone meanwhile is gone.
                let _ = fs::File::open(&path).and_then(|file| file.take(4096).read_to_end(&mut head));
                if head.windows(name.len()).any(|part| part == name.as_bytes()) {
                    found.push(path);
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(&shared().folder().join("objects"), &photo.to_string(), &mut found);
    found
}

/// Sends bytes of unstated length.
async fn send_chunked(rep: &Person, photo: Uuid, bytes: Vec<u8>) -> Answer {
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = bytes.chunks(1000).map(|piece| Ok(piece.to_vec())).collect();
    let body = Body::wrap_stream(futures_util::stream::iter(pieces));
    rep.send(rep.request(Method::PUT, &format!("/v1/photos/{photo}/content")).body(body)).await
}

#[tokio::test]
async fn more_fewer_or_other_bytes_than_declared_leave_nothing() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let bytes = photo_at(&house, &door("demo", 0));
    let (mut fewer, mut more, mut other) = (bytes.clone(), bytes.clone(), bytes.clone());
    fewer.pop();
    more.push(0);
    *other.last_mut().unwrap() ^= 1;
    let declared = rep.declare(&bytes).await;
    let photo = id_in(&declared);
    for (told, wrong) in [("fewer", fewer), ("more", more), ("other", other), ("none", Vec::new())] {
        let whole = rep.send_content(photo, &wrong).await;
        assert_eq!((whole.status.as_u16(), whole.code()), (422, "bytes_differ"), "{told}");
        let streamed = send_chunked(&rep, photo, wrong.clone()).await;
        assert_eq!((streamed.status.as_u16(), streamed.code()), (422, "bytes_differ"), "{told}, streamed: {}", streamed.text);
        let straight = rep.put_ticket(&declared, &wrong).await;
        assert!(straight.is_client_error(), "{told}, straight to S3: {straight}");
    }
    assert_eq!(rep.get(&format!("/v1/photos/{photo}")).await.expect(200)["state"], "declared");
    eventually("nothing of them is kept", async || objects_of(photo).is_empty().then_some(())).await;
    send_chunked(&rep, photo, bytes).await.expect(200);
    assert_eq!(objects_of(photo).len(), 1);
}

#[tokio::test]
async fn an_upload_that_breaks_off_can_be_begun_again() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let bytes = photo_at(&house, &door("demo", 0));
    let photo = id_in(&rep.declare(&bytes).await);
    for _ in 0..3 {
        let mut stream = tokio::net::TcpStream::connect(house.url.trim_start_matches("http://")).await.unwrap();
        let head = format!(
            "PUT /v1/photos/{photo}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
            rep.token,
            bytes.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&bytes[..bytes.len() / 2]).await.unwrap();
        stream.flush().await.unwrap();
    }
    rep.send_content(photo, &bytes).await.expect(200);
    eventually("one object is kept", async || (objects_of(photo).len() == 1).then_some(())).await;
}

#[tokio::test]
async fn what_was_put_over_an_upload_after_it_landed_is_never_looked_at() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let here = door("demo", 0);
    let bytes = photo_at(&house, &here);
    let declared = rep.declare(&bytes).await;
    let photo = id_in(&declared);
    assert!(rep.put_ticket(&declared, &bytes).await.is_success());
    let path = new_visit();
    let visit = rep.put(&path, &visit_at(&house, &here, &[photo])).await.expect(201);
    assert_eq!(visit["status"], "valid");
    let before = rep.get(&format!("/v1/photos/{photo}")).await.expect(200);
    // An S3 that does not hold clients to the signed digest would take anything.
    let forged = photo_at(&house, &door("demo", 8));
    let (sender, chunks) = tokio::sync::mpsc::channel(1);
    let sha256 = hex::decode(sha256_hex(&forged)).unwrap();
    let what = Declared { bytes: forged.len() as u64, sha256: &sha256, content_type: "image/jpeg" };
    let key = incoming_key(organisation_id("demo"), photo);
    let (sent, stored) = tokio::join!(sender.send(forged.into()), house.front.objects.put(&key, what, chunks));
    assert!(sent.is_ok() && stored.is_ok());
    assert_eq!(rep.put(&path, &visit_at(&house, &here, &[photo])).await.status, 409);
    let again = supervisor.post(&format!("{path}/re-evaluate"), &json!({})).await.expect(200);
    assert_eq!((&again["status"], &again["verdict"]["evidence"]), (&json!("valid"), &visit["verdict"]["evidence"]));
    house.set_to_work();
    let developed = eventually("the darkroom has been at it", async || {
        let photo = rep.get(&format!("/v1/photos/{photo}")).await.expect(200);
        photo["developed_at"].is_string().then_some(photo)
    });
    let developed = developed.await;
    assert_eq!((&developed["sha256"], &developed["bytes"]), (&before["sha256"], &before["bytes"]));
    assert_eq!(rep.get(&path).await.expect(200)["status"], "valid");
}

#[tokio::test]
async fn names_and_types_decide_nothing() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    for (bytes, code) in [
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec(), "photo_type_unsupported"),
        (b"PK\x03\x04 not a photo".to_vec(), "photo_type_unsupported"),
        (b"\xff\xd8\xff\xe1\xff\xffExif\0\0MM\0*\xff\xff\xff\xff".to_vec(), "photo_unreadable"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0\0\0\0\0\0".to_vec(), ""),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 ".to_vec(), ""),
        (vec![0xff; 100_000], "photo_type_unsupported"),
    ] {
        let photo = rep.upload(&bytes).await;
        let visit = rep.put(&new_visit(), &visit_at(&house, &here, &[photo])).await.expect(201);
        assert_ne!(visit["status"], "valid");
        if !code.is_empty() {
            assert_eq!(tests::doorstep::code_of(&visit, "photo"), code, "{:?}", &bytes[..bytes.len().min(20)]);
        }
    }
}
