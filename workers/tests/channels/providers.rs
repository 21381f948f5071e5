//! The providers, as far as their documents go: they check what they are sent, and say what they think of it in the body of a 200.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use platform::Clock;
use serde_json::{Value, json};

use super::receiver::{Receiver, Seen, Told};
use super::stage::{APP_SECRET, ROBOT_KEY, SIGNING};

fn code(code: i64) -> Told {
    Told::json(&json!({ "errcode": code, "errmsg": "words that change" }))
}

/// What a test makes WeCom do.
#[derive(Default)]
pub struct Wecom {
    /// The token that is good is `token-N`.
    pub token: u32,
    /// Codes for the next messages, whatever they are.
    pub codes: Vec<i64>,
    /// The code for everybody who asks for a token.
    pub token_code: i64,
    /// No token is ever good.
    pub refuses_all: bool,
    /// Fields of every good answer.
    pub answers: Option<Value>,
    /// Cards that have been shown.
    pub shown: HashSet<String>,
    pub messages_shown: usize,
}

/// Members that WeCom knows.
const MEMBERS: &[&str] = &["li.wei", "zhang.san", "wang"];

pub async fn wecom() -> (Receiver, Arc<Mutex<Wecom>>) {
    let state = Arc::<Mutex<Wecom>>::default();
    let told = Arc::clone(&state);
    let receiver = Receiver::answering(move |seen| {
        let mut wecom = told.lock().unwrap();
        match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/cgi-bin/gettoken") => wecom.give_token(seen),
            ("POST", "/cgi-bin/message/send") => wecom.take(seen),
            _ => Told::status(404),
        }
    });
    (receiver.await, state)
}

impl Wecom {
    fn give_token(&self, seen: &Seen) -> Told {
        let good = seen.query["corpid"] == "ww1" && seen.query["corpsecret"].starts_with(APP_SECRET);
        match self.token_code {
            0 if good => {
                Told::json(&json!({ "errcode": 0, "errmsg": "ok", "access_token": format!("token-{}", self.token), "expires_in": 7200 }))
            }
            0 => code(40001),
            other => code(other),
        }
    }

    fn take(&mut self, seen: &Seen) -> Told {
        if self.refuses_all || seen.query["access_token"] != format!("token-{}", self.token) {
            return code(40014);
        }
        if let Some(next) = self.codes.pop() {
            return code(next);
        }
        let body = seen.json();
        let users: Vec<&str> = body["touser"].as_str().unwrap().split('|').collect();
        let invalid: Vec<String> =
            users.iter().map(|user| user.to_ascii_lowercase()).filter(|user| !MEMBERS.contains(&user.as_str())).collect();
        if invalid.len() == users.len() {
            return code(81013);
        }
        if body["agentid"] != 1_000_002 {
            return code(301002);
        }
        if let Some(fault) = fault_in(&body) {
            return code(fault);
        }
        if body["template_card"]["task_id"].as_str().is_none_or(|task| self.shown.insert(task.to_owned())) {
            self.messages_shown += 1;
        }
        let mut answer = json!({ "errcode": 0, "errmsg": "ok", "msgid": "mid-1", "invaliduser": invalid.join("|"), "invalidparty": "" });
        if let Some(Value::Object(fields)) = &self.answers {
            answer.as_object_mut().unwrap().extend(fields.clone());
        }
        Told::json(&answer)
    }
}

