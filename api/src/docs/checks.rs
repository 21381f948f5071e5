//! `/docs/checks`: every finding of a visit check, what it leads to, and what a rep reads.

use domain::texts::Language;
use domain::visits::texts::{CheckText, blank, blank_look_alike};
use domain::visits::{Code, Consequence};

use super::html::Page;

/// The page in one language.
pub fn page(language: Language) -> Page {
    let mut rows = Vec::new();
    for code in Code::ALL {
        let text = blank(*code, language).unwrap_or(CheckText { message: String::new(), remedy: None });
        rows.push(row(*code, text, language));
        if *code == Code::PhotoReused {
            let [_, _, choices, message, remedy] = row(*code, blank_look_alike(language), language);
            let code = format!("{}:look_alike", code.as_str());
            rows.push([code, name(Some(Consequence::Review), language).to_owned(), choices, message, remedy]);
        }
    }
    let (title, about, heads) = match language {
        Language::ZhCn => (
            "检查一览",
            "拜访判定中的每一项检查都会给出一个代码。判定不通过不是请求失败：拜访照常保存，并说明怎样做就能计入。",
            ["code", "默认结果", "组织可改为", "说明", "怎么办"],
        ),
        Language::En => (
            "Visit checks",
            "Every check of a verdict ends with one of these codes. A visit that does not count is no failed request: it is kept, and says what would make it count.",
            ["code", "Leads to", "An organisation may choose", "What was seen", "What to do"],
        ),
    };
    let mut page = Page::new(language, title, about);
    page.table(heads, rows);
    page
}

fn row(code: Code, text: CheckText, language: Language) -> [String; 5] {
    let choices = Consequence::ALL.into_iter().filter(|choice| code.permits(*choice) && Some(*choice) != code.default_consequence());
    let choices: Vec<_> = choices.map(|choice| name(Some(choice), language)).collect();
    let choices = choices.join(if language == Language::ZhCn { "、" } else { ", " });
    let leads_to = match (code, language) {
        (Code::NotJudged, Language::ZhCn) => "不检查，不影响结果",
        (Code::NotJudged, Language::En) => "skipped: it counts neither for nor against",
        _ => name(code.default_consequence(), language),
    };
    [code.as_str().to_owned(), leads_to.to_owned(), choices, text.message, text.remedy.unwrap_or_default()]
}

fn name(consequence: Option<Consequence>, language: Language) -> &'static str {
    let (zh, en) = match consequence {
        None => ("通过", "passes"),
        Some(Consequence::Fail) => ("不通过", "fails"),
        Some(Consequence::Review) => ("人工复核", "review"),
        Some(Consequence::Ignore) => ("忽略", "ignored"),
    };
    match language {
        Language::ZhCn => zh,
        Language::En => en,
    }
}
