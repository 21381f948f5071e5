//! Texts that are meant to do harm.

use std::thread;
use std::time::{Duration, Instant};

use domain::playbook::{DEFAULT, FaultCode, TEXT_BYTES_MAX, check};
use proptest::prelude::*;

use super::small::SMALL;

fn codes(text: String) -> Vec<FaultCode> {
    let start = Instant::now();
    let faults = thread::Builder::new().stack_size(1024 * 1024).spawn(move || check(&text)).unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
    faults.into_iter().map(|fault| fault.code).collect()
}

#[test]
fn bombs_do_not_go_off() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n".to_owned();
    assert_eq!(codes(bomb), [FaultCode::NotSupported]);
    assert_eq!(codes("a: *nobody\n".to_owned()), [FaultCode::Syntax]);
    assert_eq!(codes("<<: {a: 1}\n".to_owned())[0], FaultCode::UnknownKey);
    assert_eq!(codes("? [a, b]\n: 1\n".to_owned()), [FaultCode::NotSupported]);
    assert_eq!(codes(format!("{SMALL}---\n{SMALL}")), [FaultCode::NotSupported]);
}

#[test]
fn size_and_depth_are_bounded() {
    assert_eq!(codes("x".repeat(TEXT_BYTES_MAX + 1)), [FaultCode::TooLarge]);
    for (text, code) in [
        (String::new(), FaultCode::Empty),
        ("# nothing\n".to_owned(), FaultCode::Empty),
        ("[".repeat(17) + &"]".repeat(17) + "\n", FaultCode::WrongType),
        ("[".repeat(30) + &"]".repeat(30) + "\n", FaultCode::TooDeep),
        ("[".repeat(200_000), FaultCode::Syntax),
        ("- ".repeat(60_000), FaultCode::TooDeep),
        (format!("[{}]", "a,".repeat(30_000)), FaultCode::TooManyParts),
        (SMALL.replace("to: [director]", &format!("to: [{}]", ["director"; 21].join(", "))), FaultCode::TooMany),
        (SMALL.replace("en: Small}\nlimits", &format!("en: {}}}\nlimits", "S".repeat(81))), FaultCode::TooLong),
    ] {
        let start = text.chars().take(20).collect::<String>();
        assert_eq!(codes(text), [code], "{start}");
    }
}

#[test]
fn faults_do_not_pour_out_without_end() {
    let many = (0..5000).map(|n| format!("k{n}: 1")).collect::<Vec<_>>().join("\n");
    assert_eq!(codes(many).len(), 200);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "[ \n:,\\-\\[\\]{}&*!|>'\"%@`#?~a-c0-9é中\u{feff}\u{0}\u{2028}\t\r\\\\]{0,80}") {
        check(&text);
    }

    #[test]
    fn a_spoilt_playbook_is_read_or_refused_with_places(
        at in any::<prop::sample::Index>(), with in "[ \n:,\\-\\[\\]{}&*!|>'\"a-c0-9中\t\\\\]{0,6}", length in 0_usize..12
    ) {
        let letters = DEFAULT.chars().collect::<Vec<_>>();
        let at = at.index(letters.len());
        let text = letters[..at].iter().copied().chain(with.chars()).chain(letters[at..].iter().copied().skip(length)).collect::<String>();
        let lines = u32::try_from(text.lines().count()).unwrap();
        for fault in check(&text) {
            prop_assert!(fault.mark.line <= lines + 1, "{fault:?}");
        }
    }
}
