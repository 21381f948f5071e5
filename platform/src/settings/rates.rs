//! How often people, organisations and strangers may ask one process.

use super::Reader;

/// So many requests a second, and so many at once; 0 in either stands for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_s: u32,
    pub burst: u32,
}

/// The rates of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Of one user or key.
    pub caller: Rate,
    /// Of everybody in an organisation together.
    pub organisation: Rate,
    /// Of all requests without a good token from one network.
    pub stranger: Rate,
}

impl Reader {
    pub(super) fn rates(&mut self) -> Option<Rates> {
        let caller = self.rate("caller_rate_per_s", "caller_burst");
        let organisation = self.rate("organisation_rate_per_s", "organisation_burst");
        let stranger = self.rate("stranger_rate_per_s", "stranger_burst");
        Some(Rates { caller: caller?, organisation: organisation?, stranger: stranger? })
    }

    fn rate(&mut self, per_s: &'static str, burst: &'static str) -> Option<Rate> {
        let (per_s, burst) = (self.parsed(per_s, "a whole number"), self.parsed(burst, "a whole number"));
        Some(Rate { per_s: per_s?, burst: burst? })
    }
}
