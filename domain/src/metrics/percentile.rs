//! Percentiles of what is known whole.

/// The `share` percentile (0 to 1) of `sorted` values, with linear interpolation between neighbours: the rank is `(n − 1) · share`, as
/// `percentile_cont` of PostgreSQL has it. `None` when there are none, or the share is none.
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 values")]
    let rank = sorted.len().checked_sub(1)? as f64 * share;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank is not negative and within the list")]
    let (below, above) = (sorted.get(rank.floor() as usize)?, sorted.get(rank.ceil() as usize)?);
    Some(below + (above - below) * rank.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_two_values_is_interpolated() {
        let ten = (1..=10).map(f64::from).collect::<Vec<_>>();
        for (share, want) in [(0.0, 1.0), (0.5, 5.5), (0.8, 8.2), (0.9, 9.1), (1.0, 10.0)] {
            assert!((percentile(&ten, share).unwrap() - want).abs() < 1e-9, "{share}");
        }
        assert_eq!(percentile(&[7.0], 0.9), Some(7.0));
        for (values, share) in [(&[][..], 0.5), (&[1.0][..], 1.1), (&[1.0][..], f64::NAN)] {
            assert_eq!(percentile(values, share), None);
        }
    }
}
