//! The reader of the contract: Swagger UI as its makers publish it (see `reader/README.md`), kept and sent compressed.

use std::io::Read as _;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;

use super::html::policy;
use super::pages::{is_known, tag_of};

/// One file of the reader.
pub struct File {
    pub path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    is_compressed: bool,
}

macro_rules! files {
    ($($path:literal, $media_type:literal, $file:literal, $is_compressed:literal;)+) => {
        /// Everything that the reader and the plain pages load.
        pub const FILES: &[File] = &[$(
            File { path: $path, media_type: $media_type, bytes: include_bytes!(concat!("reader/", $file)), is_compressed: $is_compressed },
        )+];
    };
}

files! {
    "/docs", "text/html; charset=utf-8", "index.html", false;
    "/docs/reader.js", "text/javascript; charset=utf-8", "reader.js", false;
    "/docs/pages.css", "text/css; charset=utf-8", "pages.css", false;
    "/docs/swagger-ui.js", "text/javascript; charset=utf-8", "swagger-ui-bundle.js.gz", true;
    "/docs/swagger-ui.css", "text/css; charset=utf-8", "swagger-ui.css.gz", true;
    "/docs/swagger-ui.licence.txt", "text/plain; charset=utf-8", "LICENSE", false;
}

impl File {
    /// The file, or that the client has it already.
    pub fn send(&self, headers: &HeaderMap) -> Response {
        let tag = tag_of(self.bytes);
        let common = [
            (header::ETAG, tag.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        if is_known(&tag, headers) {
            return (StatusCode::NOT_MODIFIED, policy(), common).into_response();
        }
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type))];
        if self.is_compressed && !takes_gzip(headers) {
            let mut plain = Vec::new();
            return match GzDecoder::new(self.bytes).read_to_end(&mut plain) {
                Ok(_) => (policy(), common, kind, plain).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            };
        }
        let encoding: Option<(HeaderName, HeaderValue)> =
            self.is_compressed.then(|| (header::CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        let mut response = (policy(), common, kind, self.bytes).into_response();
        response.headers_mut().extend(encoding);
        response
    }
}

/// Whether `Accept-Encoding` names gzip without refusing it.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|range| {
        let (coding, weight) = range.split_once(';').unwrap_or((range, ""));
        let is_refused =
            weight.trim().strip_prefix("q=").is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(encoding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for (encoding, want) in [("gzip, deflate, br", true), ("GZIP;q=0.5", true), ("gzip;q=0", false), ("identity", false), ("", false)] {
            assert_eq!(takes_gzip(&asking(encoding)), want, "{encoding}");
        }
        for file in FILES {
            let sent = file.send(&asking("gzip"));
            assert_eq!(sent.status(), 200, "{}", file.path);
            assert_eq!(sent.headers().contains_key(header::CONTENT_ENCODING), file.is_compressed, "{}", file.path);
            let plain = file.send(&HeaderMap::new());
            assert!(plain.status() == 200 && !plain.headers().contains_key(header::CONTENT_ENCODING), "{}", file.path);
        }
    }

    #[test]
    fn no_file_of_ours_names_another_host() {
        for file in FILES.iter().filter(|file| !file.is_compressed && file.path != "/docs/swagger-ui.licence.txt") {
            assert!(!String::from_utf8_lossy(file.bytes).contains("://"), "{}", file.path);
        }
    }
}
