//! Messages of a WeCom app: their forms, their measures, whom they reach, and what the numbers mean.

use serde_json::json;
use workers::channels::{Members, Message, Outcome};

use super::providers::wecom;
use super::stage::{channels, endless_message, fact, members, message, noted, wecom_app};

fn mid(unreachable: &[&str]) -> Outcome {
    Outcome::Sent { provider_id: Some("mid-1".to_owned()), unreachable: unreachable.iter().map(|id| (*id).to_owned()).collect() }
}

#[tokio::test]
async fn a_message_takes_the_form_that_carries_it() {
    let (receiver, _) = wecom().await;
    let channels = channels(&receiver.url);
    let to = wecom_app(&["li.wei", "wang"]);

    let plain = Message { link: None, ..message() };
    assert_eq!(channels.tell(&to, &plain).await, mid(&[]));
    let text = "线索停滞 48 小时\n好邻居母婴用品店（世纪大道店）已经 48 小时没有进展。\n客户：好邻居母婴用品店\n负责人：陈晓";
    let expected = json!({
        "touser": "li.wei|wang", "msgtype": "text", "agentid": 1_000_002, "text": { "content": text },
        "enable_duplicate_check": 1, "duplicate_check_interval": 1800
    });
    assert_eq!(receiver.last().json(), expected);

    assert_eq!(channels.tell(&to, &message()).await, mid(&[]));
    let body = receiver.last().json();
    let card = json!({
        "title": "线索停滞 48 小时",
        "description": "好邻居母婴用品店（世纪大道店）已经 48 小时没有进展。\n客户：好邻居母婴用品店\n负责人：陈晓",
        "url": "https://fieldproof.example.com/leads/1?from=card", "btntxt": "查看"
    });
    assert_eq!((&body["msgtype"], &body["textcard"]), (&json!("textcard"), &card));

    let mut with_button = Message { acknowledge: Some("收到".to_owned()), ..message() };
    with_button.facts.push(fact("Next step", "call"));
    assert_eq!(channels.tell(&to, &with_button).await, mid(&[]));
    let body = receiver.last().json();
    let card = json!({
        "card_type": "button_interaction",
        "main_title": { "title": "线索停滞 48 小时" },
        // A label too long for a row is written out.
        "sub_title_text": "好邻居母婴用品店（世纪大道店）已经 48 小时没有进展。\nNext step：call",
        "horizontal_content_list": [{ "keyname": "客户", "value": "好邻居母婴用品店" }, { "keyname": "负责人", "value": "陈晓" }],
        "card_action": { "type": 1, "url": "https://fieldproof.example.com/leads/1?from=card" },
        "task_id": "01a209c4-73a9-70e9-b78b-7285d51292e6",
        "button_list": [{ "text": "收到", "style": 1, "key": platform::wecom_callback::ACKNOWLEDGE }]
    });
    assert_eq!((&body["msgtype"], &body["template_card"]), (&json!("template_card"), &card));
}

#[tokio::test]
async fn no_text_is_too_long_and_none_is_mark_up() {
    let (receiver, _) = wecom().await;
    let channels = channels(&receiver.url);
    let long = endless_message();
    let forms = [
        long.clone(),
        Message { acknowledge: None, ..long.clone() },
        Message { acknowledge: None, link: None, ..long.clone() },
        // And next to nothing is not too short.
        Message { title: "!".to_owned(), paragraphs: Vec::new(), facts: Vec::new(), acknowledge: Some("好".to_owned()), ..message() },
        Message { title: "!".to_owned(), paragraphs: Vec::new(), facts: Vec::new(), ..message() },
        Message { title: "!".to_owned(), paragraphs: Vec::new(), facts: Vec::new(), link: None, ..message() },
    ];
    for form in &forms {
        assert_eq!(channels.tell(&wecom_app(&["li.wei"]), form).await, mid(&[]));
        let body = receiver.last().json();
        for read_as_markup in ["/text/content", "/textcard/description"] {
            let text = body.pointer(read_as_markup).and_then(serde_json::Value::as_str).unwrap_or_default();
            assert!(!text.contains('<'), "{text}");
        }
    }
    // The whole title is still there where the short form of it is not.
    let title = "好邻居母婴用品店（世纪大道店）的线索已经停滞四十八小时了";
    let cut = Message { title: title.to_owned(), acknowledge: Some("好".to_owned()), ..message() };
    channels.tell(&wecom_app(&["li.wei"]), &cut).await;
    let card = receiver.last().json()["template_card"].take();
    assert!(card["main_title"]["title"].as_str().unwrap().ends_with('…') && card["sub_title_text"].as_str().unwrap().starts_with(title));
    // A link stays whole, whatever else is cut.
    let long = Message { acknowledge: None, ..long };
    channels.tell(&wecom_app(&["li.wei"]), &long).await;
    assert_eq!(receiver.last().json()["textcard"]["url"].as_str().unwrap().len(), "https://fieldproof.example.com/".len() + 900);
}

