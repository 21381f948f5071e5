use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::json;

use super::*;
use crate::sessions::forgery::Signer;

/// An issuer that answers whatever it is told to, and counts how often it is asked.
struct Issuer {
    url: String,
    says: Arc<Mutex<Answer>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Answer {
    Keys(Vec<&'static str>),
    Huge,
    Elsewhere,
    Broken,
}

impl Issuer {
    async fn open(kids: &[&'static str]) -> Self {
        let says = Arc::new(Mutex::new(Answer::Keys(kids.to_vec())));
        let asked = Arc::new(AtomicUsize::new(0));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let (answer, count) = (Arc::clone(&says), Arc::clone(&asked));
        let respond = move || {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.lock().unwrap().clone();
            async move { answer.told() }
        };
        let trap = async || json!({ "keys": [Signer::ed().jwk("trap")] }).to_string();
        let pages = Router::new().route("/keys", get(respond)).route("/elsewhere", get(trap));
        tokio::spawn(async move { axum::serve(listener, pages).await });
        Self { url, says, asked }
    }

    fn says(&self, answer: Answer) {
        *self.says.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Answer {
    fn told(self) -> Response {
        match self {
            Self::Keys(kids) => {
                let mut keys: Vec<_> = kids.iter().map(|kid| Signer::ed().jwk(kid)).collect();
                keys.push(json!({ "kty": "a kind from the future" }));
                json!({ "keys": keys }).to_string().into_response()
            }
            Self::Huge => "x".repeat(LIMITS.answer_bytes + 1).into_response(),
            Self::Elsewhere => Redirect::temporary("/elsewhere").into_response(),
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_400_000 + seconds, 0).unwrap()
}

#[tokio::test]
async fn keys_are_asked_for_once_and_believed_for_ten_minutes() {
    let issuer = Issuer::open(&["k1"]).await;
    let keys = IssuerKeys::new(Reach::anywhere());
    for second in [0, 1, 599] {
        assert!(keys.find(&issuer.url, "k1", at(second)).await.unwrap().is_some(), "{second}");
    }
    assert_eq!(issuer.asked(), 1);
    assert!(keys.find(&issuer.url, "k1", at(600)).await.unwrap().is_some());
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn an_unknown_key_makes_us_look_again_once_a_minute() {
    let issuer = Issuer::open(&["k1"]).await;
    let keys = IssuerKeys::new(Reach::anywhere());
    assert!(keys.find(&issuer.url, "k1", at(0)).await.unwrap().is_some());
    issuer.says(Answer::Keys(vec!["k1", "k2"]));
    for second in 1..60 {
        assert!(keys.find(&issuer.url, "k2", at(second)).await.unwrap().is_none());
    }
    assert_eq!(issuer.asked(), 1);
    assert!(keys.find(&issuer.url, "k2", at(60)).await.unwrap().is_some());
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_key_counts_only_as_long_as_it_is_published() {
    let issuer = Issuer::open(&["old"]).await;
    let keys = IssuerKeys::new(Reach::anywhere());
    assert!(keys.find(&issuer.url, "old", at(0)).await.unwrap().is_some());
    issuer.says(Answer::Keys(vec!["new"]));
    assert!(keys.find(&issuer.url, "new", at(60)).await.unwrap().is_some());
    assert!(keys.find(&issuer.url, "old", at(61)).await.unwrap().is_none());
}

#[tokio::test]
async fn an_issuer_that_fails_is_left_alone_for_a_moment() {
    let issuer = Issuer::open(&["k1"]).await;
    for answer in [Answer::Broken, Answer::Huge, Answer::Elsewhere] {
        let keys = IssuerKeys::new(Reach::anywhere());
        issuer.says(answer);
        let before = issuer.asked();
        for second in 0..5 {
            let refused = keys.find(&issuer.url, "k1", at(second)).await.err().unwrap();
            assert_eq!(refused.kind, ProblemKind::Unavailable);
        }
        assert_eq!(issuer.asked(), before + 1);
        issuer.says(Answer::Keys(vec!["k1"]));
        assert!(keys.find(&issuer.url, "k1", at(5)).await.unwrap().is_some());
        assert!(keys.find(&issuer.url, "trap", at(5)).await.unwrap().is_none(), "a redirect was followed");
    }
}

#[tokio::test]
async fn many_at_once_ask_once() {
    let issuer = Issuer::open(&["k1"]).await;
    let keys = Arc::new(IssuerKeys::new(Reach::anywhere()));
    let waiting = (0..20).map(|_| keys.find(&issuer.url, "k1", at(0)));
    let found = futures_util::future::join_all(waiting).await;
    assert!(found.into_iter().all(|key| key.unwrap().is_some()));
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn nothing_inner_is_asked_unless_allowed() {
    let issuer = Issuer::open(&["k1"]).await;
    let keys = IssuerKeys::new(Reach::public());
    for url in [issuer.url.clone(), issuer.url.replace("http://", "https://"), issuer.url.replace("http://127.0.0.1", "https://localhost")]
    {
        assert!(keys.find(&url, "k1", at(0)).await.is_err(), "{url}");
    }
    assert_eq!(issuer.asked(), 0);
}
