//! A timekeeper and a courier as a process of their own, to be killed: nothing else in it speaks to the database.

use std::sync::Arc;

use platform::settings::Settings;
use platform::{Chance, Clock};
use store::Database;
use tokio_util::sync::CancellationToken;
use workers::courier::{self, Courier};
use workers::timekeeper;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::load(None, std::env::vars())?;
    let db = Database::new(settings.database_url.reveal(), settings.database_connections, settings.database_timeout)?;
    let (clock, stop) = (Clock::wall(), CancellationToken::new());
    let courier = Courier::new(&settings, db.clone(), clock.clone(), Chance::default())?;
    tokio::join!(timekeeper::keep(db, clock, stop.clone()), courier::keep(Arc::new(courier), stop));
    Ok(())
}
