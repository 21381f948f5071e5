//! The figures of how long things last: what is over beside what is not, so that the difference is seen.

use super::survival::in_order;
use super::{Survival, percentile};

/// Lengths of things of one sort, in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lasting {
    pub over: usize,
    pub open: usize,
    /// By when half, four and nine of ten have come to their end, what is open counted as open; `None` while too many are open to tell.
    pub p50: Option<f64>,
    pub p80: Option<f64>,
    pub p90: Option<f64>,
    /// Within the longest length seen.
    pub mean: Option<f64>,
    /// Of what is over alone: as it would look if what is open were left out.
    pub over_p50: Option<f64>,
    pub over_p80: Option<f64>,
    pub over_p90: Option<f64>,
    pub over_mean: Option<f64>,
}

impl Lasting {
    /// The figures of lengths that are over and lengths so far.
    pub fn of(over: &[f64], open: &[f64]) -> Self {
        let sorted = in_order(over);
        let survival = Survival::of_lengths(&sorted, &in_order(open));
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 things")]
        let over_mean = (!sorted.is_empty()).then(|| sorted.iter().sum::<f64>() / sorted.len() as f64);
        Self {
            over: survival.counts().0,
            open: survival.counts().1,
            p50: survival.quantile(0.5),
            p80: survival.quantile(0.8),
            p90: survival.quantile(0.9),
            mean: survival.mean(),
            over_p50: percentile(&sorted, 0.5),
            over_p80: percentile(&sorted, 0.8),
            over_p90: percentile(&sorted, 0.9),
            over_mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_open_ones_out_would_make_the_slow_look_fast() {
        let lasting = Lasting::of(&[15.0, 5.0, 8.0, 8.0, 12.0, 20.0, 25.0], &[20.0, 30.0, 40.0]);
        assert_eq!((lasting.over, lasting.open, lasting.p50, lasting.over_p50), (7, 3, Some(15.0), Some(12.0)));
        let unknown = Lasting::of(&[3.0], &[10.0, 12.0, 14.0, 20.0]);
        assert_eq!((unknown.p50, unknown.over_p50, unknown.over_mean), (None, Some(3.0), Some(3.0)));
        assert_eq!(Lasting::of(&[], &[]), Lasting::default());
    }
}
