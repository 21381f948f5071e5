//! The one place that rolls dice: numbers from 0 to 1, or always the same one where a test wants to know what comes.

use rand::Rng;

/// Chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chance(Option<f64>);

impl Chance {
    /// Always `number`.
    pub const fn always(number: f64) -> Self {
        Self(Some(number))
    }

    /// A number from 0 to 1.
    pub fn roll(self) -> f64 {
        self.0.unwrap_or_else(|| rand::rng().random())
    }
}
