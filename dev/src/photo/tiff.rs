//! Writing TIFF directories, in either byte order.

/// Byte order of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
}

/// A field's value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Bytes(Vec<u8>),
    /// Written as it is: a terminating NUL is the caller's.
    Ascii(Vec<u8>),
    Short(u16),
    Long(u32),
    Rationals(Vec<(u32, u32)>),
    SignedRationals(Vec<(i32, i32)>),
    Undefined(Vec<u8>),
}

/// The fields of one directory in the order they are written.
pub(super) type Directory = Vec<(u16, Value)>;

/// ASCII with its NUL.
pub(super) fn ascii(text: &str) -> Value {
    Value::Ascii([text.as_bytes(), &[0]].concat())
}

impl Order {
    pub fn u16(self, number: u16) -> [u8; 2] {
        if self == Self::Big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub fn u32(self, number: u32) -> [u8; 4] {
        if self == Self::Big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    /// The eight bytes every block starts with; its first directory follows at once.
    pub fn header(self) -> Vec<u8> {
        let magic = if self == Self::Big { b"MM" } else { b"II" };
        [&magic[..], &self.u16(42), &self.u32(8)].concat()
    }

    /// One directory with the values that do not fit into it, placed at offset `at`, linked to the one at `next`.
    pub fn directory(self, fields: &[(u16, Value)], at: usize, next: usize) -> Vec<u8> {
        let mut head = self.u16(small(fields.len())).to_vec();
        let mut behind = Vec::new();
        let behind_at = at + 2 + 12 * fields.len() + 4;
        for (tag, value) in fields {
            let (kind, count, mut bytes) = self.value(value);
            head.extend([self.u16(*tag), self.u16(kind)].concat());
            head.extend(self.u32(offset(count)));
            if bytes.len() <= 4 {
                bytes.resize(4, 0);
                head.extend(bytes);
            } else {
                head.extend(self.u32(offset(behind_at + behind.len())));
                bytes.resize(bytes.len().next_multiple_of(2), 0);
                behind.extend(bytes);
            }
        }
        head.extend(self.u32(offset(next)));
        head.extend(behind);
        head
    }

    /// Type code, count and bytes.
    fn value(self, value: &Value) -> (u16, usize, Vec<u8>) {
        match value {
            Value::Bytes(bytes) => (1, bytes.len(), bytes.clone()),
            Value::Ascii(bytes) => (2, bytes.len(), bytes.clone()),
            Value::Short(number) => (3, 1, self.u16(*number).to_vec()),
            Value::Long(number) => (4, 1, self.u32(*number).to_vec()),
            Value::Rationals(all) => (5, all.len(), all.iter().flat_map(|(n, d)| [self.u32(*n), self.u32(*d)].concat()).collect()),
            Value::Undefined(bytes) => (7, bytes.len(), bytes.clone()),
            Value::SignedRationals(all) => {
                let bits = |number: i32| self.u32(number.cast_unsigned());
                (10, all.len(), all.iter().flat_map(|(n, d)| [bits(*n), bits(*d)].concat()).collect())
            }
        }
    }
}

/// A count that a directory has room for; fields are few.
fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// An offset within a block, which is far below 4 GiB.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
