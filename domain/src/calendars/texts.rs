//! What people read about calendars, in both languages.

use super::calendar::YearStatus;
use crate::texts::Language;

/// The holidays that Chinese notices name, in English.
const HOLIDAYS: [(&str, &str); 7] = [
    ("元旦", "New Year's Day"),
    ("春节", "Spring Festival"),
    ("清明节", "Qingming Festival"),
    ("劳动节", "Labour Day"),
    ("端午节", "Dragon Boat Festival"),
    ("中秋节", "Mid-Autumn Festival"),
    ("国庆节", "National Day"),
];

/// A day's name for a reader: the known holidays are translated, whatever else a day is called stays.
pub fn day_name(name: &str, language: Language) -> String {
    let in_english = |part: &str| HOLIDAYS.iter().find(|(chinese, _)| *chinese == part).map(|(_, english)| *english);
    let translated = match language {
        Language::ZhCn => None,
        Language::En => name.split('、').map(in_english).collect::<Option<Vec<_>>>(),
    };
    translated.map_or_else(|| name.to_owned(), |parts| parts.join(", "))
}

/// What to know about a year whose official notice is not in; `None` when it is.
pub fn uncertain_year(year: i32, status: YearStatus, language: Language) -> Option<String> {
    Some(match (status, language) {
        (YearStatus::Official, _) => return None,
        (YearStatus::Estimated, Language::ZhCn) => format!("{year} 年放假安排尚未导入，部分日期为估计；正式通知发布后请导入。"),
        (YearStatus::Estimated, Language::En) => {
            format!("The official holidays of {year} are not in yet and some days are assumed; import the notice once it is out.")
        }
        (YearStatus::Missing, Language::ZhCn) => format!("没有 {year} 年的放假安排，只按每周的工作时间计算；请导入。"),
        (YearStatus::Missing, Language::En) => {
            format!("Nothing is known about the holidays of {year}, so only the working week counts; please import them.")
        }
    })
}

/// What to know when a budget of working time is never used up.
pub const fn never_due(language: Language) -> &'static str {
    match language {
        Language::ZhCn => "按当前日历，四十年内的工作时间都不够用完这段时限。",
        Language::En => "By this calendar, forty years do not have enough working time to use this budget up.",
    }
}
