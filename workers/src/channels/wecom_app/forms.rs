//! The forms an app's message takes: a card with a button, a card with a link, or text. Their measures are WeCom's (documents 90236 and
//! 96458): cards count characters, the older forms count bytes.

use platform::wecom_callback::ACKNOWLEDGE;
use serde_json::{Value, json};

use super::super::message::{Fact, Message};
use super::super::plain::{cut_bytes, cut_chars, line, unmarked};
use super::{App, Members};

const TEXT_BYTES: usize = 2048;
const CARD_TITLE_BYTES: usize = 128;
const CARD_TEXT_BYTES: usize = 512;
const CARD_BUTTON_CHARS: usize = 4;

const TITLE_CHARS: usize = 26;
const SUBTITLE_CHARS: usize = 160;
const ROWS: usize = 6;
const LABEL_CHARS: usize = 5;
const VALUE_CHARS: usize = 26;
const BUTTON_CHARS: usize = 10;

/// How long WeCom remembers a message in order to drop its repetition, seconds.
const REPETITION_S: u32 = 1800;

/// The body of `message/send`. With `buttons` false a message that would have one goes without.
pub fn body(app: &App, members: &Members, message: &Message, buttons: bool) -> Vec<u8> {
    let (kind, content) = match (&message.acknowledge, &message.link) {
        (Some(button), _) if buttons => ("template_card", card_with_button(message, button)),
        (_, Some(_)) => ("textcard", card_with_link(message)),
        _ => ("text", json!({ "content": message.plain(TEXT_BYTES) })),
    };
    let mut body = json!({
        "touser": members.joined(), "msgtype": kind, "agentid": app.agent_id,
        "enable_duplicate_check": 1, "duplicate_check_interval": REPETITION_S,
    });
    if let Some(fields) = body.as_object_mut() {
        fields.insert(kind.to_owned(), content);
    }
    body.to_string().into_bytes()
}

fn card_with_button(message: &Message, button: &str) -> Value {
    let (rows, rest): (Vec<&Fact>, Vec<&Fact>) = message.facts.iter().partition(|fact| fits_a_row(fact));
    let (rows, too_many) = rows.split_at(rows.len().min(ROWS));
    let headline = message.headline();
    let mut text = Vec::new();
    if headline.chars().nth(TITLE_CHARS).is_some() {
        // A title that has to be cut is written out below.
        text.push(headline.clone());
    }
    let paragraphs = Message { facts: Vec::new(), ..message.clone() };
    text.extend(paragraphs.lines());
    text.extend(too_many.iter().chain(&rest).map(|fact| fact.line(message.language)));
    let rows: Vec<Value> = rows.iter().map(|fact| json!({ "keyname": line(&fact.label), "value": line(&fact.value) })).collect();
    let mut card = json!({
        "card_type": "button_interaction",
        "main_title": { "title": cut_chars(&headline, TITLE_CHARS) },
        "task_id": message.id.to_string(),
        "button_list": [{ "text": cut_chars(&line(button), BUTTON_CHARS), "style": 1, "key": ACKNOWLEDGE }],
    });
    if let Some(card) = card.as_object_mut() {
        if !text.is_empty() {
            card.insert("sub_title_text".to_owned(), json!(cut_chars(&text.join("\n"), SUBTITLE_CHARS)));
        }
        if !rows.is_empty() {
            card.insert("horizontal_content_list".to_owned(), json!(rows));
        }
        if let Some(link) = &message.link {
            card.insert("card_action".to_owned(), json!({ "type": 1, "url": link.url() }));
        }
    }
    card
}

fn fits_a_row(fact: &Fact) -> bool {
    let fits = |text: &str, max: usize| !text.is_empty() && text.chars().nth(max).is_none();
    fits(&line(&fact.label), LABEL_CHARS) && fits(&line(&fact.value), VALUE_CHARS)
}

/// Its text is read as a little HTML.
fn card_with_link(message: &Message) -> Value {
    let (headline, text) = (message.headline(), message.lines().join("\n"));
    // A card without any text is refused.
    let text = unmarked(if text.is_empty() { &headline } else { &text });
    let mut card = json!({ "title": cut_bytes(&headline, CARD_TITLE_BYTES), "description": cut_bytes(&text, CARD_TEXT_BYTES) });
    if let (Some(link), Some(card)) = (&message.link, card.as_object_mut()) {
        card.insert("url".to_owned(), json!(link.url()));
        let button = link.text();
        if !button.is_empty() && button.chars().nth(CARD_BUTTON_CHARS).is_none() {
            card.insert("btntxt".to_owned(), json!(button));
        }
    }
    card
}
