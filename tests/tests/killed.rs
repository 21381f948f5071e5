//! The API as a process: killed without warning under load it loses and doubles nothing, and asked to stop it finishes what it has begun.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use dev::demo::{Door, door};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;
use tests::doorstep::{declaration_of, id_in, new_id, photo_at, visit_at};
use tests::waiting::eventually;
use tests::{Answer, House, Person};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::Instant;
use uuid::Uuid;

const PHONES: usize = 8;
const KILLS: u32 = 5;
/// Acknowledged visits between one kill and the next.
const VISITS_A_LIFE: u32 = 25;

/// A process of the API, in front of the same database and objects as a house.
struct Api {
    url: String,
    settings: BTreeMap<String, String>,
}

impl Api {
    fn before(house: &House) -> Self {
        // Given back at once; nobody else takes it within the next moments.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut settings = house.settings.clone();
        settings.insert("FIELDPROOF_LISTEN".to_owned(), format!("127.0.0.1:{port}"));
        settings.insert("FIELDPROOF_LOG".to_owned(), "error".to_owned());
        Self { url: format!("http://127.0.0.1:{port}"), settings }
    }

    /// Starts the process and waits until it answers.
    async fn start(&self, house: &House) -> Child {
        let child = Command::new(env!("CARGO_BIN_EXE_fieldproof-api-in-tests"))
            .arg("serve")
            .env_clear()
            .envs(&self.settings)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        eventually("the process answers", async || {
            let answer = house.http.get(format!("{}/readyz", self.url)).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        child
    }
}

/// What one phone was told.
#[derive(Default)]
struct Diary {
    acknowledged: BTreeMap<Uuid, Value>,
}

/// Somebody who repeats every request until it is answered, as phones do.
struct Phone<'a> {
    rep: Person,
    house: &'a House,
    door: Door,
}

impl Phone<'_> {
    /// The answer, however often the process dies over it.
    async fn insist(&self, told: &str, request: impl Fn() -> reqwest::RequestBuilder) -> Answer {
        eventually(told, async || {
            let answer = Answer::read_if_whole(request().send().await.ok()?).await?;
            (answer.status != 503).then_some(answer)
        })
        .await
    }

    async fn check_in(&self) -> (Uuid, Value) {
        let bytes = photo_at(self.house, &self.door);
        let mut declaration = declaration_of(&bytes);
        declaration["id"] = new_id().to_string().into();
        let photo = id_in(&declaration);
        self.insist("a declaration", || self.rep.request(Method::POST, "/v1/photos").json(&declaration)).await.expect(201);
        let content = format!("/v1/photos/{photo}/content");
        self.insist("an upload", || self.rep.request(Method::PUT, &content).body(bytes.clone())).await.expect(200);
        let (id, body) = (new_id(), visit_at(self.house, &self.door, &[photo]));
        let path = format!("/v1/visits/{id}");
        let answer = self.insist("a visit", || self.rep.request(Method::PUT, &path).json(&body)).await;
        assert!([200, 201].contains(&answer.status.as_u16()), "{}", answer.text);
        (id, answer.body)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_it_loses_and_doubles_nothing() {
    let house = House::open().await;
    let api = Api::before(&house);
    let mut process = api.start(&house).await;
    let (count, is_over) = (AtomicU32::new(0), AtomicBool::new(false));
    let rep = house.sign_in("rep1").await.at(&api.url);
    let phones = (0..PHONES).map(|_| async {
        let phone = Phone { rep: rep.clone(), house: &house, door: door("demo", 0) };
        let mut diary = Diary::default();
        while !is_over.load(Ordering::Relaxed) {
            let (id, visit) = phone.check_in().await;
            diary.acknowledged.insert(id, visit);
            count.fetch_add(1, Ordering::Relaxed);
        }
        diary
    });
    let killing = async {
        for life in 1..=KILLS {
            let enough = life * VISITS_A_LIFE;
            eventually("the phones get on", async || (count.load(Ordering::Relaxed) >= enough).then_some(())).await;
            process.kill().await.unwrap();
            process = api.start(&house).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let (diaries, ()) = tokio::join!(join_all(phones), killing);

    let acknowledged: BTreeMap<Uuid, Value> = diaries.into_iter().flat_map(|diary| diary.acknowledged).collect();
    assert!(acknowledged.len() >= (KILLS * VISITS_A_LIFE) as usize);
    for (id, told) in &acknowledged {
        let kept = rep.get(&format!("/v1/visits/{id}")).await.expect(200);
        assert_eq!(&kept, told, "what was acknowledged is not what is kept");
        assert_eq!(kept["status"], "valid", "{kept:#}");
    }
    let mut behind = house.behind().await;
    let counts: (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from visits), (select count(*) from verdicts), (select count(*) from actions where kind = 'visit.judged')",
    )
    .fetch_one(&mut behind)
    .await
    .unwrap();
    let told = i64::try_from(acknowledged.len()).unwrap();
    assert_eq!(counts, (told, told, told), "every visit was judged and written down once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_it_finishes_what_it_has_begun() {
    let house = House::open().await;
    let api = Api::before(&house);
    let mut process = api.start(&house).await;
    let rep = house.sign_in("rep1").await.at(&api.url);
    let here = door("demo", 0);
    let bytes = photo_at(&house, &here);
    let photo = id_in(&rep.declare(&bytes).await);
    // An upload that is half way when the end is asked for.
    let mut upload = TcpStream::connect(api.url.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "PUT /v1/photos/{photo}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        rep.token,
        bytes.len()
    );
    upload.write_all(head.as_bytes()).await.unwrap();
    upload.write_all(&bytes[..bytes.len() / 2]).await.unwrap();
    // The process has taken it in hand once another request behind it has been answered.
    rep.get("/v1/me").await.expect(200);
    let idle = TcpStream::connect(api.url.trim_start_matches("http://")).await.unwrap();

    let asked = Instant::now();
    let pid = process.id().unwrap();
    assert!(Command::new("kill").args(["-TERM", &pid.to_string()]).status().await.unwrap().success());
    eventually("nobody new is let in", async || TcpStream::connect(api.url.trim_start_matches("http://")).await.is_err().then_some(()))
        .await;
    upload.write_all(&bytes[bytes.len() / 2..]).await.unwrap();
    let mut answer = String::new();
    upload.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"landed\""), "{answer}");
    let status = tokio::time::timeout(Duration::from_secs(20), process.wait()).await.expect("it ends within 20 s").unwrap();
    assert_eq!((status.code(), status.signal()), (Some(0), None));
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    drop(idle);
    let visit = house.sign_in("rep1").await.put(&format!("/v1/visits/{}", new_id()), &visit_at(&house, &here, &[photo])).await;
    assert_eq!(visit.expect(201)["status"], "valid", "what was finished counts");
}
