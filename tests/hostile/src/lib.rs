//! What must hold whatever strangers send: one function per door, which takes any bytes and panics when something does not hold.
//!
//! `tests/fuzz` makes the bytes up, and the test beside this crate tries those in `inputs`: honest ones to start from, and those that
//! once found something. An input is nothing but what a stranger would send, so that it can be looked at with ordinary tools; how it is
//! cut into pieces follows from its bytes.

mod csv;
mod cursor;
mod cuts;
mod evidence;
mod json;
mod multipart;
mod picture;
mod problem;
mod words;

pub use csv::csv;
pub use cursor::cursor;
pub use evidence::evidence;
pub use json::json;
pub use multipart::multipart;
pub use picture::picture;
pub use words::words;

/// A door: its name, which is also that of its folder in `inputs`, and what must hold of it.
pub type Door = (&'static str, fn(&[u8]));

/// Every door.
pub const DOORS: [Door; 7] = [
    ("evidence", evidence),
    ("picture", picture),
    ("multipart", multipart),
    ("cursor", cursor),
    ("csv", csv),
    ("json", json),
    ("words", words),
];
