//! Which keys a page of a listing holds.

use std::collections::BTreeSet;
use std::ops::Bound;

/// What a client asks to see.
#[derive(Debug, Default)]
pub(super) struct Wish<'a> {
    pub prefix: &'a str,
    /// Keys that share what comes before it, after the prefix, are shown as one.
    pub delimiter: Option<&'a str>,
    /// Only what comes after it in byte order.
    pub after: &'a str,
    /// Longest page.
    pub limit: usize,
}

/// A page: objects and groups together are at most `limit`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub keys: Vec<String>,
    pub groups: Vec<String>,
    /// The last key or group of the page, when there is more after it.
    pub next_after: Option<String>,
}

/// Chooses the page. A group counts once, and a page that ends with a group continues behind all of its keys.
pub(super) fn page(all: &BTreeSet<String>, wish: &Wish<'_>) -> Page {
    let mut page = Page::default();
    let mut last = None;
    let mut start = if wish.after >= wish.prefix { Bound::Excluded(wish.after) } else { Bound::Included(wish.prefix) };
    while let Some(key) = all.range::<str, _>((start, Bound::Unbounded)).next().filter(|key| key.starts_with(wish.prefix)) {
        let group = group_of(key, wish);
        let behind = group.and_then(|group| last_within(all, group)).unwrap_or(key);
        if group == Some(wish.after) {
            // Shown at the end of the page before.
            start = Bound::Excluded(behind);
            continue;
        }
        if page.keys.len() + page.groups.len() == wish.limit {
            page.next_after = last;
            return page;
        }
        last = Some(group.unwrap_or(key).to_owned());
        match group {
            Some(group) => page.groups.push(group.to_owned()),
            None => page.keys.push(key.clone()),
        }
        start = Bound::Excluded(behind);
    }
    page
}

/// The part of the key up to and including the first delimiter after the prefix.
fn group_of<'a>(key: &'a str, wish: &Wish<'_>) -> Option<&'a str> {
    let delimiter = wish.delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let rest = key.get(wish.prefix.len()..)?;
    let at = rest.find(delimiter)?;
    key.get(..wish.prefix.len() + at + delimiter.len())
}

/// The last key that starts with `group`.
fn last_within<'a>(all: &'a BTreeSet<String>, group: &str) -> Option<&'a str> {
    // char::MAX sorts after every continuation of the group, except another char::MAX.
    let end = format!("{group}{}", char::MAX);
    let candidate = all.range::<str, _>((Bound::Included(group), Bound::Excluded(end.as_str()))).next_back()?;
    candidate.starts_with(group).then_some(candidate.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(all: &[&str]) -> BTreeSet<String> {
        all.iter().map(|&key| key.to_owned()).collect()
    }

    #[test]
    fn prefix_delimiter_and_start() {
        let all = keys(&["a", "a/1", "a/2", "b/x/1", "b/y", "c", "照片/1", "照片/2"]);
        let cases: [(Wish<'_>, &[&str], &[&str]); 7] = [
            (Wish { limit: 99, ..Wish::default() }, &["a", "a/1", "a/2", "b/x/1", "b/y", "c", "照片/1", "照片/2"], &[]),
            (Wish { limit: 99, prefix: "a/", ..Wish::default() }, &["a/1", "a/2"], &[]),
            (Wish { limit: 99, delimiter: Some("/"), ..Wish::default() }, &["a", "c"], &["a/", "b/", "照片/"]),
            (Wish { limit: 99, prefix: "b/", delimiter: Some("/"), ..Wish::default() }, &["b/y"], &["b/x/"]),
            (Wish { limit: 99, after: "b/y", ..Wish::default() }, &["c", "照片/1", "照片/2"], &[]),
            (Wish { limit: 99, prefix: "b/", after: "a/1", ..Wish::default() }, &["b/x/1", "b/y"], &[]),
            (Wish { limit: 99, prefix: "none", ..Wish::default() }, &[], &[]),
        ];
        for (wish, objects, groups) in cases {
            let page = page(&all, &wish);
            assert_eq!(
                (page.keys, page.groups, page.next_after),
                (objects.iter().map(|&k| k.into()).collect(), groups.iter().map(|&k| k.into()).collect(), None),
                "{wish:?}"
            );
        }
    }

    #[test]
    fn pages_of_any_length_show_everything_once() {
        let all = keys(&["a", "a/1", "a/2", "b/x/1", "b/y", "c", "d/1", "d/2", "d/3", "e", "照片/1", "照片/2"]);
        for delimiter in [None, Some("/")] {
            let whole = page(&all, &Wish { delimiter, limit: 99, ..Wish::default() });
            for limit in 1..8 {
                let (mut objects, mut groups, mut after) = (Vec::new(), Vec::new(), String::new());
                loop {
                    let part = page(&all, &Wish { delimiter, limit, after: &after, ..Wish::default() });
                    assert!(part.keys.len() + part.groups.len() <= limit);
                    objects.extend(part.keys);
                    groups.extend(part.groups);
                    match part.next_after {
                        Some(next) => after = next,
                        None => break,
                    }
                }
                assert_eq!((&objects, &groups), (&whole.keys, &whole.groups), "limit {limit}, delimiter {delimiter:?}");
            }
        }
    }

    #[test]
    fn a_page_of_nothing_ends() {
        assert_eq!(page(&keys(&["a"]), &Wish::default()), Page::default());
    }
}
