//! PDQ, a 256-bit hash of how a picture looks: pictures that look alike have hashes that differ in few bits.
//!
//! The algorithm is that of the published description ("The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
//! Algorithm", Meta, 2019): brightness is smoothed by a tent filter and reduced to 64 × 64, the 16 × 16 lowest
//! frequencies of its cosine transform are taken, and each bit says whether one of them lies above their median.
//!
//! Hash pictures at the same scale and upright: one decoder's eighth-size picture is some 6 bits away from the full one.

use serde::{Deserialize, Serialize};
use std::f32::consts::PI;

/// Side of the reduced picture.
const SIDE: usize = 64;
/// Frequencies kept in each direction, from the first up; the constant part says nothing.
const FREQUENCIES: usize = 16;
/// Two passes of a box filter make a tent.
const BOX_PASSES: usize = 2;
/// Shorter sides leave too little to compare.
const MIN_SIDE: usize = 8;

type Small = [[f32; SIDE]; SIDE];
type Spectrum = [[f32; FREQUENCIES]; FREQUENCIES];

/// A hash; the first byte holds the highest frequencies, as the reference's hexadecimal notation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pdq(pub [u8; 32]);

/// A hash and how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    pub hash: Pdq,
    /// 0 to 100: how much there is to see. Below 50, unrelated pictures (blank walls, night) collide.
    pub quality: u8,
}

/// The fingerprint of a picture given as brightness (0 to 255) row by row; `None` when a side is below 8 pixels
/// or the buffer is shorter than `width` × `height`.
pub fn fingerprint(luma: &[u8], width: usize, height: usize) -> Option<Fingerprint> {
    let pixels = luma.get(..width.checked_mul(height)?)?;
    if width < MIN_SIDE || height < MIN_SIDE {
        return None;
    }
    let mut plane: Vec<f32> = pixels.iter().map(|pixel| f32::from(*pixel)).collect();
    for _ in 0..BOX_PASSES {
        plane.chunks_exact_mut(width).for_each(|row| smooth(row, width.div_ceil(2 * SIDE)));
        let mut turned = transposed(&plane, width, height);
        turned.chunks_exact_mut(height).for_each(|column| smooth(column, height.div_ceil(2 * SIDE)));
        plane = transposed(&turned, height, width);
    }
    let small = reduced(&plane, width, height);
    Some(Fingerprint { hash: Pdq::of(&spectrum(&small)), quality: quality(&small) })
}

impl Pdq {
    /// The number of bits in which two hashes differ, 0 to 256; unrelated pictures differ in about 128.
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    /// The hashes of the picture as it is, turned by 90°, 180° and 270°, and the mirror images of these four.
    ///
    /// Mirroring a picture changes the sign of its odd frequencies, and transposing it swaps their order, so the
    /// variants come from the bits alone; they are exact up to frequencies next to the median.
    pub fn dihedral(&self) -> [Self; 8] {
        let mirrored = self.map(|row, column| (row, column, column % 2 == 0));
        let four = |hash: Self| {
            let half_turn = hash.map(|row, column| (row, column, (row + column) % 2 == 1));
            let transposed = hash.map(|row, column| (column, row, false));
            let quarter = transposed.map(|row, column| (row, column, column % 2 == 0));
            let three_quarters = transposed.map(|row, column| (row, column, row % 2 == 0));
            [hash, quarter, half_turn, three_quarters]
        };
        let mut all = [*self; 8];
        all.iter_mut().zip(four(*self).into_iter().chain(four(mirrored))).for_each(|(slot, hash)| *slot = hash);
        all
    }

    /// The hash whose bit at (row, column) is this one's bit at the place that `from` names, inverted if it says so.
    fn map(&self, from: impl Fn(usize, usize) -> (usize, usize, bool)) -> Self {
        Self::from_bits(|row, column| {
            let (row, column, is_inverted) = from(row, column);
            self.bit(row, column) != is_inverted
        })
    }

    fn of(spectrum: &Spectrum) -> Self {
        let mut sorted = spectrum.as_flattened().to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        // The lower of the two middle values, as the reference takes it.
        let median = sorted.get(sorted.len() / 2 - 1).copied().unwrap_or_default();
        Self::from_bits(|row, column| spectrum.get(row).and_then(|row| row.get(column)).is_some_and(|value| *value > median))
    }

