//! The front hall: one file per errand with its request, its response, its line in `OpenAPI` and its handler.
//!
//! SQL, thresholds and background loops may not enter: the archive, the rule room and the workers have those.

pub mod attachments;
pub mod boards;
pub mod calendars;
pub mod callbacks;
pub mod channels;
pub mod command;
pub mod customers;
pub mod deals;
pub mod docs;
mod files;
pub mod health;
pub mod http;
pub mod inbox;
pub mod incidents;
pub mod leads;
pub mod lists;
pub mod looks;
pub mod metrics;
pub mod people;
pub mod permissions;
pub mod photos;
pub mod place;
pub mod playbook;
#[doc(hidden)]
pub mod proving;
pub mod router;
pub mod sessions;
pub mod stream;
pub mod timeline;
pub mod visits;
pub mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use platform::outside::{Limits, Outside, Reach};
use platform::sealing::{SealFault, Sealer};
use platform::settings::Settings;
use platform::{Clock, Ids};
use store::stream::Ear;
use store::{Database, Objects};
use tokio_util::sync::CancellationToken;

use http::allowances::Allowances;
use sessions::issuer_keys::IssuerKeys;
use sessions::keyring::{KeyFault, Keyring};
use sessions::password::Passwords;

/// Nothing is sent from here: addresses are only looked at.
const WEBHOOK_LIMITS: Limits = Limits { connect_after: Duration::from_secs(1), answer_after: Duration::from_secs(1), answer_bytes: 0 };

/// What every errand can reach.
pub struct House {
    pub settings: Settings,
    pub db: Database,
    pub objects: Objects,
    pub clock: Clock,
    pub ids: Ids,
    pub keyring: Keyring,
    pub passwords: Passwords,
    pub issuer_keys: IssuerKeys,
    pub allowances: Allowances,
    /// What secrets are kept with.
    pub sealer: Sealer,
    /// What this process hears of changes.
    pub ear: Ear,
    /// Cancelled when the process is asked to stop: whoever watches is let go.
    pub closing: CancellationToken,
    /// How far webhooks may reach.
    pub webhook_reach: Outside,
}

/// Why the front hall cannot open.
#[derive(Debug, thiserror::Error)]
pub enum OpeningFault {
    #[error(transparent)]
    Key(#[from] KeyFault),
    #[error(transparent)]
    Seal(#[from] SealFault),
    #[error("database_url cannot be understood")]
    Database(#[from] store::StoreError),
}

impl House {
    /// Puts the house together; nothing is connected yet, so that it starts even while a dependency is away.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub fn open(settings: Settings, clock: Clock) -> Result<Arc<Self>, OpeningFault> {
        let db = Database::new(settings.database_url.reveal(), settings.database_connections, settings.database_timeout)?;
        let db = db.by_clock(clock.clone());
        let keyring = Keyring::read(&settings.public_url, &settings.signing_key_files)?;
        let objects = Objects::new(&settings.s3);
        let issuer_keys = IssuerKeys::new(if settings.oidc_allow_http { Reach::anywhere() } else { Reach::public() });
        let sealer = Sealer::new(&settings.sealing_keys)?;
        let webhook_reach = Outside::new(settings.channels.webhook_reach(), WEBHOOK_LIMITS);
        let ear = Ear::new(settings.database_url.clone());
        let closing = CancellationToken::new();
        let (ids, passwords) = (Ids::new(clock.clone()), Passwords::default());
        let allowances = Allowances::new(settings.rates, clock.clone());
        Ok(Arc::new(Self {
            settings,
            db,
            objects,
            clock,
            ids,
            keyring,
            passwords,
            issuer_keys,
            allowances,
            sealer,
            ear,
            closing,
            webhook_reach,
        }))
    }
}
