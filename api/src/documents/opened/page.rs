//! `GET /d/{token}`

use std::sync::{Arc, LazyLock};

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::attachments::FileType;
use domain::texts::Language;
use sha2::{Digest, Sha256};
use store::documents::hits::{self, NewHit};
use store::documents::links::Live;

use super::open;
use super::visitor::Visitor;
use super::wording::words;
use crate::House;
use crate::docs::escaped;
use crate::http::language::Reads;
use crate::http::problem::Problem;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// Its own script and style by their digests, the file in a frame or as a picture, its empty icon, and nothing from anywhere else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src 'self' data:; frame-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        digest(SCRIPT),
        digest(STYLE)
    )
});

/// The page of a document, which is written down as a hit.
pub async fn page(
    State(house): State<Arc<House>>,
    Path(token): Path<String>,
    Reads(language): Reads,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let (mut tx, live) = open(&house, &token).await?;
    let Some(live) = live else {
        tx.commit().await?;
        return Ok(gone(language));
    };
    let nonce = URL_SAFE_NO_PAD.encode(platform::secrets::random_32());
    let hit = NewHit {
        id: house.ids.next(),
        link_id: live.link_id,
        what: "page",
        user_agent: visitor.user_agent.as_deref(),
        network: visitor.network,
        doubt: visitor.doubt,
        nonce_sha256: Some(&Sha256::digest(&nonce)),
    };
    hits::insert(&mut tx, house.clock.now(), &hit).await?;
    tx.commit().await?;
    Ok(answered(StatusCode::OK, language, &live.title, &told(&live, &token, language), &nonce))
}

/// What leads nowhere, whatever the reason.
pub fn gone(language: Language) -> Response {
    let words = words(language);
    let body = format!("<h1>{}</h1>\n<p>{}</p>", words.gone, words.gone_why);
    answered(StatusCode::NOT_FOUND, language, words.gone, &body, "")
}

fn told(live: &Live, token: &str, language: Language) -> String {
    let (words, title, token) = (words(language), escaped(&live.title), escaped(token));
    let version = words.version.replace("{}", &live.version.to_string());
    let file_type = FileType::parse(&live.content_type);
    // A frame that is not shown, as on phones, is not fetched either.
    let (link, shown) = match file_type {
        Some(FileType::Pdf) => (words.open, format!("<iframe loading=\"lazy\" src=\"/d/{token}/file\" title=\"{title}\"></iframe>")),
        Some(one) if one.can_be_shown() => (words.open, format!("<p><img src=\"/d/{token}/file\" alt=\"{title}\"></p>")),
        _ => (words.download, String::new()),
    };
    let download = if shown.is_empty() { " download" } else { "" };
    format!(
        "<h1>{title}</h1>\n<p>{version}</p>\n<a class=\"open\" href=\"/d/{token}/file\" rel=\"noreferrer\" data-opening=\"{}\"{download}>{link}</a>\n\
         {shown}",
        words.opening
    )
}

fn answered(status: StatusCode, language: Language, title: &str, body: &str, nonce: &str) -> Response {
    let (tag, title) = (language.tag(), escaped(title));
    let html = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"robots\" content=\"noindex,nofollow,noarchive\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"format-detection\" content=\"telephone=no\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body data-nonce=\"{nonce}\">\n<main>\n{body}\n</main>\n"
    );
    let script = if nonce.is_empty() { String::new() } else { format!("<script>{SCRIPT}</script>\n") };
    let html = html + &script + "</body>\n</html>\n";
    let policy = HeaderValue::from_str(&POLICY).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(tag)),
        (header::VARY, HeaderValue::from_static("accept-language")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (ROBOTS, HeaderValue::from_static("noindex, nofollow, noarchive")),
    ];
    (status, headers, Html(html)).into_response()
}