    fn from_bits(is_set: impl Fn(usize, usize) -> bool) -> Self {
        let mut bytes = [0; 32];
        for (from_end, byte) in bytes.iter_mut().rev().enumerate() {
            for bit in 0..8 {
                let at = from_end * 8 + bit;
                *byte |= u8::from(is_set(at / FREQUENCIES, at % FREQUENCIES)) << bit;
            }
        }
        Self(bytes)
    }

    fn bit(&self, row: usize, column: usize) -> bool {
        let at = row * FREQUENCIES + column;
        self.0.iter().rev().nth(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
    }
}

/// Replaces each value by the mean of the `window` values around it (at least 1), fewer at the ends.
fn smooth(line: &mut [f32], window: usize) {
    let (before, after) = ((window - 1) / 2, window / 2);
    let source: Vec<f32> = line.to_vec();
    let mut sum: f64 = source.iter().take(after).map(|value| f64::from(*value)).sum();
    let mut count = after.min(source.len());
    for (at, value) in line.iter_mut().enumerate() {
        if let Some(entering) = source.get(at + after) {
            sum += f64::from(*entering);
            count += 1;
        }
        if let Some(leaving) = at.checked_sub(before + 1).and_then(|at| source.get(at)) {
            sum -= f64::from(*leaving);
            count -= 1;
        }
        *value = mean(sum, count);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a mean of at most some hundred values of 0 to 255")]
fn mean(sum: f64, count: usize) -> f32 {
    (sum / count.max(1) as f64) as f32
}

/// The picture with rows and columns swapped.
fn transposed(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut turned = Vec::with_capacity(plane.len());
    for column in 0..width {
        turned.extend(plane.iter().skip(column).step_by(width).take(height));
    }
    turned
}

/// The values at the middles of 64 × 64 equal fields.
fn reduced(plane: &[f32], width: usize, height: usize) -> Small {
    let middle = |at: usize, len: usize| (2 * at + 1) * len / (2 * SIDE);
    let mut small = [[0.0; SIDE]; SIDE];
    for (row, line) in small.iter_mut().enumerate() {
        let from = middle(row, height) * width;
        for (column, value) in line.iter_mut().enumerate() {
            *value = plane.get(from + middle(column, width)).copied().unwrap_or_default();
        }
    }
    small
}

/// The sum of brightness steps between neighbours, in percent of the range, over a factor from experience.
fn quality(small: &Small) -> u8 {
    let step = |a: &f32, b: &f32| ((a - b) * 100.0 / 255.0).trunc().abs();
    let across: f32 = small.iter().flat_map(|row| row.iter().zip(row.iter().skip(1))).map(|(a, b)| step(a, b)).sum();
    let rows = small.iter().zip(small.iter().skip(1));
    let down: f32 = rows.flat_map(|(upper, lower)| upper.iter().zip(lower)).map(|(a, b)| step(a, b)).sum();
    percent((across + down) / 90.0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
fn percent(value: f32) -> u8 {
    value.clamp(0.0, 100.0) as u8
}

/// The lowest frequencies of the two-dimensional cosine transform, first along the rows, then along the columns.
fn spectrum(small: &Small) -> Spectrum {
    let waves = waves();
    let rows = small.map(|row| waves.map(|wave| dot(&wave, &row)));
    let mut spectrum = [[0.0; FREQUENCIES]; FREQUENCIES];
    for (line, wave) in spectrum.iter_mut().zip(&waves) {
        for (weight, row) in wave.iter().zip(&rows) {
            line.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
        }
    }
    spectrum
}

fn dot(a: &[f32; SIDE], b: &[f32; SIDE]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Sixteen cosine waves over 64 points, of one to sixteen half periods.
#[expect(clippy::cast_precision_loss, reason = "numbers below 2048")]
fn waves() -> [[f32; SIDE]; FREQUENCIES] {
    let scale = (2.0 / SIDE as f32).sqrt();
    let wave = |half_periods: usize, at: usize| scale * (PI / (2 * SIDE) as f32 * (half_periods * (2 * at + 1)) as f32).cos();
    std::array::from_fn(|frequency| std::array::from_fn(|at| wave(frequency + 1, at)))
}