#[tokio::test]
async fn a_card_that_is_sent_again_is_shown_once() {
    let (receiver, state) = wecom().await;
    let channels = channels(&receiver.url);
    let card = Message { acknowledge: Some("收到".to_owned()), ..message() };
    for _ in 0..3 {
        assert_eq!(channels.tell(&wecom_app(&["li.wei"]), &card).await, mid(&[]));
    }
    assert_eq!(state.lock().unwrap().messages_shown, 1);
}

#[tokio::test]
async fn everything_went_well_may_leave_people_out() {
    let (receiver, state) = wecom().await;
    let channels = channels(&receiver.url);
    // They are named in small letters, whatever ours are.
    assert_eq!(channels.tell(&wecom_app(&["li.wei", "Gone.Person", "Zhang.San"]), &message()).await, mid(&["Gone.Person"]));
    assert_eq!(noted(&channels.tell(&wecom_app(&["gone"]), &message()).await), "give up nobody_reached (81013)");

    let answers = |fields| state.lock().unwrap().answers = Some(fields);
    // Without a licence, nobody is reached either.
    answers(json!({ "unlicenseduser": "wang" }));
    assert_eq!(channels.tell(&wecom_app(&["li.wei", "wang"]), &message()).await, mid(&["wang"]));
    answers(json!({ "invaliduser": "li.wei", "unlicenseduser": "wang" }));
    assert_eq!(noted(&channels.tell(&wecom_app(&["li.wei", "wang"]), &message()).await), "give up nobody_reached (0)");
    // Names that nobody asked about are not believed, and ids that are none are not kept.
    let (strange, long) = ("root|<script>|li.wei.2", "m".repeat(10_000));
    answers(json!({ "invaliduser": strange, "unlicenseduser": null, "msgid": long }));
    let outcome = Outcome::Sent { provider_id: None, unreachable: Vec::new() };
    assert_eq!(channels.tell(&wecom_app(&["li.wei", "wang"]), &message()).await, outcome);
}

#[test]
fn members_are_ids_and_nothing_else() {
    let of = |ids: &[&str]| Members::new(ids.iter().map(|id| (*id).to_owned()).collect());
    assert!(of(&["li.wei", "A-1_b@c"]).is_some());
    let long = "a".repeat(65);
    for bad in [&[] as &[&str], &["@all"], &["li.wei|@all"], &["li wei"], &[""], &["李伟"], &["li.wei", "a\n"], &[&long]] {
        assert!(of(bad).is_none(), "{bad:?}");
    }
    let many: Vec<String> = (0..1001).map(|n| format!("u{n}")).collect();
    assert!(Members::new(many.clone()).is_none() && Members::new(many[1..].to_vec()).is_some());
    assert_eq!(members(&["a", "b"]), of(&["a", "b"]).unwrap());
}

#[tokio::test]
async fn the_numbers_decide() {
    let (receiver, state) = wecom().await;
    let channels = channels(&receiver.url);
    for (code, expected) in [
        (-1, "retry busy (-1)"),
        (45009, "retry in 60 s rate_limited (45009)"),
        (45033, "retry in 5 s rate_limited (45033)"),
        (40001, "disable wrong_credentials (40001)"),
        (40013, "disable wrong_credentials (40013)"),
        (40056, "disable wrong_credentials (40056)"),
        (48002, "disable not_permitted (48002)"),
        (60011, "disable not_permitted (60011)"),
        (301002, "disable not_permitted (301002)"),
        (50003, "disable not_permitted (50003)"),
        (60020, "disable address_not_trusted (60020)"),
        (81013, "give up nobody_reached (81013)"),
        (60111, "give up nobody_reached (60111)"),
        (45002, "give up refused (45002)"),
        (40058, "give up refused (40058)"),
        (44004, "give up refused (44004)"),
        (42014, "give up refused (42014)"),
        (43012, "disable not_permitted (43012)"),
        (987654, "retry unknown_code (987654)"),
        (i64::MIN, "retry unknown_code (-9223372036854775808)"),
    ] {
        state.lock().unwrap().codes = vec![code];
        assert_eq!(noted(&channels.tell(&wecom_app(&["li.wei"]), &message()).await), expected);
    }
    // The token was good all the while.
    assert_eq!(receiver.count("/cgi-bin/gettoken"), 1);
}

#[tokio::test]
async fn where_buttons_cannot_come_back_the_message_goes_without() {
    let (receiver, state) = wecom().await;
    let channels = channels(&receiver.url);
    state.lock().unwrap().codes = vec![43012];
    let card = Message { acknowledge: Some("收到".to_owned()), ..message() };
    assert_eq!(channels.tell(&wecom_app(&["li.wei"]), &card).await, mid(&[]));
    let kinds: Vec<_> =
        receiver.seen().iter().filter(|seen| seen.path.ends_with("/send")).map(|seen| seen.json()["msgtype"].clone()).collect();
    assert_eq!(kinds, ["template_card", "textcard"]);
}
