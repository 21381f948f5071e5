//! What is said to a relay, and what its replies mean at each point. Only numbers are looked at.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use platform::settings::RelaySecurity;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::outcome::{Outcome, Reason};
use super::Email;
use super::measured::Measured;

/// Saying goodbye is polite, and no reason to wait.
const GOODBYE_AFTER: Duration = Duration::from_millis(500);

impl Email {
    /// The whole dialogue. An error is an outcome as well.
    pub(super) async fn hand_over(&self, to: &Address, letter: &[u8]) -> Result<Outcome, Outcome> {
        let mut relay = self.connect().await?;
        if let Some(credentials) = &self.credentials {
            relay.auth(DEFAULT_MECHANISMS, credentials).await.map_err(|error| at_sign_in(&error))?;
        }
        relay
            .command(Mail::new(Some(self.from.email.clone()), Vec::new()))
            .await
            .map_err(|error| before_content(&error, Reason::Refused))?;
        relay.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(|error| before_content(&error, Reason::NobodyReached))?;
        relay.command(Data).await.map_err(|error| before_content(&error, Reason::Refused))?;
        relay.message(letter).await.map_err(|error| after_content(&error))?;
        let _ = timeout(GOODBYE_AFTER, relay.quit()).await;
        Ok(Outcome::sent())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Outcome> {
        let (name, server) = (ClientId::Domain(self.from.email.domain().to_owned()), (self.host.as_str(), self.port));
        if self.security == RelaySecurity::Tls {
            // Whoever talks here without end has shown the relay's certificate; time ends it.
            let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(self.connect_after), &name, Some(self.tls.clone()), None);
            return connecting.await.map_err(|error| at_greeting(&error));
        }
        let stream = timeout(self.connect_after, TcpStream::connect(server)).await;
        let stream = stream.ok().and_then(Result::ok).ok_or_else(|| Outcome::retry(Reason::Unreached))?;
        // A dialogue of short lines: waiting for more of them to send together only costs time.
        let _ = stream.set_nodelay(true);
        let connecting = AsyncSmtpConnection::connect_with_transport(Box::new(Measured::new(stream)), &name);
        let mut relay = connecting.await.map_err(|error| at_greeting(&error))?;
        if self.security == RelaySecurity::StartTls {
            // A relay that no longer offers it, or somebody in between: either way nothing is said in the open.
            relay.starttls(self.tls.clone(), &name).await.map_err(|error| {
                let code = code(&error);
                Outcome::retry(code.map_or(Reason::NotSecure.into(), |code| Reason::NotSecure.with(code)))
            })?;
        }
        Ok(relay)
    }
}

fn code(error: &Error) -> Option<i64> {
    error.status().map(|code| u16::from(code).into())
}

/// Refusing to talk at all says nothing about the letter.
fn at_greeting(error: &Error) -> Outcome {
    match code(error) {
        Some(code) => Outcome::retry(Reason::Busy.with(code)),
        None if is_about_tls(error) => Outcome::retry(Reason::NotSecure),
        None => Outcome::retry(Reason::Unreached),
    }
}

/// A certificate that is not believed comes as data that is not valid.
fn is_about_tls(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        cause = inner.source();
    }
    error.is_tls()
}

fn at_sign_in(error: &Error) -> Outcome {
    match code(error) {
        Some(code) if error.is_permanent() => Outcome::disable(Reason::WrongCredentials.with(code)),
        Some(code) => Outcome::retry(Reason::Busy.with(code)),
        // It offers no way to sign in that we know.
        None if error.is_client() => Outcome::disable(Reason::Unusable),
        None => Outcome::retry(Reason::Unreached),
    }
}

fn before_content(error: &Error, refused: Reason) -> Outcome {
    match code(error) {
        Some(530) => Outcome::disable(Reason::WrongCredentials.with(530)),
        Some(code) if error.is_permanent() => Outcome::give_up(refused.with(code)),
        Some(code) => Outcome::retry(Reason::Busy.with(code)),
        None => Outcome::retry(Reason::Unreached),
    }
}

fn after_content(error: &Error) -> Outcome {
    match code(error) {
        Some(code) if error.is_permanent() => Outcome::give_up(Reason::Refused.with(code)),
        Some(code) => Outcome::retry(Reason::Busy.with(code)),
        None => Outcome::retry(Reason::AnswerLost),
    }
}
