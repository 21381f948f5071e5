//! Houses: everything Fieldproof stands on, put up and taken down as one.

mod throwaway;
mod watcher;

pub use throwaway::Throwaway;

/// The bucket every house has.
pub const BUCKET: &str = "fieldproof";
