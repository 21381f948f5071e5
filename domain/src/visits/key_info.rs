//! What a rep wrote about a visit, seen through the ways of writing nothing.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// Texts of fewer meaningful characters have no fingerprint. "老板不在" or "no answer" is honestly written again and again, and a
/// match would only send honest visits to review; the remedy for empty phrases is the policy's minimum length. From eight on, an
/// equal text is a pasted text far more often than a coincidence.
pub const FINGERPRINT_MIN_CHARS: u32 = 8;

/// Endings of company and shop names that people leave out when they write the name.
const NAME_ENDINGS: [&str; 16] = [
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "分公司",
    "公司",
    "集团",
    "专卖店",
    "门店",
    "商店",
    "店",
    "coltd",
    "company",
    "limited",
    "ltd",
    "inc",
    "llc",
];

/// The text as the checks see it: compatibility forms folded (full-width, ligatures), lower case, and letters and digits only.
///
/// White space of any width, punctuation however often repeated, emoji, control and zero-width characters carry nothing and fall away.
pub fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().filter(|c| is_meaningful(*c)).collect()
}

/// How many characters of the text say something.
pub fn meaningful_chars(text: &str) -> u32 {
    u32::try_from(folded(text).chars().count()).unwrap_or(u32::MAX)
}

/// Whether the text is one sign held down: "啊啊啊啊", "1111".
pub fn is_one_sign(text: &str) -> bool {
    let folded = folded(text);
    let first = folded.chars().next();
    folded.chars().nth(3).is_some() && folded.chars().all(|c| Some(c) == first)
}

/// Whether the text is the customer's name and nothing else: with or without its legal ending, once or repeated.
pub fn is_only_name(text: &str, customer_name: &str) -> bool {
    let (text, name) = (folded(text), folded(customer_name));
    let short = NAME_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    // The whole name is taken out first, so that its ending does not stay behind.
    let is_repeated = |part: &str| !part.is_empty() && text.replace(&name, "").replace(part, "").is_empty();
    !text.is_empty() && !name.is_empty() && (is_repeated(&name) || is_repeated(short))
}

/// SHA-256 of the folded text, by which copies are found; `None` for texts too short to be called copies.
pub fn fingerprint(text: &str) -> Option<[u8; 32]> {
    let folded = folded(text);
    let is_long_enough = folded.chars().nth(FINGERPRINT_MIN_CHARS.saturating_sub(1) as usize).is_some();
    is_long_enough.then(|| Sha256::digest(folded.as_bytes()).into())
}

fn is_meaningful(c: char) -> bool {
    // Letters by their class that show nothing: the Hangul fillers and the Khmer inherent vowels.
    let is_blank_letter = matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{17B4}' | '\u{17B5}');
    c.is_alphanumeric() && !is_blank_letter
}

#[cfg(test)]
mod tests {
    use super::{fingerprint, folded, is_one_sign, is_only_name, meaningful_chars};

    #[test]
    fn ways_of_writing_nothing_are_nothing() {
        for text in [
            "",
            " \t\r\n",
            "\u{3000}\u{3000}",
            "\u{200B}\u{200D}\u{FEFF}\u{2060}",
            "\u{0}\u{7}\u{1b}",
            "。。。！！！……——",
            "、，；：？“”（）【】《》",
            "👍👍👍🏻❤️",
            "🇨🇳",
            "\u{3164}\u{115F}\u{FFA0}",
            "\u{2800}\u{2800}",
            "\u{E0041}\u{FE0F}",
            "~~~~----____",
            "\u{301}\u{302}",
        ] {
            assert_eq!(meaningful_chars(text), 0, "{text:?}");
            assert_eq!(fingerprint(text), None, "{text:?}");
        }
    }

    #[test]
    fn characters_that_say_something_are_counted_once_folded() {
        for (text, count) in
            [("老板想要三台", 6), ("　老 板 　想要", 4), ("ＡＢＣ１２", 5), ("要货！！！！", 2), ("ok👌", 2), ("Ⅲ期", 4), ("ﬁx", 3)]
        {
            assert_eq!(meaningful_chars(text), count, "{text}");
        }
        assert_eq!(folded("Ａb　Ｃ。１"), "abc1");
    }

    #[test]
    fn a_key_held_down_says_nothing_and_short_answers_do() {
        for text in ["啊啊啊啊", "1111", "a A ａ a。", "哈哈哈哈哈哈哈哈！"] {
            assert!(is_one_sign(text), "{text}");
        }
        for text in ["", "。。。。", "好", "好好好", "老板不在", "11112"] {
            assert!(!is_one_sign(text), "{text}");
        }
    }

    #[test]
    fn a_name_alone_is_noticed_and_a_sentence_with_it_is_not() {
        let name = "上海好孩子母婴用品有限公司";
        for text in [
            name,
            "上海好孩子母婴用品",
            "【上海好孩子母婴用品】有限公司。",
            "上海好孩子母婴用品有限公司 上海好孩子母婴用品",
            " 上海 好孩子 母婴用品 ",
        ] {
            assert!(is_only_name(text, name), "{text}");
        }
        for text in ["上海好孩子母婴用品想要十箱奶粉", "好", "有限公司", "老板不在", "", "！！"] {
            assert!(!is_only_name(text, name), "{text}");
        }
        assert!(is_only_name("ACME", "Acme Co., Ltd."));
        assert!(!is_only_name("acme wants a quote", "Acme Co., Ltd."));
        assert!(!is_only_name("老板想要三台", "!!!"), "a name that says nothing hides nothing");
        assert!(!is_only_name("要货", "公司"), "a name that is only an ending");
    }

    #[test]
    fn copies_share_a_fingerprint_however_they_are_dressed_up() {
        let original = "老板说下周三之前给报价，要 30 台。";
        let copy = "老板说下周三之前给报价,要３０台！！！👍";
        assert!(fingerprint(original).is_some());
        assert_eq!(fingerprint(original), fingerprint(copy));
        assert_ne!(fingerprint(original), fingerprint("老板说下周三之前给报价，要 20 台。"));
        assert_eq!(fingerprint("已拜访"), None);
        assert_eq!(fingerprint("七个字的短句子"), None);
        assert!(fingerprint("这里一共有八个字").is_some());
    }
}