/// The code for a body that breaks a documented measure.
fn fault_in(body: &Value) -> Option<i64> {
    let bytes = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map_or(0, str::len);
    let chars = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map_or(0, |text| text.chars().count());
    match body["msgtype"].as_str()? {
        "text" if bytes("/text/content") == 0 => Some(44004),
        "text" => (bytes("/text/content") > 2048).then_some(45002),
        "textcard" => {
            let fits = (1..=128).contains(&bytes("/textcard/title"))
                && (1..=512).contains(&bytes("/textcard/description"))
                && (1..=2048).contains(&bytes("/textcard/url"))
                && chars("/textcard/btntxt") <= 4;
            (!fits).then_some(40058)
        }
        "template_card" => {
            let task = body.pointer("/template_card/task_id")?.as_str()?;
            let rows = body.pointer("/template_card/horizontal_content_list").and_then(Value::as_array).cloned().unwrap_or_default();
            let fits_row = |row: &Value| {
                let count = |key: &str| row[key].as_str().map_or(0, |text| text.chars().count());
                (1..=5).contains(&count("keyname")) && (1..=26).contains(&count("value"))
            };
            let fits = body.pointer("/template_card/card_type")? == "button_interaction"
                && (1..=26).contains(&chars("/template_card/main_title/title"))
                && chars("/template_card/sub_title_text") <= 160
                && rows.len() <= 6
                && rows.iter().all(fits_row)
                && (1..=10).contains(&chars("/template_card/button_list/0/text"))
                && (1..=128).contains(&task.len())
                && task.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-@".contains(&byte));
            (!fits).then_some(40058)
        }
        _ => Some(40008),
    }
}

fn mac(key: &[u8], text: &[u8]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text))
}

fn is_timely(clock: &Clock, timestamp_s: i64) -> bool {
    (clock.now().timestamp() - timestamp_s).abs() <= 3600
}

/// Robots of all three: each may speak `pace` times.
pub async fn robots(pace: usize) -> Receiver {
    let spoken = Mutex::new(0);
    Receiver::answering(move |seen| {
        let is_too_much = || {
            let mut spoken = spoken.lock().unwrap();
            *spoken += 1;
            *spoken > pace
        };
        match seen.path.as_str() {
            "/cgi-bin/webhook/send" => wecom_robot(seen, is_too_much),
            "/robot/send" => dingtalk_robot(seen, is_too_much),
            path if path.starts_with("/open-apis/bot/v2/hook/") => feishu_robot(seen, is_too_much),
            _ => Told::status(404),
        }
    })
    .await
}

fn wecom_robot(seen: &Seen, is_too_much: impl Fn() -> bool) -> Told {
    if seen.query["key"] != ROBOT_KEY {
        return code(93000);
    }
    let body = seen.json();
    match body["text"]["content"].as_str() {
        _ if body["msgtype"] != "text" => code(40008),
        None | Some("") => code(44004),
        Some(text) if text.len() > 2048 => code(45002),
        Some(_) if is_too_much() => code(45009),
        Some(_) => code(0),
    }
}

fn dingtalk_robot(seen: &Seen, is_too_much: impl Fn() -> bool) -> Told {
    if seen.query["access_token"] != ROBOT_KEY {
        return code(300001);
    }
    let timestamp = &seen.query["timestamp"];
    let is_signed = seen.query["sign"] == mac(SIGNING.as_bytes(), format!("{timestamp}\n{SIGNING}").as_bytes());
    if !is_signed || !is_timely(&Clock::wall(), timestamp.parse::<i64>().unwrap() / 1000) {
        return code(310000);
    }
    let body = seen.json();
    let is_whole = body["markdown"]["title"].is_string() && body["markdown"]["text"].is_string();
    match body["msgtype"].as_str() {
        Some("markdown") if is_whole && seen.body.len() <= 20_000 => code(if is_too_much() { 130101 } else { 0 }),
        _ => code(40035),
    }
}

fn feishu_robot(seen: &Seen, is_too_much: impl Fn() -> bool) -> Told {
    let said = |code: i64| Told::json(&json!({ "code": code, "msg": "words that change", "data": {} }));
    if seen.path != format!("/open-apis/bot/v2/hook/{ROBOT_KEY}") {
        return said(19001);
    }
    if seen.body.len() > 20 * 1024 {
        return said(9499);
    }
    let body = seen.json();
    let timestamp = body["timestamp"].as_str().unwrap();
    let is_signed = body["sign"] == mac(format!("{timestamp}\n{SIGNING}").as_bytes(), b"").as_str();
    if !is_signed || !is_timely(&Clock::wall(), timestamp.parse().unwrap()) {
        return said(19021);
    }
    match body["msg_type"].as_str() {
        Some("interactive") if body["card"]["elements"].is_array() => said(if is_too_much() { 11232 } else { 0 }),
        _ => said(9499),
    }
}

/// The wall clock, as the providers see it.
pub fn here() -> chrono::DateTime<Utc> {
    Clock::wall().now()
}
