//! The channels over real HTTP and SMTP: against receivers that answer as the documents say, and against strangers that do not.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on shall stop, wherever it is"
)]

mod logs;
mod mail;
mod providers;
mod reach;
mod receiver;
mod relay;
mod robots;
mod stage;
mod stranger;
mod strangers;
mod webhooks;
mod wecom;
mod wecom_tokens;
