//! The instants a photo states: the camera's clock and the satellites'.

use super::Taken;
use super::exif_block::Block;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use exif::{Tag, Value};

/// When the shutter was released by the camera's clock; blank and impossible stamps are no time.
pub(super) fn taken(block: &Block) -> Option<Taken> {
    let stamp = block.ascii(Tag::DateTimeOriginal)?;
    let offset = block.ascii(Tag::OffsetTimeOriginal).and_then(offset_minutes).or_else(|| {
        // `OffsetTime` belongs to the time of last change; it also holds for the exposure if nothing changed since.
        let is_unchanged = block.ascii(Tag::DateTime) == Some(stamp);
        block.ascii(Tag::OffsetTime).filter(|_| is_unchanged).and_then(offset_minutes)
    });
    Some(Taken {
        local: local_time(stamp)?,
        offset_minutes: offset,
        subsec_ms: block.ascii(Tag::SubSecTimeOriginal).and_then(milliseconds),
    })
}

/// The satellites' instant, which is always UTC.
///
/// # Errors
/// The fields are there but are no instant: hour 24, a day of the year instead of a month and day, blanks.
pub(super) fn gps_at(block: &Block) -> Result<Option<DateTime<Utc>>, ()> {
    match (block.ascii(Tag::GPSDateStamp), block.first(Tag::GPSTimeStamp)) {
        (Some(day), Some(time)) => {
            let instant = civil_day(day).zip(time_of_day(time)).map(|(day, time)| day.and_time(time).and_utc());
            instant.map(Some).ok_or(())
        }
        _ => Ok(None),
    }
}

/// `YYYY:MM:DD hh:mm:ss`, with the separators that some phones use instead.
fn local_time(stamp: &[u8]) -> Option<NaiveDateTime> {
    let stamp = stamp.trim_ascii();
    let day = civil_day(stamp.get(..10)?)?;
    let time = stamp.get(10..)?;
    let (b' ' | b'T', time) = time.split_first()? else { return None };
    let [hour, minute, second] = numbers(time.get(..8)?, b':')?;
    Some(day.and_time(NaiveTime::from_hms_opt(hour, minute, second)?))
}

fn civil_day(text: &[u8]) -> Option<NaiveDate> {
    let text = text.trim_ascii();
    let separator = *text.get(4).filter(|separator| b":-/".contains(separator))?;
    let [year, month, day] = numbers(text, separator)?;
    // Cameras that lost their clock write year 0; nothing was photographed with EXIF before 1990.
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| (1990..=9999).contains(&year))
}

/// Three numbers of at most four digits with `separator` between them and nothing else.
fn numbers(text: &[u8], separator: u8) -> Option<[u32; 3]> {
    let mut parts = text.split(|byte| *byte == separator).map(number);
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

fn number(digits: &[u8]) -> Option<u32> {
    let is_number = (1..=4).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// `+08:00` as 480; zones reach from -12:00 to +14:00.
fn offset_minutes(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii();
    if text == b"Z" {
        return Some(0);
    }
    let (sign, time) = text.split_first()?;
    let mut parts = time.split(|byte| *byte == b':').map(number);
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let east = i32::try_from(hours * 60 + minutes).ok().filter(|_| minutes < 60 && parts.next().is_none())?;
    match sign {
        b'+' => Some(east),
        b'-' => Some(-east),
        _ => None,
    }
    .filter(|minutes| (-12 * 60..=14 * 60).contains(minutes))
}

/// The first three decimals of a second.
fn milliseconds(digits: &[u8]) -> Option<u16> {
    let digits = digits.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let three = digits.iter().chain(b"00").take(3);
    Some(three.fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')))
}

fn time_of_day(value: &Value) -> Option<NaiveTime> {
    let Value::Rational(parts) = value else { return None };
    let [hours, minutes, seconds] = parts.as_slice() else { return None };
    let whole = |part: &exif::Rational| part.num.checked_div(part.denom).filter(|_| part.num.is_multiple_of(part.denom));
    let (hours, minutes) = (whole(hours)?, whole(minutes)?);
    // Exact in 64 bits; f64 would turn 33.12 s into 33.119999.
    let nanoseconds = (u64::from(seconds.num) * 1_000_000_000).checked_div(seconds.denom.into())?;
    let (second, nanosecond) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    NaiveTime::from_hms_nano_opt(hours, minutes, u32::try_from(second).ok()?, u32::try_from(nanosecond).ok()?)
}
