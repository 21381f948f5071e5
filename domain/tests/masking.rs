//! What is hidden in texts that many may read, and what is left. The cases of `vectors/masking.json` are kept outside the repository, in
//! `$FIELDPROOF_SHARED` or `../shared`; without them that test says so and passes.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

use domain::masking::{is_identity_number, mask, passes_luhn};
use proptest::prelude::*;
use serde_json::Value;

fn vectors() -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var("FIELDPROOF_SHARED").unwrap_or_else(|_| beside.to_owned());
    let text = std::fs::read_to_string(format!("{shared}/vectors/masking.json")).ok();
    if text.is_none() {
        println!("skipped: no vectors/masking.json in {shared} (set FIELDPROOF_SHARED)");
    }
    text.map(|text| serde_json::from_str(&text).unwrap())
}

#[test]
fn texts_are_masked_as_agreed() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let known = case["known_names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>();
        let masked = mask(case["text"].as_str().unwrap(), &known);
        let kinds = masked.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>();
        assert_eq!(
            (masked.text.as_str(), serde_json::json!(kinds)),
            (case["expect"]["masked"].as_str().unwrap(), case["expect"]["kinds"].clone()),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn numbers_check_as_agreed() {
    let Some(vectors) = vectors() else { return };
    for case in vectors["checksums"]["id18"].as_array().unwrap() {
        assert_eq!(is_identity_number(case["value"].as_str().unwrap()), case["valid"].as_bool().unwrap(), "{case}");
    }
    for case in vectors["checksums"]["luhn"].as_array().unwrap() {
        let number = case["value"].as_str().unwrap();
        assert_eq!(passes_luhn(number), case["luhn"].as_bool().unwrap(), "{case}");
        assert_eq!(mask(number, &[]).text != number, case["looks_like_bank"].as_bool().unwrap(), "{case}");
    }
    for list in ["uscc", "ean13"] {
        for case in vectors["checksums"][list].as_array().unwrap() {
            let number = case["value"].as_str().unwrap();
            assert_eq!(mask(number, &[]).text, number, "{case}");
        }
    }
}

#[test]
fn what_identifies_a_person_is_hidden() {
    for (text, want) in [
        ("打13912345678给老板", "打139****5678给老板"),
        ("打 +86 139-1234-5678", "打 +86 139****5678"),
        ("+8613912345678", "+86139****5678"),
        ("008613912345678", "0086139****5678"),
        ("１３９１２３４５６７８，下周", "139****5678，下周"),
        ("139\u{200b}1234\u{feff}5678", "139****5678"),
        ("邮箱 li.wei@shop.example.cn。", "邮箱 l***@shop.example.cn。"),
        ("li.wei@shop.example.cn-13912345678", "l***@shop.example.cn-139****5678"),
        ("mary@li.wei@shop.example.cn", "m***@l***@shop.example.cn"),
        ("身份证110105 19491231 002X", "身份证110105********002X"),
        ("旧身份证号110105491231002", "旧身份证号110105*****1002"),
        ("卡6222-0210-0100-1234-563", "卡***************4563"),
        ("(021)88886666", "(021)******66"),
        ("02188886666", "021******66"),
        ("座机：88886666", "座机：******66"),
        ("微信号：zhang_2088，加一下", "微信号：zh***88，加一下"),
        ("vx: lisi-shop", "vx: li***op"),
        ("QQ 12345678", "QQ 12***78"),
        ("车停在沪A·D1234学", "车停在沪A***34学"),
        ("沪AD12345", "沪A***45"),
        ("找欧阳娜娜或者王芳", "找欧阳**或者王*"),
        ("ask mary o'neil or MARY", "ask m*** o*** or MARY"),
    ] {
        let masked = mask(text, &["王芳", "欧阳娜娜", "mary o'neil"]);
        assert_eq!(masked.text, want, "{text}");
    }
}

#[test]
fn what_is_nobodys_is_left() {
    for text in [
        "预算 138000 元，折扣 0.13912345678",
        "坐标 31.2304170,121.4737010",
        "电话 400-820-8820",
        "统一代码 91350100M000100Y43，条码 6901234567892",
        "2026-11-26T15:36:16.607Z",
        "01a21880-1782-77d7-9d6b-b3e5a4fc916f",
        "订单 20261123138001380001",
        "微信聊了一下，QQ群里有人问 5 台多少钱",
        "云南 SERVER 到货",
        "a@b 和 @所有人 不是邮箱",
    ] {
        assert_eq!(mask(text, &["王芳"]).text, text);
    }
}

#[test]
fn the_longest_texts_take_no_long_time() {
    let begun = std::time::Instant::now();
    for part in ["1", "13800138000 ", "4111 ", "@", "a@a.", "微信", "vx:", "0", "粤B", "110105 19491231 ", "qq", "张", "-", "\u{ff11}"]
    {
        let text = part.repeat(200_000 / part.len());
        mask(&text, &["张三", "张三丰", "qq"]);
    }
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in "\\PC{0,200}", name in "\\PC{0,10}") {
        mask(&text, &[&name]);
    }

    #[test]
    fn what_is_hidden_stays_hidden(text in "[0-9a-zX@.张微信身份证粤 :*+-]{0,60}") {
        let once = mask(&text, &["张微"]).text;
        let mobile = once.as_bytes().windows(11).any(|window| {
            window.iter().all(u8::is_ascii_digit) && window.starts_with(b"13") && once.len() == 11
        });
        prop_assert!(!mobile, "{once}");
    }

    #[test]
    fn a_mobile_between_chinese_words_is_never_seen(number in "1[3-9][0-9]{9}", before in "[一-龥]{0,5}", after in "[一-龥]{0,5}") {
        let masked = mask(&format!("{before}{number}{after}"), &[]).text;
        prop_assert!(!masked.contains(&number), "{masked}");
    }
}
