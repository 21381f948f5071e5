//! How this house speaks HTTP: extractors, problems, values that check themselves, pages, and the accept loop.

pub mod address;
pub mod allowances;
pub mod extract;
pub mod fault;
pub mod geojson;
pub mod idempotency;
pub mod language;
pub mod pace;
pub mod page;
pub mod problem;
pub mod serve;
pub mod strict;
pub mod uploads;
pub mod values;
pub mod versions;
