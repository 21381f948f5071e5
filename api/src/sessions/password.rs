//! Passwords: kept as Argon2id, and worked on in a bounded number of places, because each one takes memory and time on purpose.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::http::problem::{Problem, ProblemKind};

/// OWASP's second choice for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of a password that nobody knows: looking at it takes as long as looking at a real one.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0IQ$3n2sGmDfUVq8cB1o4y7T0aW9kXl5eJpZrHhIuKMvNBE";

/// A password could not be hashed: no memory, or no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashFault;

/// The hash to keep of a password, as a PHC string with a fresh salt. Takes tens of milliseconds of a core.
///
/// # Errors
/// When the system has neither memory nor randomness left.
pub fn hash(password: &str) -> Result<String, HashFault> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashFault)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = hasher.hash_password(password.as_bytes()).map_err(|_| HashFault)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one behind `hash`. Without a hash the answer is no, and takes as long.
pub fn fits(password: &str, hash: Option<&str>) -> bool {
    let fits = PasswordHash::new(hash.unwrap_or(NOBODYS_HASH))
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
    fits && hash.is_some()
}

/// The places where passwords are worked on.
#[derive(Debug)]
pub struct Passwords {
    /// Who works and who waits, together.
    places: Arc<Semaphore>,
    working: Arc<Semaphore>,
}

impl Passwords {
    /// `at_once` passwords are worked on, `waiting` more may wait; beyond that people are sent away for a moment.
    pub fn new(at_once: usize, waiting: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once + waiting)), working: Arc::new(Semaphore::new(at_once)) }
    }

    /// As [`hash`], in a place of its own.
    ///
    /// # Errors
    /// `Unavailable` when too many are waiting already.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.work(move || hash(&password)).await?.map_err(|_| ProblemKind::Unavailable.into())
    }

    /// As [`fits`], in a place of its own.
    ///
    /// # Errors
    /// `Unavailable` when too many are waiting already.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        self.work(move || fits(&password, hash.as_deref())).await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let crowded = || Problem::from(ProblemKind::Unavailable);
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| crowded())?;
        let turn = Arc::clone(&self.working).acquire_owned().await.map_err(|_| crowded())?;
        // The place is kept until the work is done, even if the client has gone: a thread cannot be called back.
        let worked = tokio::task::spawn_blocking(move || {
            let _held = (place, turn);
            work()
        });
        worked.await.map_err(|_| ProblemKind::Bug.into())
    }
}

impl Default for Passwords {
    /// One per core, and as many waiting as can be served within a few seconds.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::new(cores, 32 * cores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only_and_salts_differ() {
        let (one, other) = (hash("门店拜访-2026").unwrap(), hash("门店拜访-2026").unwrap());
        assert_ne!(one, other);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(fits("门店拜访-2026", Some(&one)) && fits("门店拜访-2026", Some(&other)));
        assert!(!fits("门店拜访-2025", Some(&one)));
        assert!(!fits("", Some(&one)));
        assert!(!fits("anything", Some("no PHC string")));
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_a_real_one_and_never_fits() {
        let real = hash("x").unwrap();
        let (nobodys, real) = (PasswordHash::new(NOBODYS_HASH).unwrap(), PasswordHash::new(&real).unwrap());
        assert_eq!((nobodys.algorithm, nobodys.version, &nobodys.params), (real.algorithm, real.version, &real.params));
        assert_eq!(nobodys.hash.unwrap().len(), real.hash.unwrap().len());
        assert!(!fits("anything", None));
    }

    #[tokio::test]
    async fn who_finds_no_place_is_sent_away_and_places_come_back() {
        let passwords = Passwords::new(1, 0);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let busy = passwords.work(move || held.recv().is_ok());
        tokio::pin!(busy);
        assert!(futures_util::poll!(&mut busy).is_pending());
        let refused = passwords.fits("x".to_owned(), None).await.unwrap_err();
        assert_eq!(refused.kind, ProblemKind::Unavailable);
        assert!(refused.retry_after_s.is_some());
        release.send(()).unwrap();
        assert!(busy.await.unwrap());
        assert!(!passwords.fits("x".to_owned(), None).await.unwrap());
    }
}
