//! What is written inside a call: a flat XML document. Only its own children are read; what lies deeper is of no interest here.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

/// A real notice has a dozen.
const FIELDS_MAX: usize = 64;
/// Task ids are ours, user ids have up to 64 bytes.
const ID_BYTES_MAX: usize = 128;

/// Something that happened in WeCom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Somebody pressed a button of a card.
    Click(Click),
    /// Anything else.
    Other,
}

/// A button was pressed. WeCom tells it again when our answer was late or lost: everything in it is then the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// The card, by the id it was sent with.
    pub task_id: String,
    /// Who pressed.
    pub user_id: String,
    /// Which button.
    pub key: String,
    /// With it the card can be changed, once and within 72 hours.
    pub response_code: Option<String>,
}

impl Notice {
    /// Reads an opened call; `None` when it is no notice at all.
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = fields(text)?;
        let is_click = fields.get("MsgType").is_some_and(|kind| kind == "event")
            && fields.get("Event").is_some_and(|event| event == "template_card_event");
        if !is_click {
            return Some(Self::Other);
        }
        let mut id = |name: &str| fields.remove(name).filter(|id| !id.is_empty() && id.len() <= ID_BYTES_MAX);
        let (task_id, user_id, key) = (id("TaskId")?, id("FromUserName")?, id("EventKey")?);
        Some(Self::Click(Click { task_id, user_id, key, response_code: fields.remove("ResponseCode").filter(|code| !code.is_empty()) }))
    }
}

/// The sealed text in the body of a call.
pub fn sealed_text(body: &str) -> Option<String> {
    fields(body)?.remove("Encrypt").filter(|sealed| !sealed.is_empty())
}

/// The texts of the root's own children by name. No document type, no entities but XML's own, no name twice.
fn fields(text: &str) -> Option<BTreeMap<String, String>> {
    let mut reader = Reader::from_str(text);
    let (mut fields, mut depth, mut field) = (BTreeMap::new(), 0_usize, None);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                depth += 1;
                if depth == 2 {
                    field = Some((str::from_utf8(start.name().as_ref()).ok()?.to_owned(), String::new()));
                }
            }
            Event::End(_) => {
                if let (2, Some((name, value))) = (depth, field.take_if(|_| depth == 2))
                    && (fields.len() >= FIELDS_MAX || fields.insert(name, value.trim().to_owned()).is_some())
                {
                    return None;
                }
                depth = depth.checked_sub(1)?;
            }
            Event::Text(text) if depth == 2 => field.as_mut()?.1.push_str(&text.decode().ok()?),
            Event::CData(text) if depth == 2 => field.as_mut()?.1.push_str(&text.decode().ok()?),
            Event::GeneralRef(reference) if depth == 2 => {
                let letter = match reference.resolve_char_ref().ok()? {
                    Some(letter) => letter,
                    None => named(&reference.decode().ok()?)?,
                };
                field.as_mut()?.1.push(letter);
            }
            Event::DocType(_) => return None,
            Event::Eof => return (depth == 0 && !fields.is_empty()).then_some(fields),
            _ => {}
        }
    }
}

/// What XML itself names.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}
