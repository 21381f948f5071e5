//! Names of companies, and when two of them mean the same one.

use unicode_normalization::UnicodeNormalization;

/// What stands at the end of a name and says what kind of company it is, the longer before the shorter that it ends with.
const FORMS: [&str; 24] = [
    "集团股份有限公司",
    "集团有限责任公司",
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "股份公司",
    "集团公司",
    "有限公司",
    "总公司",
    "分公司",
    "公司",
    "集团",
    "incorporated",
    "corporation",
    "companylimited",
    "coltd",
    "limited",
    "company",
    "group",
    "gmbh",
    "corp",
    "inc",
    "llc",
    "ltd",
];

/// The name as it is compared: full-width letters folded, case, spaces and signs left out, and the legal form cut off its end, unless
/// nothing would be left. `None` for a name without a single letter.
///
/// ```
/// use domain::leads::company::key;
/// assert_eq!(key("上海晨光文具股份有限公司"), key("上海晨光文具"));
/// assert_eq!(key("ＡＣＭＥ Co., Ltd."), key("acme"));
/// ```
pub fn key(name: &str) -> Option<String> {
    let whole = name.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect::<String>();
    let mut kept = whole.as_str();
    // A group's branch has several forms behind one another.
    while let Some(shorter) = FORMS.iter().find_map(|form| kept.strip_suffix(form)).filter(|shorter| shorter.chars().count() > 1) {
        kept = shorter;
    }
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_company_has_one_key() {
        for same in [
            &["上海晨光文具股份有限公司", "上海晨光文具有限公司", "上海 晨光文具", "上海晨光文具（集团）有限公司", "【上海】晨光文具公司"]
                [..],
            &["ACME Co., Ltd.", "Acme Company Limited", "ＡＣＭＥ　ＬＴＤ", "acme", "Acme, Inc."],
            &["好邻居母婴用品店（世纪大道店）", "好邻居母婴用品店(世纪大道店)", "好邻居 母婴用品店 世纪大道店"],
        ] {
            let keys = same.iter().map(|name| key(name)).collect::<std::collections::BTreeSet<_>>();
            assert_eq!(keys.len(), 1, "{keys:?}");
        }
        assert_ne!(key("晨光文具"), key("晨光便利店"));
    }

    #[test]
    fn a_name_never_becomes_nothing() {
        assert_eq!(key("有限公司").as_deref(), Some("有限公司"));
        assert_eq!(key("集团公司").as_deref(), Some("集团公司"));
        assert_eq!(key("Inc").as_deref(), Some("inc"));
        assert_eq!((key("—（）"), key("")), (None, None));
    }
}
