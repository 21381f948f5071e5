//! Handing out what people sent up: under its name, as the type that its bytes were found to be, and never as something to be carried out.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::attachments::FileType;
use store::attachments::{Attachment, AttachmentState};
use tokio_util::io::ReaderStream;

use crate::House;
use crate::http::problem::{Problem, ProblemKind};

/// What a browser is to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    Download,
    /// Shown, where its type can be; else downloaded.
    Show,
}

/// No script, no frame around it, nothing fetched from elsewhere: whatever a file holds, it stays a file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; sandbox";

/// The file as an answer.
///
/// # Errors
/// 404 for one that has not landed; `Unavailable` when S3 is away.
pub async fn served(house: &House, attachment: &Attachment, disposition: Disposition) -> Result<Response, Problem> {
    let has_landed = attachment.state == AttachmentState::Landed;
    let key = attachment.object_key.as_deref().filter(|_| has_landed).ok_or(ProblemKind::NotFound)?;
    let (bytes, body) = house.objects.open(key).await?.ok_or(ProblemKind::NotFound)?;
    let content_type = match attachment.file_type {
        // In whatever letters it came: programs that open tables find out by themselves.
        FileType::Text | FileType::Csv => "application/octet-stream",
        other => other.as_str(),
    };
    let is_shown = disposition == Disposition::Show && attachment.file_type.can_be_shown();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
        (header::CONTENT_DISPOSITION, named(is_shown, &attachment.file_name)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(body.into_async_read()))).into_response())
}

/// RFC 6266: a plain name for old programs, and the true one in UTF-8.
fn named(is_shown: bool, name: &str) -> HeaderValue {
    let kind = if is_shown { "inline" } else { "attachment" };
    let plain: String =
        name.chars().map(|sign| if sign.is_ascii_graphic() && !matches!(sign, '"' | '\\' | '%') { sign } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    let text = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_travel_whole_and_never_break_out() {
        let told = |name| named(false, name).to_str().unwrap().to_owned();
        assert_eq!(told("quote v2.pdf"), "attachment; filename=\"quote_v2.pdf\"; filename*=UTF-8''quote%20v2.pdf");
        assert_eq!(told("报价.pdf"), "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7.pdf");
        assert_eq!(told("a\"; x=\".pdf"), "attachment; filename=\"a_;_x=_.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22.pdf");
    }
}
