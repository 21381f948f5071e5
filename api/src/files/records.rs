//! Letters to records: CSV as RFC 4180 and spreadsheets write it, in constant memory.

use csv_core::{ReadRecordResult, Reader};

/// Longest record, bytes of UTF-8.
pub const RECORD_MAX: usize = 16 * 1024;
/// Most cells of a record.
pub const CELLS_MAX: usize = 64;

/// Why a file cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    RecordTooLong,
    TooManyCells,
    /// The file ended inside quotation marks.
    QuoteOpen,
}

/// A file's records, as far as it has arrived.
pub struct Records {
    csv: Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    ended: usize,
    /// Where the last record began.
    line: i32,
}

impl Records {
    pub fn new() -> Self {
        Self { csv: Reader::new(), cells: vec![0; RECORD_MAX], ends: vec![0; CELLS_MAX], filled: 0, ended: 0, line: 0 }
    }

    /// The line after the last whole record.
    pub fn next_line(&self) -> i32 {
        self.line + 1
    }

    /// Hands every record that `text` completes to `each`, with the line that it began on, counted from 1.
    ///
    /// # Errors
    /// Once for all: after it nothing more can be read.
    pub fn read(&mut self, mut text: &[u8], each: &mut impl FnMut(i32, &[&str])) -> Result<(), Broken> {
        while !text.is_empty() {
            let (cells, ends) = (self.cells.get_mut(self.filled..), self.ends.get_mut(self.ended..));
            let (result, read, filled, ended) = self.csv.read_record(text, cells.unwrap_or_default(), ends.unwrap_or_default());
            let (consumed, rest) = text.split_at_checked(read).unwrap_or((text, &[]));
            text = rest;
            self.filled += filled;
            self.ended += ended;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
                ReadRecordResult::OutputFull => return Err(Broken::RecordTooLong),
                ReadRecordResult::OutputEndsFull => return Err(Broken::TooManyCells),
                ReadRecordResult::Record => self.hand_over(consumed.last() == Some(&b'\n'), each),
            }
        }
        Ok(())
    }

    /// Ends the file; its last line may lack a line end.
    ///
    /// # Errors
    /// `QuoteOpen` when it ended in the middle of a cell.
    pub fn end(&mut self, each: &mut impl FnMut(i32, &[&str])) -> Result<(), Broken> {
        self.read(b"\n", each)?;
        if self.filled > 0 || self.ended > 0 { Err(Broken::QuoteOpen) } else { Ok(()) }
    }

    fn hand_over(&mut self, ends_a_line: bool, each: &mut impl FnMut(i32, &[&str])) {
        let whole = self.cells.get(..self.filled).unwrap_or_default();
        let line_ends = whole.split(|byte| *byte == b'\n').count().saturating_sub(1);
        let last = i32::try_from(self.csv.line()).unwrap_or(i32::MAX) - i32::from(ends_a_line);
        let began = last - i32::try_from(line_ends).unwrap_or(0);
        // Old files end their lines with CR alone, which nobody counts.
        self.line = began.max(self.line + 1);
        let mut cells = Vec::with_capacity(self.ended);
        let mut from = 0;
        for end in self.ends.iter().take(self.ended) {
            cells.push(whole.get(from..*end).and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or_default());
            from = *end;
        }
        each(self.line, &cells);
        (self.filled, self.ended) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(text: &str, size: usize) -> Result<Vec<(i32, Vec<String>)>, Broken> {
        let mut records = Records::new();
        let mut found = Vec::new();
        let mut each = |line: i32, cells: &[&str]| found.push((line, cells.iter().map(|cell| (*cell).to_owned()).collect()));
        for piece in text.as_bytes().chunks(size) {
            records.read(piece, &mut each)?;
        }
        records.end(&mut each)?;
        Ok(found)
    }

    #[test]
    fn records_come_whole_with_their_line_wherever_the_text_is_cut() {
        let text = "a,b\r\n\r\n\"x, \"\"y\"\"\",\"two\r\nlines\"\n名,\nlast,1";
        let want = [(1, ["a", "b"]), (3, ["x, \"y\"", "two\r\nlines"]), (5, ["名", ""]), (6, ["last", "1"])];
        let want: Vec<_> = want.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec())).to_vec();
        for size in [1, 2, 3, 5, 1000] {
            assert_eq!(in_pieces(text, size).as_ref(), Ok(&want), "by {size}");
        }
    }

    #[test]
    fn lines_that_end_in_cr_alone_are_told_apart() {
        let lines: Vec<i32> = in_pieces("a\rb\rc", 2).unwrap().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }

    #[test]
    fn files_that_cannot_be_read_on_say_why() {
        assert_eq!(in_pieces("a,b\n1,\"never closed\n2,3\n", 4), Err(Broken::QuoteOpen));
        assert_eq!(in_pieces("a\n\"", 4), Err(Broken::QuoteOpen));
        assert_eq!(in_pieces(&"x".repeat(RECORD_MAX + 1), 1000), Err(Broken::RecordTooLong));
        assert_eq!(in_pieces(&",".repeat(CELLS_MAX + 1), 1000), Err(Broken::TooManyCells));
    }
}
