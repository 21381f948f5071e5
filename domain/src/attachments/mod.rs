//! Attachments: files that people put to a deal or share with a customer. What a file is, its bytes say; what it was called and declared
//! as is only a claim until the two agree.

mod file_name;
mod file_type;
mod look;
mod package;

pub use file_name::{FILE_NAME_MAX, FileName};
pub use file_type::FileType;
pub use look::{Look, look};

/// The largest attachment, bytes.
pub const ATTACHMENT_BYTES_MAX: u64 = 50 * 1024 * 1024;
