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
    sample: Vec<u8>,
    text: Vec<u8>,
}

impl Letters {
    /// Of the named encoding; without a name it is decided by the first bytes beyond ASCII, which both have in common.
    pub fn of(encoding: Option<&'static Encoding>) -> Self {
        Self { decoder: encoding.map(Encoding::new_decoder_with_bom_removal), sample: Vec::new(), text: Vec::new() }
    }

    /// The letters that `bytes` complete; the rest waits for what comes next, unless this is the end.
    ///
    /// # Errors
    /// Once for all: after it nothing more can be read.
    pub fn read(&mut self, bytes: &[u8], is_end: bool) -> Result<&[u8], NoLetters> {
        self.text.clear();
        if let Some(decoder) = &mut self.decoder {
            decode(decoder, bytes, is_end, &mut self.text)?;
        } else if self.sample.is_empty() && bytes.is_ascii() {
            self.text.extend_from_slice(bytes);
        } else {
            self.sample.extend_from_slice(bytes);
            if is_end || self.sample.len() >= SAMPLE {
                let decoder = self.decoder.insert(guess(&self.sample)?.new_decoder_with_bom_removal());
                decode(decoder, &std::mem::take(&mut self.sample), is_end, &mut self.text)?;
            }
        }
        Ok(&self.text)
    }
}

fn guess(sample: &[u8]) -> Result<&'static Encoding, NoLetters> {
    if sample.starts_with(&[0xff, 0xfe]) || sample.starts_with(&[0xfe, 0xff]) {
        return Err(NoLetters);
    }
    match std::str::from_utf8(sample) {
        // A letter that the sample cut in two says nothing against UTF-8.
        Err(fault) if fault.error_len().is_some() => Ok(GB18030),
        _ => Ok(UTF_8),
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
            text.extend_from_slice(letters.read(piece, false)?);
        }
        text.extend_from_slice(letters.read(&[], true)?);
        Ok(String::from_utf8(text).unwrap())
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
    fn what_is_no_text_is_refused() {
        assert_eq!(in_pieces(b"\xff\xfen\0a\0", 3), Err(NoLetters));
        assert_eq!(in_pieces(b"name\n\xc3(\n\xff\xff", 5), Err(NoLetters));
        // Cut in the middle of a letter.
        assert_eq!(in_pieces("名".as_bytes().split_last().unwrap().1, 1), Err(NoLetters));
    }
}
