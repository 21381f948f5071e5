//! A file of customers: bytes to letters to records to lines.

use api::proving::{CustomerFile, Unread, line_fault};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16LE};

use crate::cuts::{Chance, at_random, evenly};

/// As much as the errand looks at in one turn.
const TURN: usize = 16 * 1024;

/// Reads the bytes as a file of customers, in the encoding that is found out and in some that a client may declare.
pub fn csv(file: &[u8]) {
    let mut chance = Chance::of(file);
    let declared = [UTF_8, GB18030, UTF_16LE];
    for encoding in [None, declared.get(chance.below(4)).copied()] {
        let whole = read(file.chunks(TURN), encoding);
        let pieces = at_random(file, 12, &mut chance);
        assert_eq!(read(pieces, encoding), whole, "cut at random, in {encoding:?}");
        assert_eq!(read(evenly(file, 2048), encoding), whole, "cut evenly, in {encoding:?}");
    }
}

/// The lines that were staged, each as text, and how it ended.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, encoding: Option<&'static Encoding>) -> (Vec<String>, String) {
    let mut file = CustomerFile::new(encoding);
    let (mut lines, mut last) = (Vec::new(), 0);
    let mut pieces = pieces.into_iter().map(|piece| (piece, false)).chain([(&[][..], true)]);
    let ended = pieces.try_for_each(|(piece, is_end)| {
        let outcome = file.read(piece, is_end);
        for line in file.take() {
            assert!(line.line > last, "line {} after line {last}", line.line);
            last = line.line;
            let texts = [&line.external_id, &line.name, &line.address];
            assert!(texts.into_iter().flatten().all(|text| text.chars().count() <= 500 && !text.contains('\0')), "{line:?}");
            assert!(line.fence_m.is_none_or(|metres| (10.0..=5000.0).contains(&metres)), "{line:?}");
            assert!(line.pin.is_none_or(|(sent, _)| sent.lat.abs() <= 90.0 && sent.lon.abs() <= 180.0), "{line:?}");
            if let Some((code, column)) = line.fault {
                assert_eq!(line_fault(code, column).code.as_str(), code);
            }
            lines.push(format!("{line:?}"));
        }
        outcome
    });
    let ended = match ended {
        Ok(()) => "whole".to_owned(),
        Err(Unread::Broken) => "broken".to_owned(),
        Err(Unread::Heading(faults)) => {
            assert!(!faults.is_empty() && lines.is_empty(), "{faults:?} {lines:?}");
            format!("{faults:?}")
        }
    };
    (lines, ended)
}
