//! A letter: plain text and the same in simple HTML, and headers that hold nothing but what is meant.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::super::message::{Message, Urgency};
use super::super::plain;

const SUBJECT_CHARS: usize = 150;

/// The letter as it is sent.
///
/// # Errors
/// When a header cannot be written.
pub fn write(from: &Mailbox, to: &Address, message: &Message, at: DateTime<Utc>) -> Result<Vec<u8>, lettre::error::Error> {
    let header = |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let mut builder = lettre::Message::builder()
        .message_id(Some(format!("<{}@{}>", message.id, from.email.domain())))
        .date(at.into())
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(plain::cut_chars(&message.headline(), SUBJECT_CHARS))
        .raw_header(header("Content-Language", message.language.tag()))
        // Nobody's absence note shall answer it.
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if message.urgency == Urgency::Urgent {
        builder = builder.raw_header(header("Importance", "high"));
    }
    // A boundary of its own choosing would make every attempt another letter.
    let parts = MultiPart::alternative().boundary(format!("fieldproof-{}", message.id));
    let letter = builder.multipart(parts.singlepart(SinglePart::plain(text(message))).singlepart(SinglePart::html(html(message))))?;
    Ok(letter.formatted())
}

fn text(message: &Message) -> String {
    let link = message.link.as_ref().map(|link| format!("{}\n{}", link.text(), link.url()));
    let parts: Vec<String> = std::iter::once(message.headline()).chain(message.lines()).chain(link).collect();
    parts.join("\n\n") + "\n"
}

fn html(message: &Message) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"></head><body>\n<h2>{}</h2>\n",
        message.language.tag(),
        escaped(&message.headline())
    );
    for paragraph in &message.paragraphs {
        let _ = writeln!(html, "<p>{}</p>", escaped(&plain::text(paragraph)).replace('\n', "<br>"));
    }
    if !message.facts.is_empty() {
        html.push_str("<table>\n");
        for fact in &message.facts {
            let (label, value) = (escaped(&plain::line(&fact.label)), escaped(&plain::line(&fact.value)));
            let _ = writeln!(html, "<tr><th align=\"left\">{label}</th><td>{value}</td></tr>");
        }
        html.push_str("</table>\n");
    }
    if let Some(link) = &message.link {
        let _ = writeln!(html, "<p><a href=\"{}\">{}</a></p>", escaped(link.url()), escaped(&link.text()));
    }
    html.push_str("</body></html>\n");
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use domain::texts::Language;
    use uuid::Uuid;

    use super::super::super::message::{Fact, Link};
    use super::*;

    fn message() -> Message {
        Message {
            id: Uuid::from_u128(7),
            language: Language::En,
            urgency: Urgency::Normal,
            title: "A & <b>".to_owned(),
            paragraphs: vec!["one\r\ntwo <script>alert(1)</script>".to_owned()],
            facts: vec![Fact { label: "Customer".to_owned(), value: "\"Li's\"".to_owned() }],
            link: Link::new("Open", "https://example.com/?a=1&b='\"<>"),
            acknowledge: Some("Seen".to_owned()),
        }
    }

    #[test]
    fn what_is_typed_stays_text_in_html() {
        let expected = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"></head><body>\n<h2>A &amp; &lt;b&gt;</h2>\n\
             <p>one<br>two &lt;script&gt;alert(1)&lt;/script&gt;</p>\n\
             <table>\n<tr><th align=\"left\">Customer</th><td>&quot;Li&#39;s&quot;</td></tr>\n</table>\n\
             <p><a href=\"https://example.com/?a=1&amp;b=%27%22%3C%3E\">Open</a></p>\n</body></html>\n";
        assert_eq!(html(&message()), expected);
    }

    #[test]
    fn the_text_says_the_same() {
        let expected =
            "A & <b>\n\none\ntwo <script>alert(1)</script>\n\nCustomer: \"Li's\"\n\nOpen\nhttps://example.com/?a=1&b=%27%22%3C%3E\n";
        assert_eq!(text(&message()), expected);
    }
}
