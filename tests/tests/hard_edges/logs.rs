//! What the process says about itself: no token, no secret, no place, no text, however much it is asked to say.

use std::io;
use std::sync::{Arc, Mutex};

use dev::demo::{PASSWORD, door};
use dev::fault::{Mode, Proxy};
use serde_json::json;
use tests::House;
use tests::doorstep::{id_in, new_visit, photo_at, visit_at};
use tests::house::{Plan, shared};
use tracing_subscriber::EnvFilter;

/// Everything that was said, by all tests of this file's process.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_that_is_secret_or_private_is_logged() {
    let said = Said::default();
    let writer = said.clone();
    let filter = EnvFilter::new(
        "info,sqlx=warn,graphile_worker::runner::release=off,api=trace,store=trace,workers=trace,domain=trace,platform=trace",
    );
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(move || writer.clone()).init();

    let proxy = Proxy::start(shared().objects.endpoint.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let house = House::open_as(Plan::default().with("s3_endpoint", format!("http://{}", proxy.addr()))).await;
    house.set_to_work();
    let (rep, admin) = (house.sign_in("rep1").await, house.sign_in("admin").await);
    let here = door("demo", 0);
    let mut body = visit_at(&house, &here, &[]);
    let key_info = body["key_info"].as_str().unwrap().to_owned();
    let place = json!({ "lat": here.position.lat, "lon": here.position.lon, "datum": "wgs84", "fixed_at": body["started_at"] });
    body["device"] = json!({ "position": place });
    rep.put(&new_visit(), &body).await.expect(201);
    rep.check_in(&house, &here).await;
    // Where things go wrong, more is said.
    proxy.set(Mode::Refuse);
    let bytes = photo_at(&house, &here);
    let photo = rep.declare(&bytes).await;
    rep.send_content(id_in(&photo), &bytes).await.expect(503);
    rep.put(&new_visit(), &visit_at(&house, &here, &[id_in(&photo)])).await.expect(201);
    proxy.set(Mode::Pass);
    let guess = json!({ "organisation": "demo", "login": "rep1", "password": "a-wrong-guess" });
    rep.with_token("").post("/v1/auth/token", &guess).await.expect(401);
    for _ in 0..3 {
        rep.with_token("").post("/v1/auth/refresh", &json!({ "refresh_token": rep.refresh_token })).await;
    }
    let key = json!({ "name": "k", "scopes": ["visits:read"], "unit_id": dev::demo::id_of("demo", "region") });
    let secret = admin.post("/v1/api-keys", &key).await.expect(201)["secret"].as_str().unwrap().to_owned();
    rep.with_token(secret.clone()).get("/v1/visits").await.expect(200);

    let text = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("a dependency is away") && text.contains("a sign-in was refused"), "the ear was deaf:\n{text}");
    let signature = photo["upload"]["url"].as_str().unwrap().split("X-Amz-Signature=").nth(1).unwrap().to_owned();
    let (lat, lon) = (here.position.lat.to_string(), here.position.lon.to_string());
    let token_body = rep.token.split('.').nth(1).unwrap().to_owned();
    for (told, private) in [
        ("an access token", rep.token.as_str()),
        ("a token's claims", &token_body),
        ("a refresh token", &rep.refresh_token),
        ("a key", &secret),
        ("a password", PASSWORD),
        ("a wrong password", "a-wrong-guess"),
        ("a signature", &signature),
        ("S3's key", &shared().objects.secret_key),
        ("a latitude", &lat),
        ("a longitude", &lon),
        ("what was learned", &key_info),
        ("a customer's name", &here.name),
        ("a person's name", "陈晓"),
    ] {
        let at = text.find(private).map(|at| text[at.saturating_sub(300)..].chars().take(500).collect::<String>());
        assert_eq!(at, None, "{told} was logged");
    }
}
