//! What a house says when it is there: where everything is, who can sign in, and what to paste to see a verdict.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use dev::demo;

/// Greets with a fresh integrator's key and a fresh photo.
pub async fn with_demo(front: &api::House, home: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    let key = demo::integrator_key(&front.db, &front.clock, &front.ids).await.context("the demo's key could not be made")?;
    let sample = demo::sample(&home.join("sample"), &front.ids, front.clock.now()).context("the sample photo could not be kept")?;
    let logins = demo::LOGINS.iter().map(|login| login.login).collect::<Vec<_>>().join(", ");
    let url = url(listen);
    print(&format!(
        "{}\n\n\
         Organisations  demo, other\n\
         Logins         {logins}\n\
         Password       {}\n\
         Integrator key {key}\n\
         Time           dev/run move-time 48h lets two days pass\n\n\
         A check-in to paste: {} has just been photographed at {:.5}, {:.5}.\n\n{}\n\n{END}",
        running(&url),
        demo::PASSWORD,
        sample.door.name,
        sample.door.position.lat,
        sample.door.position.lon,
        sample.commands(&url),
    ));
    Ok(())
}

/// Greets in somebody else's database, which has people of its own.
pub fn without_demo(listen: SocketAddr) {
    print(&format!(
        "{}\n\n\
         The database is not the house's own, so nothing was planted in it: there is no demo login, integrator key or check-in to \
         paste (`--demo` plants them).\n\n{END}",
        running(&url(listen))
    ));
}

const END: &str = "Ctrl-C stops everything.";

fn running(url: &str) -> String {
    format!("\nFieldproof is running: {url}   (reader: {url}/docs)")
}

/// What to type on this machine: an address that means all of its addresses is none to connect to.
fn url(listen: SocketAddr) -> String {
    if listen.ip().is_unspecified() { format!("http://127.0.0.1:{}", listen.port()) } else { format!("http://{listen}") }
}

/// Whoever reads along may stop doing so.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
