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
