//! What holds of masking whatever the text is.

use domain::masking::{Names, mask, mask_beginning};
use proptest::prelude::*;

/// Addresses shrink when they are hidden, so that where reading ends lies within what is shown; every place in a secret may be there.
#[test]
fn no_half_of_a_secret_is_seen_where_reading_ends() {
    let shrinking = format!("{}@b.cn，", "a".repeat(60)).repeat(10);
    for (secret, bare) in [
        ("13800138000", "1380"),
        ("6222021001001234563", "62220"),
        ("11010519491231002X", "11010519"),
        ("张三丰", "张三"),
        ("John Smith", "John"),
        ("zhangsanfeng@example.com", "zhang"),
        ("微信 abc123456", "abc"),
        ("010-8888-7777", "8888"),
    ] {
        for (most, pad) in (100..200).step_by(7).flat_map(|most| (0..200).map(move |pad| (most, pad))) {
            let text = format!("{shrinking}{}{secret}{}", "好".repeat(pad), "\u{200b}好".repeat(800));
            let shown = mask_beginning(&text, &Names::new(["张三丰", "John Smith"]), most);
            assert!(!shown.contains(bare), "{most} {pad}: {shown}");
        }
    }
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

    #[test]
    fn what_is_hidden_is_left_alone(text in SAID, name in "(张伟|John Smith|li|[a-z]{2} [a-z]{2})") {
        let once = mask(&text, &[&name]).text;
        prop_assert_eq!(mask(&once, &[&name]).text, once);
    }

    /// Whatever is before and behind a secret, and wherever the text is cut, no more of it is seen than a mask leaves.
    #[test]
    fn no_secret_is_seen_in_what_is_shown(
        (secret, bare) in prop_oneof![
            Just(("13800138000", "1380")), Just(("138.0013.8000", "0013")), Just(("+86 138 0013 8000", "0013")),
            Just(("（138）0013-8000", "0013")), Just(("11010519491231002X", "19491")), Just(("6222021001001234563", "62220")),
            Just(("加微 abc123456", "abc1")), Just(("zhangsanfeng@example.com", "zh")), Just(("张三丰", "三")), Just(("张 三 丰", "三")),
            Just(("John Smith", "Smi")), Just(("ＪＯＨＮ　ＳＭＩＴＨ", "ＭＩ")), Just(("010-8888-7777转8001", "8888")),
        ],
        before in FILLING, after in FILLING, most in 10_usize..250,
    ) {
        let names = Names::new(["张三丰", "John Smith"]);
        let text = format!("{before}，{secret}，{after}");
        let shown = mask_beginning(&text, &names, most);
        prop_assert!(shown.chars().count() <= most);
        prop_assert!(!shown.contains(bare), "{shown}");
        let whole = mask_beginning(&text, &names, 10_000);
        prop_assert!(!whole.contains(bare), "{whole}");
    }
}

/// What people write, and what is like what is looked for.
const SAID: &str =
    "([0-9]{1,4}|[a-z]{1,3}|[ .:@*+()-]|张|伟|微|加|电话|身份证|护照|微信|qq|vx|John Smith|at|粤B|138|0013|8000|010|86|6222|com){0,25}";
/// What is longer and shorter once it is hidden, what nobody sees, and nothing else that `no_secret_is_seen_in_what_is_shown` looks for.
const FILLING: &str = "((\u{200b}|\u{feff}|\u{202d}){0,300}|[好吗，。 ]{0,120}|(李雷 ){0,30}|(a{60}@b\\.cn，){0,30}|(John Smith，){0,30}|(13912345678，){0,40}|x{0,200}，){0,4}";

/// What strangers write and whom they say they are, however it is laid out, costs no more than the text is long.
#[test]
fn no_name_and_no_text_makes_it_slow() {
    let long = format!("{}李", "张".repeat(98));
    let names = Names::new([long.as_str()]);
    let many = (0..2000).map(|n| format!("{}{n}", "王".repeat(60))).collect::<Vec<_>>();
    let crowd = Names::new(many.iter().map(String::as_str));
    for (text, names) in
        [("张".repeat(4000), &names), ("王".repeat(4000), &crowd), ("v-".repeat(2000), &crowd), ("v 1".repeat(1300), &names)]
    {
        let started = std::time::Instant::now();
        let masked = mask_beginning(&text, names, 4000);
        assert!(masked.chars().count() <= 4000);
        assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:.20} took {:?}", text, started.elapsed());
    }
}
