//! The words by which an event says whether people work.

/// Words by which an event says that people work, or that they do not.
const WORK: [&str; 6] = ["上班", "补班", "（班）", "(班)", "workday", "working day"];
const OFF: [&str; 5] = ["假期", "放假", "休", "holiday", "day off"];

/// Whether people work on the days of an event, if it says so. 调休 alone can mean either.
pub fn works(summary: &str) -> Option<bool> {
    let summary = summary.to_lowercase();
    if WORK.iter().any(|word| summary.contains(word)) {
        return Some(true);
    }
    let rest = summary.replace("调休", "");
    OFF.iter().any(|word| rest.contains(word)).then_some(false)
}

/// The holiday alone: 春节 of 春节假期, 春节（休） and 上班(补春节假期).
pub fn plain_name(summary: &str) -> String {
    let words = ["上班", "补班", "调休", "假期", "放假", "休息", "day off", "workday"];
    let bare = words.iter().fold(summary.to_owned(), |name, word| name.replace(word, ""));
    let bare = bare.trim_matches(|c: char| c.is_whitespace() || "()（）[]【】:：·-补休班".contains(c));
    if bare.is_empty() { summary.trim().to_owned() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_and_make_up_days_are_told_apart() {
        for (summary, want, name) in [
            ("春节假期", Some(false), "春节"),
            ("国庆节、中秋节假期", Some(false), "国庆节、中秋节"),
            ("上班(补春节假期)", Some(true), "春节"),
            ("春节（休）", Some(false), "春节"),
            ("春节（班）", Some(true), "春节"),
            ("端午节补班", Some(true), "端午节"),
            ("调休上班", Some(true), "调休上班"),
            ("春节调休", None, "春节"),
            ("Spring Festival (day off)", Some(false), "Spring Festival"),
            ("Working day", Some(true), "Working day"),
            ("植树节", None, "植树节"),
            ("", None, ""),
        ] {
            assert_eq!(works(summary), want, "{summary}");
            if want.is_some() || summary == "植树节" {
                assert_eq!(plain_name(summary), name, "{summary}");
            }
        }
    }
}
