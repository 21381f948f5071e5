//! Attachments: files that people put to a deal or share with a customer. What a file is, its bytes say; what it was called and declared
//! as is only a claim until the two agree.

mod file_name;
mod file_type;
mod look;
mod package;

pub use file_name::{FILE_NAME_MAX, FileName};
pub use file_type::FileType;
pub use look::{Look, look};
