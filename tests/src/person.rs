//! Somebody who uses the product: signed in, and speaking HTTP.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct Person {
    pub url: String,
    pub token: String,
    pub refresh_token: String,
    http: reqwest::Client,
}

/// What the API said.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    /// Null where it is no JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// Reads an answer to its end.
    pub async fn read(answer: reqwest::Response) -> Self {
        Self::read_if_whole(answer).await.expect("a whole answer")
    }

    /// As [`Answer::read`]; `None` when the answer breaks off.
    pub async fn read_if_whole(answer: reqwest::Response) -> Option<Self> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Some(Self { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), text })
    }

    /// The body, when the status is the one that was to be expected.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }

    /// The problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Person {
    pub(crate) async fn sign_in(url: &str, http: &reqwest::Client, organisation: &str, login: &str) -> Self {
        let body = json!({ "organisation": organisation, "login": login, "password": dev::demo::PASSWORD });
        let answer = http.post(format!("{url}/v1/auth/token")).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "signing in as {login}");
        let body: Value = answer.json().await.expect("JSON");
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self { url: url.to_owned(), token: text("access_token"), refresh_token: text("refresh_token"), http: http.clone() }
    }

    /// Somebody who speaks with this token, whatever it is.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: token.into(), refresh_token: String::new(), ..self.clone() }
    }

    /// The same person, speaking to another address.
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A request with this person's token, to be completed.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token).header("Accept-Language", "en")
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("an answer")).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }
}
