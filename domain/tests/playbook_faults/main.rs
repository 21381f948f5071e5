//! Every fault of a playbook is named with its line, and no text can do harm.

mod hostile;
mod named;
mod small;
