//! What each check tells people: what was seen, and what to do about it.
//!
//! The rep reads this at the customer's door. So: short, friendly, one thing to do; nothing is ever held against them, and missing
//! metadata least of all, because honest phones lose it every day.

mod en;
mod zh_cn;

use super::code::Code;
use super::verdict::{Check, Measure};
use crate::texts::Language;

/// A check in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckText {
    pub message: String,
    /// What to do; `None` when there is nothing to do.
    pub remedy: Option<String>,
}

/// The words of one finding, with `{measured}` and `{limit}` where the figures go.
struct Wording {
    code: Code,
    message: &'static str,
    remedy: &'static str,
}

const fn wording(code: Code, message: &'static str, remedy: &'static str) -> Wording {
    Wording { code, message, remedy }
}

/// A check's message and remedy in a language, figures filled in.
pub fn text(check: &Check, language: Language) -> CheckText {
    let is_look_alike = check.code == Code::PhotoReused && matches!(check.measured, Some(Measure::Bits(_)));
    let wording = if is_look_alike { Some(look_alike_wording(language)) } else { wording_of(check.code, language) };
    let value = |measure: Option<&Measure>, limit: Option<&Measure>| {
        measure.map_or_else(|| unknown(language).to_owned(), |measure| words(measure, limit, language))
    };
    let Some(wording) = wording else { return CheckText { message: check.code.as_str().to_owned(), remedy: None } };
    let limit = check.limit.as_ref();
    wording.filled(|| value(check.measured.as_ref(), limit), || value(limit, None))
}

/// What a finding tells people, for a page that lists them all: the figures stay blank.
pub fn blank(code: Code, language: Language) -> Option<CheckText> {
    wording_of(code, language).map(Wording::blank)
}

/// As [`blank`], for a photo that only resembles another one.
pub fn blank_look_alike(language: Language) -> CheckText {
    look_alike_wording(language).blank()
}

fn wording_of(code: Code, language: Language) -> Option<&'static Wording> {
    let wordings = match language {
        Language::ZhCn => zh_cn::WORDINGS,
        Language::En => en::WORDINGS,
    };
    wordings.iter().find(|wording| wording.code == code)
}

const fn look_alike_wording(language: Language) -> &'static Wording {
    match language {
        Language::ZhCn => &zh_cn::LOOK_ALIKE,
        Language::En => &en::LOOK_ALIKE,
    }
}

impl Wording {
    fn filled(&self, measured: impl Fn() -> String, limit: impl Fn() -> String) -> CheckText {
        let fill = |template: &str| template.replace("{limit}", &limit()).replace("{measured}", &measured());
        CheckText { message: fill(self.message), remedy: (!self.remedy.is_empty()).then(|| fill(self.remedy)) }
    }

    fn blank(&self) -> CheckText {
        let gap = || "…".to_owned();
        self.filled(gap, gap)
    }
}

const fn unknown(language: Language) -> &'static str {
    match language {
        Language::ZhCn => "未知",
        Language::En => "unknown",
    }
}

/// A measure as people say it. What is over its limit also reads as over it, however little it is.
fn words(measure: &Measure, limit: Option<&Measure>, language: Language) -> String {
    let zh = language == Language::ZhCn;
    match measure {
        Measure::Metres(metres) => distance(*metres, limit, zh),
        Measure::Seconds(seconds) => span(*seconds, zh),
        Measure::KilometresPerHour(speed) => format!("{:.0}{}", speed.ceil(), if zh { " 公里/小时" } else { " km/h" }),
        Measure::Characters(1) if !zh => "1 character".to_owned(),
        Measure::Characters(chars) => format!("{chars}{}", if zh { " 个字" } else { " characters" }),
        Measure::Bits(bits) => bits.to_string(),
        Measure::Instant(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        Measure::Visit(id) => id.to_string(),
        Measure::Text(text) => text.chars().filter(|c| !c.is_control()).take(60).collect(),
    }
}

/// Metres, or kilometres to a tenth; rounded, and only where rounding would hide that the limit is passed, rounded up.
fn distance(metres: f64, limit: Option<&Measure>, zh: bool) -> String {
    let unit = if metres.abs() < 1000.0 { 1.0 } else { 100.0 };
    let nearest = (metres / unit).round();
    let hides = matches!(limit, Some(Measure::Metres(limit)) if metres > *limit && nearest <= (limit / unit).round());
    let count = if hides { (metres / unit).ceil() } else { nearest };
    if unit > 1.0 {
        format!("{:.1}{}", count / 10.0, if zh { " 公里" } else { " km" })
    } else {
        format!("{count:.0}{}", if zh { " 米" } else { " m" })
    }
}

/// Seconds in the unit that suits their size.
fn span(seconds: i64, zh: bool) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let (unit, zh_unit, en_unit) = match seconds.saturating_abs() {
        size if size < 2 * MINUTE => (1, "秒", "second"),
        size if size <= 2 * HOUR => (MINUTE, "分钟", "minute"),
        size if size <= 2 * DAY => (HOUR, "小时", "hour"),
        _ => (DAY, "天", "day"),
    };
    let count = seconds.saturating_add(unit - 1).div_euclid(unit);
    let plural = if count == 1 { "" } else { "s" };
    if zh { format!("{count} {zh_unit}") } else { format!("{count} {en_unit}{plural}") }
}
