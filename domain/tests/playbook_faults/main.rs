//! Every fault of a playbook is named with its line, and no text can do harm.

#![expect(clippy::unwrap_used, clippy::format_collect, reason = "tables are long, and a test that cannot go on shall stop")]

mod hostile;
mod named;
mod small;
