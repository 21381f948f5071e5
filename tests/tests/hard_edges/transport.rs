//! Attacks on the transport, byte by byte: every connection ends within its limits, and the house goes on answering.

use std::time::Duration;

use tests::house::Plan;
use tests::{House, Person};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, interval, timeout};

/// Twice the limits below and what a busy machine may add; far below what clients would be given without limits.
const ENDED_BY: Duration = Duration::from_secs(8);

async fn impatient_house() -> (House, Person) {
    let plan = Plan::default().with("header_after_ms", 600).with("body_after_ms", 900).with("idle_after_ms", 1500);
    let house = House::open_as(plan).await;
    let rep = house.sign_in("rep1").await;
    (house, rep)
}

async fn connect(house: &House) -> TcpStream {
    TcpStream::connect(house.url.trim_start_matches("http://")).await.unwrap()
}

/// Everything that comes until the connection ends, which must be soon.
async fn heard(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let ended = timeout(ENDED_BY, async {
        let mut piece = [0; 4096];
        // A reset is an end as well.
        while let Ok(count) = stream.read(&mut piece).await {
            if count == 0 {
                break;
            }
            bytes.extend_from_slice(&piece[..count]);
        }
    });
    assert!(ended.await.is_ok(), "the connection stays open after {:?}", String::from_utf8_lossy(&bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn say(house: &House, text: &str) -> TcpStream {
    let mut stream = connect(house).await;
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Says `text`, then one more byte every 50 ms for as long as anybody listens.
async fn drip(house: &House, text: &str, byte: u8) -> String {
    let (reader, mut writer) = say(house, text).await.into_split();
    let dripping = tokio::spawn(async move {
        let mut beat = interval(Duration::from_millis(50));
        loop {
            beat.tick().await;
            if writer.write_all(&[byte]).await.is_err() {
                return;
            }
        }
    });
    let mut bytes = Vec::new();
    let mut reader = reader;
    let ended = timeout(ENDED_BY, reader.read_to_end(&mut bytes)).await;
    dripping.abort();
    assert!(ended.is_ok(), "dripping is endured: {:?}", String::from_utf8_lossy(&bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn statuses(heard: &str) -> Vec<u16> {
    heard.split("HTTP/1.1 ").skip(1).filter_map(|part| part.get(..3)?.parse().ok()).filter(|status| *status != 100).collect()
}

/// The head of a JSON request with this token.
fn head(rep: &Person, request: &str, more: &str) -> String {
    format!("{request} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{more}\r\n\r\n", rep.token)
}

async fn still_answers(house: &House) {
    assert_eq!(house.http.get(format!("{}/healthz", house.url)).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn silent_and_slow_clients_are_let_go() {
    let (house, rep) = impatient_house().await;
    let post = head(&rep, "POST /v1/challenges", "Content-Length: 1000");
    let chunked = head(&rep, "POST /v1/challenges", "Transfer-Encoding: chunked");
    let chunked_body = format!("{chunked}400\r\n");
    let expecting = head(&rep, "POST /v1/challenges", "Content-Length: 10\r\nExpect: 100-continue");
    let (silent, half_head, no_body, torn, promised, dripped_head, dripped_body, dripped_chunks) = tokio::join!(
        async { heard(connect(&house).await).await },
        async { heard(say(&house, "GET /v1/me HTTP/1.1\r\nHost: x\r\nX-").await).await },
        async { heard(say(&house, &post).await).await },
        async { heard(say(&house, &format!("{chunked}5\r\nab")).await).await },
        async { heard(say(&house, &expecting).await).await },
        drip(&house, "GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: ", b'a'),
        drip(&house, &post, b' '),
        drip(&house, &chunked_body, b' '),
    );
    for (told, answer, allowed) in [
        ("silence", silent, &[408][..]),
        ("half a head", half_head, &[408]),
        ("no body", no_body, &[408]),
        ("a torn chunk", torn, &[408]),
        ("a promise that is not kept", promised, &[408]),
        ("a dripped head", dripped_head, &[408]),
        ("a dripped body", dripped_body, &[408]),
        ("dripped chunks", dripped_chunks, &[408]),
    ] {
        assert!(statuses(&answer).iter().all(|status| allowed.contains(status)), "{told}: {answer}");
    }
    still_answers(&house).await;
}

#[tokio::test]
async fn a_body_that_stops_is_told_so_before_the_connection_ends() {
    let (house, rep) = impatient_house().await;
    let answer = heard(say(&house, &head(&rep, "POST /v1/challenges", "Content-Length: 1000")).await).await;
    assert_eq!(statuses(&answer), [408], "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains("too_slow"), "{answer}");
}

#[tokio::test]
async fn requests_that_can_be_read_in_two_ways_smuggle_nothing() {
    let (house, rep) = impatient_house().await;
    let inner = head(&rep, "GET /v1/me", "X: y");
    let body = format!("0\r\n\r\n{inner}");
    let both = |first: &str, second: &str| head(&rep, "POST /v1/challenges", &format!("{first}\r\n{second}")) + &body;
    let (length, chunked) = (format!("Content-Length: {}", body.len()), "Transfer-Encoding: chunked".to_owned());
    for attack in [
        both(&length, &chunked),
        both(&chunked, &length),
        both("Content-Length: 5", "Content-Length: 6"),
        both("Content-Length: 5", "Content-Length: 5, 6"),
        both("Content-Length: +5", "X: y"),
        both("Content-Length: 0x5", "X: y"),
        both("Transfer-Encoding: xchunked", "X: y"),
        both("Transfer-Encoding: chunked, identity", "X: y"),
        both("Transfer-Encoding : chunked", "X: y"),
        head(&rep, "POST /v1/challenges", "Transfer-Encoding: chunked") + "zz\r\n\r\n" + &inner,
        head(&rep, "POST /v1/challenges", "Transfer-Encoding: chunked") + "fffffffffffffffff\r\n\r\n" + &inner,
        head(&rep, "POST /v1/challenges", "Transfer-Encoding: chunked") + "2\r\n{}X\r\n0\r\n\r\n" + &inner,
    ] {
        let answer = heard(say(&house, &attack).await).await;
        let told = statuses(&answer);
        assert!(told.len() <= 1 && told.iter().all(|status| (400..500).contains(status)), "{attack}\n{answer}");
    }
    still_answers(&house).await;
}

#[tokio::test]
async fn heads_beyond_their_limits_are_refused() {
    let (house, rep) = impatient_house().await;
    let fat = format!("GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Fat: {}\r\n\r\n", "a".repeat(64 << 10));
    let many = (0..200).map(|n| format!("X-{n}: y")).collect::<Vec<_>>().join("\r\n");
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(64 << 10));
    for attack in [fat, head(&rep, "GET /v1/me", &many), long] {
        let mut stream = connect(&house).await;
        // It may hang up before it has heard all of it.
        let _ = stream.write_all(attack.as_bytes()).await;
        let answer = heard(stream).await;
        assert!(statuses(&answer).iter().all(|status| [400, 414, 431].contains(status)), "{answer}");
    }
    for garbage in
        ["\r\n\r\n\r\n\r\n", "GET\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /v1/me HTTP/9.9\r\n\r\n"]
    {
        let answer = heard(say(&house, garbage).await).await;
        assert!(statuses(&answer).iter().all(|status| (400..=505).contains(status) && *status != 500), "{garbage:?}: {answer}");
    }
    still_answers(&house).await;
}

#[tokio::test]
async fn forms_that_break_off_are_the_clients_affair() {
    let (house, rep) = impatient_house().await;
    let form = |more: &str| {
        format!(
            "POST /v1/visits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=b\r\n{more}\r\n\r\n",
            rep.token
        )
    };
    let part = "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\nabc";
    let chunk = format!("{:x}\r\n{part}\r\n", part.len());
    for (attack, says_goodbye) in [
        (form("Content-Length: 10000") + part, true),
        (form("Content-Length: 10000") + part, false),
        (form("Transfer-Encoding: chunked") + &chunk, true),
        (form("Transfer-Encoding: chunked") + &chunk + "zz\r\nabc", false),
        (form("Content-Length: 4") + "junk", false),
        (form("Content-Length: 6") + "--b--\r", false),
    ] {
        let mut stream = say(&house, &attack).await;
        if says_goodbye {
            stream.shutdown().await.unwrap();
        }
        let answer = heard(stream).await;
        assert!(statuses(&answer).iter().all(|status| [400, 408, 422].contains(status)), "{attack}: {answer}");
        assert!(says_goodbye || statuses(&answer).len() == 1, "{attack}: {answer}");
    }
    assert_eq!(rep.get("/v1/visits").await.expect(200)["items"], serde_json::json!([]));
}

#[tokio::test]
async fn large_bodies_are_refused_before_they_are_heard() {
    let (house, rep) = impatient_house().await;
    for request in ["POST /v1/challenges", "PUT /v1/visits/01920000-0000-7000-8000-000000000000", "POST /v1/visits:batch"] {
        let answer = heard(say(&house, &head(&rep, request, "Content-Length: 10000000000")).await).await;
        assert_eq!(statuses(&answer), [413], "{answer}");
    }
    let deep = "[".repeat(200_000);
    assert_eq!(
        rep.send(rep.request(reqwest::Method::POST, "/v1/challenges").header("Content-Type", "application/json").body(deep)).await.status,
        400
    );
}

#[tokio::test]
async fn a_crowd_that_says_nothing_does_not_keep_others_out_for_long() {
    let plan = Plan::default().with("connections_max", 20).with("header_after_ms", 600).with("idle_after_ms", 800);
    let house = House::open_as(plan).await;
    let mut crowd = Vec::new();
    for _ in 0..40 {
        crowd.push(connect(&house).await);
    }
    let asked = Instant::now();
    still_answers(&house).await;
    assert!(asked.elapsed() < ENDED_BY, "{:?}", asked.elapsed());
}
