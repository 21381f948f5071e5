//! Unpacking of zlib streams (RFC 1950 and 1951), for text chunks that hold EXIF.

/// The most symbols of a Huffman alphabet: 286 literals and lengths, and two that never occur.
const MAX_SYMBOLS: usize = 288;
const MAX_BITS: usize = 15;
const LENGTH_BASE: [u16; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA: [u8; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE: [u16; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385,
    24577,
];
const DISTANCE_EXTRA: [u8; 30] = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
/// The order in which a block states the code lengths of its code-length alphabet.
const CODE_LENGTH_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The unpacked bytes; `None` when the stream is damaged or unpacks to more than `limit` bytes.
///
/// The checksum at the end is not compared: what comes out is parsed with suspicion anyway.
pub(super) fn inflate(stream: &[u8], limit: usize) -> Option<Vec<u8>> {
    let (header, packed) = stream.split_first_chunk::<2>()?;
    let is_zlib = header[0] & 0x0F == 8 && u16::from_be_bytes(*header).is_multiple_of(31) && header[1] & 0x20 == 0;
    if !is_zlib {
        return None;
    }
    let mut unpacking = Unpacking { packed, bits: 0, bit_count: 0, out: Vec::new(), limit };
    while !unpacking.block()? {}
    Some(unpacking.out)
}

struct Unpacking<'a> {
    packed: &'a [u8],
    /// Bits taken from `packed` but not used yet, the next one lowest.
    bits: u32,
    bit_count: u32,
    out: Vec<u8>,
    limit: usize,
}

impl Unpacking<'_> {
    /// Unpacks one block; whether it was the last.
    fn block(&mut self) -> Option<bool> {
        let is_last = self.take(1)? == 1;
        match self.take(2)? {
            0 => self.stored()?,
            1 => {
                let mut lengths = [8u8; MAX_SYMBOLS];
                lengths.get_mut(144..256)?.fill(9);
                lengths.get_mut(256..280)?.fill(7);
                self.compressed(&Huffman::new(&lengths)?, &Huffman::new(&[5; 30])?)?;
            }
            2 => {
                let (literals, distances) = self.tables()?;
                self.compressed(&literals, &distances)?;
            }
            _ => return None,
        }
        Some(is_last)
    }

    fn take(&mut self, count: u32) -> Option<usize> {
        while self.bit_count < count {
            let (byte, rest) = self.packed.split_first()?;
            self.packed = rest;
            self.bits |= u32::from(*byte) << self.bit_count;
            self.bit_count += 8;
        }
        let taken = self.bits & ((1 << count) - 1);
        self.bits >>= count;
        self.bit_count -= count;
        usize::try_from(taken).ok()
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        (self.out.len() < self.limit).then(|| self.out.push(byte))
    }

    fn stored(&mut self) -> Option<()> {
        // What is left of the current byte is skipped; whole bytes are never held back.
        (self.bits, self.bit_count) = (0, 0);
        let (sizes, rest) = self.packed.split_first_chunk::<4>()?;
        let [low, high, ..] = *sizes;
        let len = usize::from(u16::from_le_bytes([low, high]));
        let (stored, rest) = rest.split_at_checked(len)?;
        self.packed = rest;
        (self.out.len() + len <= self.limit).then(|| self.out.extend_from_slice(stored))
    }

    fn compressed(&mut self, literals: &Huffman, distances: &Huffman) -> Option<()> {
        loop {
            let symbol = self.symbol(literals)?;
            if let Ok(literal) = u8::try_from(symbol) {
                self.push(literal)?;
                continue;
            }
            let Some(length) = usize::from(symbol).checked_sub(257) else { return Some(()) };
            let len = usize::from(*LENGTH_BASE.get(length)?) + self.take(u32::from(*LENGTH_EXTRA.get(length)?))?;
            let distance = usize::from(self.symbol(distances)?);
            let back = usize::from(*DISTANCE_BASE.get(distance)?) + self.take(u32::from(*DISTANCE_EXTRA.get(distance)?))?;
            let from = self.out.len().checked_sub(back)?;
            for at in from..from + len {
                let byte = *self.out.get(at)?;
                self.push(byte)?;
            }
        }
    }

    /// The next symbol: codes of one length are consecutive numbers, so each further bit only needs a comparison.
    fn symbol(&mut self, table: &Huffman) -> Option<u16> {
        let (mut code, mut first, mut index) = (0usize, 0usize, 0usize);
        for count in table.counts.iter().skip(1) {
            let count = usize::from(*count);
            code |= self.take(1)?;
            if code < first + count {
                return table.symbols.get(index + code - first).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }

    fn tables(&mut self) -> Option<(Huffman, Huffman)> {
        let (literals, distances, stated) = (self.take(5)? + 257, self.take(5)? + 1, self.take(4)? + 4);
        let mut lengths = [0u8; 19];
        for at in CODE_LENGTH_ORDER.iter().take(stated) {
            *lengths.get_mut(*at)? = u8::try_from(self.take(3)?).ok()?;
        }
        let code_lengths = Huffman::new(&lengths)?;
        let mut lengths: Vec<u8> = Vec::with_capacity(literals + distances);
        while lengths.len() < literals + distances {
            let (length, times) = match self.symbol(&code_lengths)? {
                16 => (*lengths.last()?, 3 + self.take(2)?),
                17 => (0, 3 + self.take(3)?),
                18 => (0, 11 + self.take(7)?),
                length => (u8::try_from(length).ok()?, 1),
            };
            lengths.resize(lengths.len() + times, length);
        }
        let distance_lengths = lengths.get(literals..literals + distances)?;
        Some((Huffman::new(lengths.get(..literals)?)?, Huffman::new(distance_lengths)?))
    }
}

/// A canonical Huffman code: how many codes there are of each length, and their symbols in order.
struct Huffman {
    counts: [u16; MAX_BITS + 1],
    symbols: Vec<u16>,
}

impl Huffman {
    fn new(lengths: &[u8]) -> Option<Self> {
        let mut counts = [0u16; MAX_BITS + 1];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        let mut symbols: Vec<(u8, u16)> = lengths.iter().copied().zip(0..).filter(|(length, _)| *length > 0).collect();
        symbols.sort_unstable();
        counts[0] = 0;
        // More codes than their lengths have room for is no code; fewer is allowed for a single distance.
        let room = counts.iter().skip(1).try_fold(1i32, |room, count| (room * 2).checked_sub(i32::from(*count)).filter(|left| *left >= 0));
        room.map(|_| Self { counts, symbols: symbols.into_iter().map(|(_, symbol)| symbol).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::inflate;
    use proptest::prelude::*;

    /// `zlib.compress(text, level)` of Python 3.
    const STORED: &str = "7801010300fcff616263024d0127";
    const FIXED: &str = "78da4b4c4a4e4c4a0600080c024d";
    const DYNAMIC: &str = "78daed52c9ad1c3008bdff2aa604309b2907b348e920e587149143a4917c416679db4ffffe353f9fcf87f4070010181c01fd\
        302183a0b2b943787223c851766d97d7edf838ec4537e1c8752a4016f15b75dcce2b18e91830c947889ae9a76e0fcacb43e0\
        0fcab24ba54234872753a050bc5a63e8124a3045961a902765b9d5a1dc12b7d5e458e94de6f1274644038f2df84016051a2e\
        01eb9be0612a4c8c3a522f29cafd9a99ba94103f16461a1a5ef8fc84a4d4cdeed28e4aaa372b02edd70e44425f3426c3c022\
        483e168f07888c9e8c33df057c6c490ba641ea21ab724a4f20b5bfd08251ee1ed4a85eb62890b9ec47b442a55715287fbbfc\
        c81bbc7d2a5d13f1912458acaa30afec1cdfc55704b9c0492e4e53b4ad2bf8daf78936fb5190c6e45817cd95b71d080fe3ba\
        0cbe6ee3bf77fd9bab6faebeb9fae6ea7fc9d51f8fbedc85";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    #[test]
    fn stored_and_fixed_blocks_unpack() {
        assert_eq!(inflate(&bytes(STORED), 100).as_deref(), Some(&b"abc"[..]));
        assert_eq!(inflate(&bytes(FIXED), 100).as_deref(), Some(&b"abcabc"[..]));
    }

    #[test]
    fn blocks_with_their_own_codes_unpack() {
        let digits = (0..300u32).map(|i| i * i % 251).flat_map(|square| [square / 16, square % 16]);
        let squares: String = digits.filter_map(|digit| char::from_digit(digit, 16)).collect();
        let text = format!("\nexif\n   36\n{}", squares.repeat(3));
        assert_eq!(inflate(&bytes(DYNAMIC), 2000).as_deref(), Some(text.as_bytes()));
    }

    #[test]
    fn a_stream_never_unpacks_beyond_its_limit() {
        assert_eq!(inflate(&bytes(FIXED), 5), None);
    }

    proptest! {
        #[test]
        fn any_bytes_unpack_or_do_not(packed in prop::collection::vec(any::<u8>(), 0..400)) {
            let stream = [&[0x78, 0x9C], packed.as_slice()].concat();
            prop_assert!(inflate(&stream, 10_000).is_none_or(|unpacked| unpacked.len() <= 10_000));
        }
    }
}
