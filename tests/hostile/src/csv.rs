//! A file of customers: bytes to letters to records to lines.

use api::proving::{CustomerFile, Unread, line_fault};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16LE};
use store::customers::imports::StagedLine;

use crate::cuts::{Chance, at_random, evenly};

/// As much as the errand looks at in one turn.
const TURN: usize = 16 * 1024;

/// Reads the bytes as a file of customers, in the encoding that is found out and in some that a client may declare.
pub fn csv(file: &[u8]) {
    let mut chance = Chance::of(file);
    let declared = [UTF_8, GB18030, UTF_16LE][chance.below(3)];
    for encoding in [None, Some(declared)] {
        let whole = read(file.chunks(TURN), encoding);
        let is_even = chance.below(3) == 0;
        let cut = if is_even { read(evenly(file, 300), encoding) } else { read(at_random(file, 12, &mut chance), encoding) };
        assert_eq!(cut, whole, "cut, in {encoding:?}");
    }
}

/// The lines that were staged, and how it ended.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, encoding: Option<&'static Encoding>) -> (Vec<StagedLine>, String) {
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
            lines.push(line);
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
