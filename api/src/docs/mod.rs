//! The shop window: the contract, completed from the tables of permissions and problems, and pages to read it.

mod calendar_examples;
mod checks;
mod complete;
mod deal_examples;
mod examples;
mod html;
mod lead_examples;
pub mod lists;
mod operations;
mod pages;
mod problems;
mod reader;
mod responses;
mod shapes;
mod walk;

pub use complete::complete;
pub use pages::{Contract, pages};

use utoipa::OpenApi;

use crate::http::page::Limit;
use crate::http::problem::ProblemBody;
use crate::http::values::{Day, Decimal, Text};
use crate::place::{LonLat, LonLatBox};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fieldproof",
        description = "A visit counts only when it is proven.\n\n\
            **Signing in.** `POST /v1/auth/token` answers an access token for `Authorization: Bearer`, and a refresh token for the next one. \
            Integrators use a key (`fpk_…`) instead.\n\n\
            **A check-in.** Declare the photo (`POST /v1/photos`), upload its bytes where the answer says, submit the visit \
            (`PUT /v1/visits/{id}`, with an id of your own): the verdict is in the answer. An invalid visit is no error; it is recorded and says \
            what would make it count.\n\n\
            **Conventions.** Instants are RFC 3339 and answered in UTC; ids are UUIDs, made by the client where phones create things; lists are \
            keyset pages (`next_cursor` → `?cursor=`); what people edit has an `ETag` to send back in `If-Match`; a POST that creates \
            takes an `Idempotency-Key`. Every coordinate names its datum. Texts for people follow `Accept-Language` (`zh-CN` unless `en` is asked \
            for); codes never change with the language.\n\n\
            **Pace.** Everybody may ask often, and a phone that comes back online may send what it has at once; who asks far more often than \
            that is answered `429` with `Retry-After`, and whoever waits that long loses nothing.\n\n\
            **Positions.** People are told exactly where things are. Keys are told to three decimals of a degree, about 100 m, unless they were \
            given `positions:precise`; such a key may also search by place and see watermarked pictures.\n\n\
            **Failures** are `application/problem+json` (RFC 9457) with a stable `code`: [all problems](/docs/problems), \
            [all visit checks](/docs/checks). `X-Request-Id` in an answer names the request in our logs.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "This server")),
    tags(
        (name = "visits", description = "Check-ins: submitted, judged with every check explained, reviewed, appealed, judged again. Rules for checking on the phone first."),
        (name = "photos", description = "Storefront photos: declared, uploaded straight to object storage or through here, verified by size and SHA-256."),
        (name = "customers", description = "Companies and shops with their pins and fences, one by one or as a file."),
        (name = "contacts", description = "People at customers, and the organisation's list of decision roles."),
        (name = "playbook", description = "The rules as data: stages, conditions, timers, and who is told what. Versioned, and checked line by line."),
        (name = "boards", description = "What counts, and what was left out and why."),
        (name = "leads", description = "Potential customers: offered, taken, contacted, qualified, and what becomes of them."),
        (name = "deals", description = "Concrete sales: what is known of them moves them through the nodes of the playbook, and every move is explained."),
        (name = "attachments", description = "Files put to deals and shared as documents: declared, uploaded, verified by size, SHA-256 and content, handed out as downloads."),
        (name = "incidents", description = "What stalled: timers that ran out, who holds the ball, and what was said to whom."),
        (name = "calendars", description = "When people work, when messages are delivered, and time that counts."),
        (name = "channels", description = "The ways by which people are told beside the inbox, and where each person is reached."),
        (name = "webhooks", description = "Systems' endpoints: signed events, every attempt on record, dead letters to be sent again."),
        (name = "callbacks", description = "What chat platforms call us with."),
        (name = "inbox", description = "What the house has to say to the caller, and to hear of it live."),
        (name = "people", description = "Organisation, units, users, sessions, integrators' keys and trusted issuers."),
        (name = "sessions", description = "Signing in, staying in, signing out."),
        (name = "health", description = "Whether the process lives and can do its work."),
    ),
    // Values of query parameters, which are collected by nobody else.
    components(schemas(ProblemBody, Limit, Day, Text<1, 64>, Text<1, 100>, Decimal<1, 50_000>, LonLat, LonLatBox))
)]
pub struct Document;

/// Whether an operation was given this name, rather than having got one by chance.
pub fn is_named(name: &str) -> bool {
    operations::OPERATIONS.iter().any(|line| line.2 == name)
}

/// The contract as it is committed: indented, in the order of the code.
pub fn contract_text(api: &utoipa::openapi::OpenApi) -> String {
    let mut text = api.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
