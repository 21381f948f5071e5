//! Filling a playbook's text with what it is about, in the reader's language.

use chrono::TimeDelta;

use super::model::{Playbook, Stage};
use super::subject::SubjectKind;
use super::wording::{Placeholder, filled};
use crate::people::Role;
use crate::texts::Language;

/// What a text is told about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub kind: SubjectKind,
    /// The subject's name.
    pub subject: &'a str,
    /// The code of the stage it is in.
    pub stage: Option<&'a str>,
    /// The name of the rep who holds it.
    pub owner: Option<&'a str>,
    pub waited: TimeDelta,
    /// The department that a hand-over was asked of.
    pub department: Option<Role>,
    /// How long that department takes, on the mean.
    pub mean: Option<TimeDelta>,
}

/// A text with its gaps filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub title: String,
    pub why: String,
    pub next: String,
}

/// Tells the playbook's text `code`; `None` when it has no such text.
pub fn tell(playbook: &Playbook, code: &str, about: &About<'_>, language: Language) -> Option<Told> {
    let text = playbook.texts.get(code)?;
    let stage = about.stage.and_then(|code| playbook.subjects.get(&about.kind)?.stage(code));
    let fill = |placeholder| match placeholder {
        Placeholder::Subject => about.subject.to_owned(),
        Placeholder::Stage => stage.map_or("", |stage| stage.name.of(language)).to_owned(),
        Placeholder::Owner => about.owner.unwrap_or(nobody(language)).to_owned(),
        Placeholder::Waited => length(about.waited, language),
        Placeholder::Awaited => awaited(stage, language),
        Placeholder::Department => about.department.map_or("", |role| role.name(language)).to_owned(),
        Placeholder::Mean => about.mean.map_or_else(String::new, |mean| length(mean, language)),
    };
    let told = |wording: &super::wording::Wording| filled(wording.of(language), fill);
    Some(Told { title: told(&text.title), why: told(&text.why), next: told(&text.next) })
}

const fn nobody(language: Language) -> &'static str {
    match language {
        Language::ZhCn => "暂无负责人",
        Language::En => "nobody yet",
    }
}

fn awaited(stage: Option<&Stage>, language: Language) -> String {
    let names = stage.map(|stage| stage.awaits.as_slice()).unwrap_or_default().iter().map(|kind| kind.name(language));
    names.collect::<Vec<_>>().join(if language == Language::ZhCn { "、" } else { ", " })
}

/// A length of time in the two largest of days, hours and minutes; what is below a minute is not told.
pub fn length(length: TimeDelta, language: Language) -> String {
    let minutes = length.num_minutes().max(0);
    let parts = [(minutes / 1440, "天", "d"), (minutes / 60 % 24, "小时", "h"), (minutes % 60, "分钟", "min")];
    let mut told = parts.into_iter().skip_while(|part| part.0 == 0).take(2).filter(|part| part.0 > 0).peekable();
    if told.peek().is_none() {
        return if language == Language::ZhCn { "不到 1 分钟" } else { "less than a minute" }.to_owned();
    }
    let told = told.map(|(number, zh_cn, en)| format!("{number} {}", if language == Language::ZhCn { zh_cn } else { en }));
    told.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::{DEFAULT, read};

    #[test]
    fn lengths_are_told_in_their_two_largest_parts() {
        for (minutes, zh_cn, en) in [
            (0, "不到 1 分钟", "less than a minute"),
            (59, "59 分钟", "59 min"),
            (120, "2 小时", "2 h"),
            (2880, "2 天", "2 d"),
            (2881, "2 天", "2 d"),
            (3061, "2 天 3 小时", "2 d 3 h"),
        ] {
            assert_eq!(length(TimeDelta::minutes(minutes), Language::ZhCn), zh_cn);
            assert_eq!(length(TimeDelta::minutes(minutes), Language::En), en);
        }
    }

    #[test]
    fn every_text_of_the_default_playbook_can_be_told() {
        let playbook = read(DEFAULT).unwrap();
        let about = About {
            kind: SubjectKind::Lead,
            subject: "好邻居",
            stage: Some("confirmed"),
            owner: None,
            waited: TimeDelta::hours(48),
            department: None,
            mean: None,
        };
        for code in playbook.texts.keys() {
            for language in Language::ALL {
                let told = tell(&playbook, code.as_str(), &about, language).unwrap();
                assert!(![&told.title, &told.why, &told.next].iter().any(|text| text.contains(['{', '}'])), "{told:?}");
            }
        }
        let told = tell(&playbook, "lead_stalled_todo", &about, Language::ZhCn).unwrap();
        assert_eq!((told.title.as_str(), told.why.as_str()), ("好邻居停了 2 天", "这条线索在“已接单”阶段，等的是：首次联系记录。"));
        assert_eq!(tell(&playbook, "no_such_text", &about, Language::En), None);
    }
}
