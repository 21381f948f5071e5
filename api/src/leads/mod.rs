//! Leads: entered, offered, taken, contacted, qualified, and what becomes of them. Only the deeds here move a lead; an edit stops no timer.

mod accept;
mod assign;
mod change;
mod chat_contact;
mod claim;
mod contact;
mod content_push;
mod convert;
mod create;
mod decline;
mod desk;
mod disqualify;
mod duplicates;
pub(crate) mod examples;
mod fields;
mod give_back;
mod import;
mod journal;
mod list;
mod merge;
mod options;
mod qualify;
mod read;
mod shown;
mod tag;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

pub use journal::{ActionBody, Asked as JournalAsked, Log, page as page_of_log};

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(import::import))
        .routes(routes!(read::read, change::change))
        .routes(routes!(options::options))
        .routes(routes!(journal::journal))
        .routes(routes!(duplicates::duplicates))
        .routes(routes!(merge::merge))
        .routes(routes!(assign::assign))
        .routes(routes!(accept::accept))
        .routes(routes!(decline::decline))
        .routes(routes!(claim::claim))
        .routes(routes!(give_back::give_back))
        .routes(routes!(contact::contact))
        .routes(routes!(chat_contact::chat_contact))
        .routes(routes!(tag::tag))
        .routes(routes!(content_push::content_push))
        .routes(routes!(qualify::qualify))
        .routes(routes!(disqualify::disqualify))
        .routes(routes!(convert::convert))
}
