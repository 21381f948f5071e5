//! How often people, organisations and strangers may ask one process.

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
