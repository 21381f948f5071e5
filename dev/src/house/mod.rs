//! Houses: everything Fieldproof stands on, put up and taken down as one.

mod standing;
mod throwaway;
mod watcher;

pub use standing::{DatabaseAccess, House, ObjectAccess, Plan, home_for};
pub use throwaway::Throwaway;

/// The bucket every house has.
pub const BUCKET: &str = "fieldproof";

/// The database every standing house has.
pub const DATABASE: &str = "fieldproof";
