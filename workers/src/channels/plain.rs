//! Plain text: made harmless, and cut to a measure without ever splitting a character.

const ELLIPSIS: &str = "…";

/// Text on one line, without control characters.
pub fn line(text: &str) -> String {
    text.split(|letter: char| letter.is_whitespace() || is_control(letter)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Text whose lines stay apart, each as [`line`] leaves it; empty lines go.
pub fn text(text: &str) -> String {
    text.lines().map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Text in which nothing is mark-up any more, whatever dialect reads it: the letters that could be are replaced by their full-width
/// likenesses, because no dialect here says how they are escaped.
pub fn unmarked(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '<' => '＜',
            '>' => '＞',
            '[' => '［',
            ']' => '］',
            '*' => '＊',
            '`' => '｀',
            '#' => '＃',
            '\\' => '＼',
            other => other,
        })
        .collect()
}

/// What one cannot see, or what turns the reading direction of all that follows.
fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// At most `max` bytes, with an ellipsis where something is missing.
pub fn cut_bytes(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max.saturating_sub(ELLIPSIS.len()));
    let ellipsis = if max >= ELLIPSIS.len() { ELLIPSIS } else { "" };
    format!("{}{ellipsis}", text.get(..end).unwrap_or_default().trim_end())
}

/// At most `max` characters, with an ellipsis where something is missing.
pub fn cut_chars(text: &str, max: usize) -> String {
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}{ELLIPSIS}", kept.trim_end())
}

/// The largest rendering that fits: `render` is given fewer and fewer bytes of text until its result has at most `max` bytes.
pub fn fitted(max: usize, render: impl Fn(usize) -> Vec<u8>) -> Option<Vec<u8>> {
    std::iter::successors(Some(max), |budget| Some(budget / 2).filter(|budget| *budget >= 64)).map(render).find(|bytes| bytes.len() <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_fall_between_characters_and_keep_the_measure() {
        let letters = "停滞 48 小时 𠮷é";
        for max in 0..=letters.len() + 2 {
            let cut = cut_bytes(letters, max);
            assert!(cut.len() <= max && (max < letters.len() || cut == letters), "{max}: {cut}");
            assert!(max >= letters.len() || max < 3 || cut.ends_with('…'), "{max}: {cut}");
        }
        for max in 1..=letters.chars().count() + 2 {
            let cut = cut_chars(letters, max);
            assert!(cut.chars().count() <= max && (max < letters.chars().count() || cut == letters), "{max}: {cut}");
        }
        assert_eq!(cut_bytes("停滞停滞", 10), "停滞…");
        assert_eq!(cut_chars("停滞停滞", 3), "停滞…");
    }

    #[test]
    fn lines_hold_no_line_ends_and_nothing_invisible() {
        assert_eq!(line(" a\r\nBcc: b\u{0}c\u{202e}d\u{feff}\te\u{2028}f "), "a Bcc: b c d e f");
        assert_eq!(text("a \r\n\r\n b\u{85}c\n"), "a\nb c");
    }

    #[test]
    fn nothing_is_mark_up() {
        assert_eq!(unmarked("[a](b) <at id=all></at> # * `c` ![d]"), "［a］(b) ＜at id=all＞＜/at＞ ＃ ＊ ｀c｀ !［d］");
    }

    #[test]
    fn a_rendering_is_made_to_fit() {
        let quotes = "\"".repeat(1000);
        let render = |budget: usize| serde_json::to_vec(&cut_bytes(&quotes, budget)).unwrap();
        assert!((200..=1000).contains(&fitted(1000, render).unwrap().len()));
        assert_eq!(fitted(1000, |_| vec![0; 2000]), None);
    }
}
