//! E-mail is handed to one relay, one letter to one person, under a `Message-ID` that is the same at every attempt.

mod dialogue;
mod letter;
mod measured;

use std::fmt;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::{Address, transport::smtp::authentication::Credentials};
use platform::Clock;
use platform::settings::{RelaySecurity, RelaySettings};

use super::message::Message;
use super::outcome::{Outcome, Reason};

const ADDRESS_BYTES_MAX: usize = 254;

/// Why mail cannot be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum RelayFault {
    #[error("smtp_from is no sender such as `Fieldproof <fieldproof@example.com>`")]
    From,
    #[error("smtp_user: a password is not sent without TLS; set smtp_security")]
    OpenPassword,
    #[error("smtp_ca_file cannot be read")]
    Authority(#[source] std::io::Error),
    #[error("smtp_host or smtp_ca_file cannot be used for TLS")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// The way through one mail relay.
pub struct Email {
    host: String,
    port: u16,
    security: RelaySecurity,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    from: Mailbox,
    connect_after: Duration,
    clock: Clock,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Email {
    /// # Errors
    /// When a setting cannot be used.
    pub fn open(settings: &RelaySettings, connect_after: Duration, clock: Clock) -> Result<Self, RelayFault> {
        let from: Mailbox = settings.from.parse().map_err(|_| RelayFault::From)?;
        if !settings.user.is_empty() && settings.security == RelaySecurity::None {
            return Err(RelayFault::OpenPassword);
        }
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(file) = &settings.ca_file {
            let pem = std::fs::read(file).map_err(RelayFault::Authority)?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(RelayFault::Tls)?);
        }
        let credentials =
            (!settings.user.is_empty()).then(|| Credentials::new(settings.user.clone(), settings.password.reveal().to_owned()));
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            security: settings.security,
            tls: tls.build().map_err(RelayFault::Tls)?,
            credentials,
            from,
            connect_after,
            clock,
        })
    }

    /// Hands one letter over. What a relay has taken may come back days later: that is not known here.
    pub async fn send(&self, to: &str, message: &Message) -> Outcome {
        let Some(to) = address(to) else { return Outcome::give_up(Reason::NobodyReached) };
        let Ok(letter) = letter::write(&self.from, &to, message, self.clock.now()) else { return Outcome::give_up(Reason::Refused) };
        self.hand_over(&to, &letter).await.unwrap_or_else(|outcome| outcome)
    }
}

/// An address that means one mailbox and nothing else in any command or header.
fn address(text: &str) -> Option<Address> {
    let is_plain = text.len() <= ADDRESS_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&byte));
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_written_to() {
        for good in ["li.wei@example.com", "a+b_c-d@sub.example.cn"] {
            assert!(address(good).is_some(), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "li.wei",
            "@example.com",
            "a@b@example.com",
            "\"a b\"@example.com",
            "a@example.com\r\nRCPT TO:<b@example.com>",
            "a@example.com, b@example.com",
            "Li Wei <a@example.com>",
            "a@[127.0.0.1]",
            "李伟@example.com",
            &long,
        ] {
            assert!(address(bad).is_none(), "{bad}");
        }
    }
}
