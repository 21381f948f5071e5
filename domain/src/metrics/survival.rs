//! How long things last when some of them are not over yet: the estimate of Kaplan and Meier. What is open counts as open for as long as
//! it has been seen, and is never dropped: leaving it out would make the slow look fast.

/// How long one thing has lasted, in any unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duration {
    pub length: f64,
    /// It came to its end; else it was still open when last looked at.
    pub is_over: bool,
}

/// The share of things that last longer than a time, as steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survival {
    /// Length and share, at every length at which something came to its end, in order.
    steps: Vec<(f64, f64)>,
    /// The longest length seen, over or not.
    longest: f64,
    over: usize,
    open: usize,
}

impl Survival {
    /// Lengths that are no numbers, or below zero, are not taken in.
    pub fn of(durations: &[Duration]) -> Self {
        let lengths = |is_over: bool| durations.iter().filter(|one| one.is_over == is_over).map(|one| one.length).collect::<Vec<_>>();
        Self::of_lengths(&in_order(&lengths(true)), &in_order(&lengths(false)))
    }

    /// As [`Survival::of`], of lengths that are [`in_order`]: those that are over, and those that are open.
    pub(super) fn of_lengths(over: &[f64], open: &[f64]) -> Self {
        let longest = over.last().into_iter().chain(open.last()).copied().fold(0.0, f64::max);
        let mut survival = Self { steps: Vec::with_capacity(over.len()), longest, over: over.len(), open: open.len() };
        let (mut at_risk, mut share, mut left_open) = (over.len() + open.len(), 1.0, open);
        for same in over.chunk_by(|one, other| one.total_cmp(other).is_eq()) {
            let Some(length) = same.first().copied() else { continue };
            // What is open at this very length was at risk until then.
            let gone = left_open.iter().take_while(|open| **open < length).count();
            left_open = left_open.get(gone..).unwrap_or_default();
            at_risk -= gone;
            share *= 1.0 - count(same.len()) / count(at_risk);
            survival.steps.push((length, share));
            at_risk -= same.len();
        }
        survival
    }

    /// How many came to their end, and how many are open.
    pub const fn counts(&self) -> (usize, usize) {
        (self.over, self.open)
    }

    /// The share that lasts longer than `length`.
    pub fn share_after(&self, length: f64) -> f64 {
        self.steps.iter().take_while(|(at, _)| *at <= length).last().map_or(1.0, |(_, share)| *share)
    }

    /// The shortest length by which a share `by` (0 to 1) has come to its end; `None` while too many are open to tell.
    pub fn quantile(&self, by: f64) -> Option<f64> {
        // A share is a product of fractions: what is equal on paper may differ in the last bit.
        self.steps.iter().find(|(_, share)| *share <= 1.0 - by + 1e-12).map(|(length, _)| *length)
    }

    /// The mean within the longest length seen: the area under the steps. `None` when there is nothing.
    pub fn mean(&self) -> Option<f64> {
        if self.over + self.open == 0 {
            return None;
        }
        let (mut area, mut from, mut share) = (0.0, 0.0, 1.0);
        for (length, left) in &self.steps {
            area += (length - from) * share;
            (from, share) = (*length, *left);
        }
        Some(area + (self.longest - from) * share)
    }
}

/// The lengths that can be one, from the shortest to the longest. What is in order already, whole or in runs, costs little.
pub(super) fn in_order(lengths: &[f64]) -> Vec<f64> {
    let mut lengths = lengths.iter().copied().filter(|length| length.is_finite() && *length >= 0.0).collect::<Vec<_>>();
    lengths.sort_by(f64::total_cmp);
    lengths
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 things")]
fn count(things: usize) -> f64 {
    things as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(length: f64) -> Duration {
        Duration { length, is_over: true }
    }

    fn open(length: f64) -> Duration {
        Duration { length, is_over: false }
    }

    #[test]
    fn what_is_open_makes_nothing_faster() {
        let slow = Survival::of(&[over(3.0), open(10.0), open(12.0), open(14.0), open(20.0)]);
        assert_eq!((slow.quantile(0.5), slow.counts()), (None, (1, 4)));
        assert!((slow.share_after(3.0) - 0.8).abs() < 1e-12 && (slow.share_after(2.9) - 1.0).abs() < 1e-12);
        let tie = Survival::of(&[over(5.0), open(5.0), over(9.0)]);
        assert_eq!((tie.quantile(0.5), tie.quantile(0.9)), (Some(9.0), Some(9.0)));
    }

    #[test]
    fn nothing_and_nonsense_have_no_figures() {
        let none = Survival::of(&[open(f64::NAN), over(-1.0), over(f64::INFINITY)]);
        assert_eq!((none.quantile(0.5), none.mean(), none.counts()), (None, None, (0, 0)));
        let instant = Survival::of(&[over(0.0)]);
        assert_eq!((instant.quantile(0.9), instant.mean()), (Some(0.0), Some(0.0)));
    }
}
