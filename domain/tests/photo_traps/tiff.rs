//! EXIF blocks built by hand, field by field, so that each trap is one visible change to an honest block.

/// Where the honest photo was taken.
pub const LAT: f64 = -33.8688;
pub const LON: f64 = 151.2093;

/// A TIFF value before it has a byte order.
#[derive(Clone)]
pub enum Value {
    Ascii(&'static [u8]),
    Short(u16),
    Long(u32),
    Rationals(Vec<(u32, u32)>),
    SignedRationals(Vec<(i32, i32)>),
    Undefined(Vec<u8>),
    /// Any type code, with count and bytes that need not fit together.
    Raw(u16, u32, Vec<u8>),
}

pub type Fields = Vec<(u16, Value)>;

/// An EXIF block and what to break in it.
#[derive(Clone)]
pub struct Tiff {
    pub is_little_endian: bool,
    pub first: Fields,
    pub exif: Fields,
    pub gps: Option<Fields>,
    /// Hang the GPS directory off the thumbnail's directory instead.
    pub is_gps_of_thumbnail: bool,
    pub gps_pointer: Option<u32>,
    pub gps_count: Option<u16>,
    pub gps_next: u32,
    /// Bytes of the GPS directory to keep; everything behind is cut off.
    pub gps_kept: Option<usize>,
}

impl Tiff {
    pub fn honest() -> Self {
        Self {
            is_little_endian: false,
            first: vec![(0x010F, Value::Ascii(b"Maker\0")), (0x0110, Value::Ascii(b"Model 1\0")), (0x0131, Value::Ascii(b"15.4.1\0"))],
            exif: vec![
                (0x9003, Value::Ascii(b"2026:03:02 10:15:30\0")),
                (0x9011, Value::Ascii(b"+11:00\0")),
                (0x9291, Value::Ascii(b"123\0")),
            ],
            gps: Some(vec![
                (0, Value::Raw(1, 4, vec![2, 3, 0, 0])),
                (1, Value::Ascii(b"S\0")),
                (2, Value::Rationals(vec![(33, 1), (52, 1), (768, 100)])),
                (3, Value::Ascii(b"E\0")),
                (4, Value::Rationals(vec![(151, 1), (12, 1), (3348, 100)])),
                (7, Value::Rationals(vec![(23, 1), (15, 1), (3012, 100)])),
                (0x1D, Value::Ascii(b"2026:03:01\0")),
            ]),
            is_gps_of_thumbnail: false,
            gps_pointer: None,
            gps_count: None,
            gps_next: 0,
            gps_kept: None,
        }
    }

    /// Replaces a GPS field, or adds it where there is none.
    pub fn set(&mut self, tag: u16, value: Value) {
        let gps = self.gps.get_or_insert_default();
        match gps.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, old)) => *old = value,
            None => gps.push((tag, value)),
        }
    }

    /// Sets several GPS fields to one value.
    pub fn set_all(&mut self, tags: &[u16], value: &Value) {
        for tag in tags {
            self.set(*tag, value.clone());
        }
    }

    pub fn drop(&mut self, tags: &[u16]) {
        self.gps.get_or_insert_default().retain(|(tag, _)| !tags.contains(tag));
    }

    pub fn set_exif(&mut self, tag: u16, value: Value) {
        self.exif.retain(|(known, _)| *known != tag);
        self.exif.push((tag, value));
    }

    pub fn build(&self) -> Vec<u8> {
        let mut first = self.first.clone();
        first.push((0x8769, Value::Long(0)));
        let has_pointer = self.gps.is_some() && !self.is_gps_of_thumbnail;
        if has_pointer {
            first.push((0x8825, Value::Long(0)));
        }
        let exif_at = 8 + self.directory(&first, 8, 0, None).len();
        let gps_at = exif_at + self.directory(&self.exif, exif_at, 0, None).len();
        let gps = self.gps.as_ref().map(|gps| self.directory(gps, gps_at, self.gps_next, self.gps_count)).unwrap_or_default();
        let thumbnail_at = gps_at + gps.len();
        for (tag, value) in &mut first {
            match *tag {
                0x8769 => *value = Value::Long(small(exif_at)),
                0x8825 => *value = Value::Long(self.gps_pointer.unwrap_or(small(gps_at))),
                _ => {}
            }
        }
        let next = if self.is_gps_of_thumbnail { small(thumbnail_at) } else { 0 };
        let thumbnail = if self.is_gps_of_thumbnail {
            self.directory(&[(0x8825, Value::Long(small(gps_at)))], thumbnail_at, 0, None)
        } else {
            Vec::new()
        };
        let kept = self.gps_kept.unwrap_or(gps.len());
        let mut block = [
            if self.is_little_endian { b"II".to_vec() } else { b"MM".to_vec() },
            self.u16(42).to_vec(),
            self.u32(8).to_vec(),
            self.directory(&first, 8, next, None),
            self.directory(&self.exif, exif_at, 0, None),
            gps.get(..kept).expect("a cut lies within the directory").to_vec(),
        ]
        .concat();
        if self.gps_kept.is_none() {
            block.extend(thumbnail);
        }
        block
    }

    fn u16(&self, number: u16) -> [u8; 2] {
        if self.is_little_endian { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn u32(&self, number: u32) -> [u8; 4] {
        if self.is_little_endian { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn directory(&self, fields: &[(u16, Value)], at: usize, next: u32, count: Option<u16>) -> Vec<u8> {
        let real = u16::try_from(fields.len()).expect("few fields");
        let mut head = self.u16(count.unwrap_or(real)).to_vec();
        let mut behind: Vec<u8> = Vec::new();
        for (tag, value) in fields {
            let (kind, count, mut bytes) = self.encode(value);
            head.extend([self.u16(*tag), self.u16(kind)].concat());
            head.extend(self.u32(count));
            if bytes.len() <= 4 {
                bytes.resize(4, 0);
                head.extend(bytes);
            } else {
                head.extend(self.u32(small(at + 2 + 12 * fields.len() + 4 + behind.len())));
                behind.extend(bytes);
            }
        }
        head.extend(self.u32(next));
        head.extend(behind);
        head
    }

    fn encode(&self, value: &Value) -> (u16, u32, Vec<u8>) {
        match value {
            Value::Ascii(text) => (2, small(text.len()), text.to_vec()),
            Value::Short(number) => (3, 1, self.u16(*number).to_vec()),
            Value::Long(number) => (4, 1, self.u32(*number).to_vec()),
            Value::Rationals(all) => (5, small(all.len()), all.iter().flat_map(|(n, d)| [self.u32(*n), self.u32(*d)].concat()).collect()),
            Value::SignedRationals(all) => {
                let bits = |number: i32| self.u32(number.cast_unsigned());
                (10, small(all.len()), all.iter().flat_map(|(n, d)| [bits(*n), bits(*d)].concat()).collect())
            }
            Value::Undefined(bytes) => (7, small(bytes.len()), bytes.clone()),
            Value::Raw(kind, count, bytes) => (*kind, *count, bytes.clone()),
        }
    }
}

/// A length, offset or count of a test photo.
pub fn small(number: usize) -> u32 {
    u32::try_from(number).expect("test photos are small")
}
