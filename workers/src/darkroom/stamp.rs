//! The stamp: when and where a photo was taken by its own word, for which customer, by whom, and for which visit, burnt into a copy.
//!
//! The lines hold figures and names only, no words, and so read the same in every language.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use domain::evidence::{Evidence, Gps, Reading};
use image::RgbImage;
use store::photos::develop::Stamp;

use super::letters::{Letters, blend};

/// Height of a line in parts of the picture's short side.
const LINES_PER_SIDE: u32 = 30;
const SIZE_MIN: u32 = 12;
/// How dark the band behind the lines is.
const SHADE: f32 = 0.62;
const BLACK: [u8; 3] = [0; 3];

/// The lines of a stamp, from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines(pub Vec<String>);

impl Lines {
    /// What is written on a photo. Where Chinese cannot be, the customer and the rep are named by id and login.
    pub fn of(stamp: &Stamp, reading: &Reading, reads_chinese: bool) -> Self {
        let evidence = match reading {
            Reading::Evidence(evidence) => Some(&**evidence),
            Reading::Unreadable(_) | Reading::UnsupportedType => None,
        };
        let (customer, rep) = if reads_chinese {
            (visible(&stamp.customer_name), visible(&stamp.rep_name))
        } else {
            (stamp.customer_id.to_string(), stamp.rep_login.clone())
        };
        Self(vec![taken(stamp, evidence), place(evidence), customer, format!("{rep} / {}", stamp.visit_id)])
    }
}

/// When: the camera's clock with its offset, else the satellites' or the visit's start, in the organisation's zone.
fn taken(stamp: &Stamp, evidence: Option<&Evidence>) -> String {
    const PATTERN: &str = "%Y-%m-%d %H:%M:%S";
    let in_zone = |at: DateTime<Utc>| {
        let zone: Tz = stamp.zone.parse().unwrap_or(Tz::UTC);
        at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %:z").to_string()
    };
    let Some(evidence) = evidence else { return in_zone(stamp.started_at) };
    match (evidence.taken, evidence.gps_at) {
        (Some(taken), _) => {
            let mut text = taken.local.format(PATTERN).to_string();
            if let Some(offset) = taken.offset_minutes.and_then(|minutes| FixedOffset::east_opt(minutes.checked_mul(60)?)) {
                let _ = write!(text, " {offset}");
            }
            text
        }
        (None, Some(gps_at)) => in_zone(gps_at),
        (None, None) => in_zone(stamp.started_at),
    }
}

/// Where, by the photo's own word.
fn place(evidence: Option<&Evidence>) -> String {
    let Some(evidence) = evidence else { return "GPS -".to_owned() };
    let Gps::Position { position } = evidence.gps else { return "GPS -".to_owned() };
    let accuracy = evidence.accuracy_m.map_or_else(String::new, |accuracy_m| format!(" (+/-{accuracy_m:.0} m)"));
    format!("{:.6}, {:.6}{accuracy}", position.lat, position.lon)
}

/// A name without what cannot be seen: line ends and other control characters, and marks that turn the reading direction.
fn visible(name: &str) -> String {
    let is_visible = |c: &char| {
        !c.is_control() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    name.chars().filter(is_visible).collect()
}

/// Burns the lines into the lower edge of the picture, on a darkened band.
pub fn burn_in(picture: &mut RgbImage, lines: &Lines, letters: &Letters) {
    let (width, height) = picture.dimensions();
    let size = (width.min(height) / LINES_PER_SIDE).max(SIZE_MIN);
    let (margin, pitch) = (size / 2, size + size / 3);
    let band = u32::try_from(lines.0.len()).unwrap_or(u32::MAX).saturating_mul(pitch).saturating_add(2 * margin).min(height);
    for y in height - band..height {
        for x in 0..width {
            blend(picture.get_pixel_mut(x, y), BLACK, SHADE);
        }
    }
    for (top, line) in (height - band + margin..).step_by(pitch as usize).zip(&lines.0) {
        let line = fitting(line, letters, size, width.saturating_sub(2 * margin));
        letters.write(picture, margin, top, size, &line);
    }
}

/// The line, cut short with dots where it is wider than the picture.
fn fitting(line: &str, letters: &Letters, size: u32, width: u32) -> String {
    if letters.width(line, size) <= width {
        return line.to_owned();
    }
    let mut kept: Vec<char> = line.chars().take(200).collect();
    while kept.pop().is_some() {
        let cut = kept.iter().collect::<String>() + "...";
        if letters.width(&cut, size) <= width {
            return cut;
        }
    }
    String::new()
}
