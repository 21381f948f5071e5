//! A receiver that keeps what it is sent and answers as it is told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use reqwest::Url;
use serde_json::Value;
use tokio::net::TcpListener;

/// One request.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A status, headers and a body.
pub struct Told(pub u16, pub &'static [(&'static str, &'static str)], pub String);

impl Told {
    pub fn status(status: u16) -> Self {
        Self(status, &[], String::new())
    }

    pub fn json(value: &Value) -> Self {
        Self(200, &[("content-type", "application/json")], value.to_string())
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::from_u16(self.0).unwrap(), self.2).into_response();
        for (name, value) in self.1 {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        response
    }
}

impl Receiver {
    pub async fn answering(answer: impl Fn(&Seen) -> Told + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), answer).await
    }

    pub async fn at(address: SocketAddr, answer: impl Fn(&Seen) -> Told + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, answer) = (Arc::<Mutex<Vec<Seen>>>::default(), Arc::new(answer));
        let kept = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let url = Url::parse(&format!("http://receiver{}", head.uri)).unwrap();
                let query = url.query_pairs().into_owned().collect();
                let one = Seen { method: head.method, path: url.path().to_owned(), query, headers: head.headers, body };
                kept.lock().unwrap().push(one.clone());
                answer(&one)
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn last(&self) -> Seen {
        self.seen().pop().expect("nothing came")
    }

    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.path == path).count()
    }
}
