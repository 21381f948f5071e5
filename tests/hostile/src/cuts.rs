//! Ways to cut an input into pieces, as networks do: what comes out must not depend on how it came in.

/// Numbers that follow from an input and look like chance.
pub struct Chance(u64);

impl Chance {
    pub fn of(input: &[u8]) -> Self {
        let hash = input.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
        Self(hash | 1)
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The lower bits alone are the poorer ones.
        usize::try_from(self.0 >> 16).unwrap_or(0).checked_rem(limit).unwrap_or(0)
    }
}

/// The input in some `pieces` of any length; some may be empty.
pub fn at_random<'a>(input: &'a [u8], pieces: usize, chance: &mut Chance) -> Vec<&'a [u8]> {
    let longest = 2 * input.len() / pieces.max(1) + 2;
    let (mut cut, mut rest) = (Vec::new(), input);
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(chance.below(longest).min(rest.len()));
        cut.push(piece);
        rest = behind;
    }
    cut
}

/// The input byte by byte, or, where that would be more than `most` pieces, in as many equal ones.
pub fn evenly(input: &[u8], most: usize) -> impl Iterator<Item = &[u8]> {
    input.chunks(input.len().div_ceil(most).max(1))
}
