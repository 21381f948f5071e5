//! Telephone numbers as people write them, and as one number is written once: E.164.

use unicode_normalization::UnicodeNormalization;

/// What people write between a number and its extension.
const EXTENSION: [&str; 6] = ["转", "轉", "分机", "ext", "x", "#"];

/// The number in E.164 (`+8613800138000`), without its extension; `None` for what is no number of a kind known here. Numbers without a
/// country are Chinese: mobiles, landlines with their area code (`021-5888 1234`, `(010) 6552 9988`) and 400 and 800 numbers.
///
/// ```
/// use domain::leads::phone::normalised;
/// assert_eq!(normalised("１３８ 0013 8000").as_deref(), Some("+8613800138000"));
/// assert_eq!(normalised("0755-26012345 转 801").as_deref(), Some("+8675526012345"));
/// assert_eq!(normalised("5888 1234"), None, "which city?");
/// ```
pub fn normalised(text: &str) -> Option<String> {
    let text = text.nfkc().collect::<String>().to_lowercase();
    let whole = EXTENSION.iter().filter_map(|mark| text.find(mark)).min().and_then(|at| text.get(..at)).unwrap_or(&text).trim();
    let is_abroad = whole.starts_with('+') || whole.starts_with("00");
    let plain = |c: &char| !matches!(c, ' ' | '-' | '‐' | '‑' | '–' | '—' | '(' | ')' | '.' | '/' | '·' | '+' | '\u{a0}');
    let digits = whole.chars().filter(plain).collect::<String>();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if is_abroad {
        let digits = if whole.starts_with('+') { &digits } else { digits.get(2..)? };
        return match digits.strip_prefix("86") {
            // (0) is often written between the country and the area, and is not dialled.
            Some(rest) => national(rest).or_else(|| national(&format!("0{rest}"))),
            None => ((7..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}")),
        };
    }
    national(&digits).or_else(|| national(digits.strip_prefix("86").filter(|rest| rest.len() == 11)?))
}

/// A number as it is dialled within China.
fn national(digits: &str) -> Option<String> {
    let bytes = digits.as_bytes();
    let is_mobile = bytes.len() == 11 && bytes.first() == Some(&b'1') && bytes.get(1).is_some_and(|byte| (b'3'..=b'9').contains(byte));
    let is_service = bytes.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
    if is_mobile || is_service {
        return Some(format!("+86{digits}"));
    }
    let area = digits.strip_prefix('0')?;
    // Peking and the 02x areas have two digits and eight behind them; all others three, and seven or eight.
    let fits = match area.as_bytes() {
        [b'1', b'0', rest @ ..] | [b'2', b'0'..=b'9', rest @ ..] => rest.len() == 8,
        [b'3'..=b'9', _, _, rest @ ..] => matches!(rest.len(), 7 | 8),
        _ => false,
    };
    let subscriber = area.get(if area.starts_with('1') || area.starts_with('2') { 2 } else { 3 }..)?;
    (fits && !subscriber.starts_with('0') && !subscriber.starts_with('1')).then(|| format!("+86{area}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_written_once() {
        for (written, want) in [
            ("13800138000", "+8613800138000"),
            ("138-0013-8000", "+8613800138000"),
            ("+86 138 0013 8000", "+8613800138000"),
            ("0086-13800138000", "+8613800138000"),
            ("8613800138000", "+8613800138000"),
            ("＋８６（１３８）００１３８０００", "+8613800138000"),
            ("021-58881234", "+862158881234"),
            ("(021) 5888 1234", "+862158881234"),
            ("+86 (0)21 5888 1234", "+862158881234"),
            ("+86 21 58881234", "+862158881234"),
            ("010 6552 9988 ext. 12", "+861065529988"),
            ("0755—26012345转801", "+8675526012345"),
            ("0595 2812345#3", "+865952812345"),
            ("400-820-8820", "+864008208820"),
            ("+852 2522 1234", "+85225221234"),
            ("+1 (415) 555-0132", "+14155550132"),
            ("0044 20 7946 0958", "+442079460958"),
        ] {
            assert_eq!(normalised(written).as_deref(), Some(want), "{written}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for written in [
            "",
            " ",
            "+",
            "00",
            "转8",
            "abc",
            "1380013800",
            "138001380001",
            "12800138000",
            "58881234",
            "021-5888123",
            "01065529",
            "021-08881234",
            "+0123456789",
            "+12345",
            "+1234567890123456",
            "13800138000/13900139000",
            "13x",
            "微信同号",
            "+86",
            "+86 999",
        ] {
            assert_eq!(normalised(written), None, "{written}");
        }
    }
}
