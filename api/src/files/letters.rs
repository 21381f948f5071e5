//! Bytes to letters: UTF-8, or GB18030 as Chinese spreadsheets write it, decoded as the bytes arrive.

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

/// How many bytes from the first letter beyond ASCII are looked at before the encoding is decided.
const SAMPLE: usize = 4096;

/// The bytes are no text in their encoding.
#[derive(Debug, PartialEq, Eq)]
pub struct NoLetters;

/// A file's bytes on their way to UTF-8.
pub struct Letters {
    decoder: Option<Decoder>,
    /// Some of the file has been read: a byte order mark would be none any more.
    has_begun: bool,
    sample: Vec<u8>,
    text: Vec<u8>,
}

impl Letters {
    /// Of the named encoding; without a name it is decided by the first bytes beyond ASCII, which both have in common.
    pub fn of(encoding: Option<&'static Encoding>) -> Self {
        let decoder = encoding.map(Encoding::new_decoder_with_bom_removal);
        Self { decoder, has_begun: false, sample: Vec::new(), text: Vec::new() }
    }

    /// The letters that `bytes` complete, and whether what follows them is none; the rest waits for what comes next, unless this is the
    /// end. What comes out does not depend on where the file is cut.
    ///
    /// # Errors
    /// Beside the letters before it, and once for all: after it nothing more can be read.
    pub fn read(&mut self, bytes: &[u8], is_end: bool) -> (&[u8], Result<(), NoLetters>) {
        self.text.clear();
        let outcome = match &mut self.decoder {
            Some(decoder) => decode(decoder, bytes, is_end, &mut self.text),
            None => self.sample(bytes, is_end),
        };
        (&self.text, outcome)
    }

    /// Passes ASCII on and gathers what comes behind, until there is enough of it to tell the encoding.
    fn sample(&mut self, bytes: &[u8], is_end: bool) -> Result<(), NoLetters> {
        let ascii = if self.sample.is_empty() { bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(bytes.len()) } else { 0 };
        let (plain, beyond) = bytes.split_at_checked(ascii).unwrap_or((bytes, &[]));
        self.text.extend_from_slice(plain);
        self.has_begun |= !plain.is_empty();
        self.sample.extend_from_slice(beyond);
        if self.sample.len() < SAMPLE && !is_end {
            return Ok(());
        }
        let encoding = guess(self.sample.get(..SAMPLE).unwrap_or(&self.sample));
        let begun = if self.has_begun { Encoding::new_decoder_without_bom_handling } else { Encoding::new_decoder_with_bom_removal };
        decode(self.decoder.insert(begun(encoding)), &std::mem::take(&mut self.sample), is_end, &mut self.text)
    }
}

fn guess(sample: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(sample) {
        // A letter that the sample cut in two says nothing against UTF-8.
        Err(fault) if fault.error_len().is_some() => GB18030,
        _ => UTF_8,
    }
}

fn decode(decoder: &mut Decoder, mut bytes: &[u8], is_end: bool, text: &mut Vec<u8>) -> Result<(), NoLetters> {
    loop {
        let from = text.len();
        let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).ok_or(NoLetters)?;
        text.resize(from + room, 0);
        let free = text.get_mut(from..).ok_or(NoLetters)?;
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, free, is_end);
        text.truncate(from + written);
        match result {
            DecoderResult::InputEmpty => return Ok(()),
            DecoderResult::Malformed(..) => return Err(NoLetters),
            DecoderResult::OutputFull => bytes = bytes.get(read..).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `bytes` in pieces of `size`, as a network may deliver them.
    fn in_pieces(bytes: &[u8], size: usize) -> Result<String, NoLetters> {
        let mut letters = Letters::of(None);
        let mut text = Vec::new();
        for piece in bytes.chunks(size) {
            let (read, outcome) = letters.read(piece, false);
            text.extend_from_slice(read);
            outcome?;
        }
        let (read, outcome) = letters.read(&[], true);
        text.extend_from_slice(read);
        outcome.map(|()| String::from_utf8(text).unwrap())
    }

    #[test]
    fn both_encodings_of_chinese_files_are_read_wherever_they_are_cut() {
        let file = format!("{}客户编号,名称\r\n1,晨光便利店😀\r\n", "name,lat\r\n".repeat(700));
        let (gb, _, _) = GB18030.encode(&file);
        for size in [1, 2, 3, 7, 4096, 1 << 20] {
            assert_eq!(in_pieces(file.as_bytes(), size).as_deref(), Ok(file.as_str()), "UTF-8 by {size}");
            assert_eq!(in_pieces(&gb, size).as_deref(), Ok(file.as_str()), "GB18030 by {size}");
        }
        assert_eq!(in_pieces("\u{feff}name\n".as_bytes(), 1).as_deref(), Ok("name\n"));
    }

    #[test]
    fn a_byte_order_mark_is_one_at_the_beginning_only() {
        for size in [1, 4, 5, 100] {
            assert_eq!(in_pieces("name\u{feff}\n".as_bytes(), size).as_deref(), Ok("name\u{feff}\n"), "by {size}");
        }
    }

    #[test]
    fn as_much_is_looked_at_as_is_said_however_it_arrives() {
        // UTF-8 for as long as is looked at, and something else behind.
        let file = [&b"name\n"[..], "名".repeat(SAMPLE / 3 + 1).as_bytes(), &[0x81, 0x30, 0x81, 0x30]].concat();
        for size in [1, 1000, file.len()] {
            assert_eq!(in_pieces(&file, size), Err(NoLetters), "by {size}");
        }
    }

    #[test]
    fn letters_before_what_is_none_are_handed_on() {
        for encoding in [None, Some(UTF_8)] {
            let mut letters = Letters::of(encoding);
            let (mut text, mut outcome) = (Vec::new(), Ok(()));
            for (piece, is_end) in [("name\n名\n".as_bytes(), false), (b"\xff\n".as_slice(), true)] {
                let (read, read_on) = letters.read(piece, is_end);
                text.extend_from_slice(read);
                outcome = read_on;
            }
            assert_eq!((String::from_utf8(text).unwrap().lines().next(), outcome), (Some("name"), Err(NoLetters)), "{encoding:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(in_pieces(b"\xff\xfen\0a\0", 3), Err(NoLetters));
        assert_eq!(in_pieces(b"name\n\xc3(\n\xff\xff", 5), Err(NoLetters));
        // Cut in the middle of a letter.
        assert_eq!(in_pieces("名".as_bytes().split_last().unwrap().1, 1), Err(NoLetters));
    }
}
