//! Names and what they lead to: looked up once, sifted, and then connected to exactly that.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::Reach;

/// Says which addresses a name leads to.
pub trait Lookup: Send + Sync + 'static {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The operating system's answer.
#[derive(Debug, Clone, Copy)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// The name leads nowhere that may be reached.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address that may be reached")]
pub(super) struct NothingAllowed;

/// Resolves names to addresses within reach only; the connection then goes to exactly these, so that a name cannot change its mind
/// between being looked at and being connected to.
pub(super) struct WithinReach {
    pub lookup: Arc<dyn Lookup>,
    pub reach: Arc<Reach>,
}

impl Resolve for WithinReach {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, reach) = (self.lookup.addresses(name.as_str().to_owned()), Arc::clone(&self.reach));
        Box::pin(async move {
            let allowed: Vec<SocketAddr> =
                found.await?.into_iter().filter(|address| reach.allows_address(*address)).map(|address| (address, 0).into()).collect();
            if allowed.is_empty() { Err(NothingAllowed.into()) } else { Ok(Box::new(allowed.into_iter()) as Addrs) }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use super::*;

    /// Answers as it was told, one answer after the other.
    struct Scripted(Mutex<VecDeque<Vec<&'static str>>>);

    impl Lookup for Scripted {
        fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let answer = self.0.lock().unwrap().pop_front().unwrap();
            Box::pin(async move { Ok(answer.into_iter().map(|address| address.parse().unwrap()).collect()) })
        }
    }

    fn resolver(reach: Reach, answers: &[&[&'static str]]) -> WithinReach {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        WithinReach { lookup: Arc::new(Scripted(Mutex::new(answers))), reach: Arc::new(reach) }
    }

    async fn resolved(resolver: &WithinReach) -> Option<Vec<String>> {
        let found = resolver.resolve("hook.example.com".parse().unwrap()).await.ok()?;
        Some(found.map(|address| address.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn only_what_may_be_reached_is_left_of_an_answer() {
        let answers: &[&[&str]] = &[&["8.8.8.8", "127.0.0.1", "::1", "2400:3200::1"], &["10.0.0.7"], &["169.254.169.254", "fd00::1"], &[]];
        let public = resolver(Reach::public(), answers);
        assert_eq!(resolved(&public).await.unwrap(), ["8.8.8.8", "2400:3200::1"]);
        for _ in 0..3 {
            assert_eq!(resolved(&public).await, None);
        }
        let office = resolver(Reach::public().with_networks(vec!["10.0.0.0/8".parse().unwrap()]), answers);
        assert_eq!(resolved(&office).await.unwrap(), ["8.8.8.8", "2400:3200::1"]);
        assert_eq!(resolved(&office).await.unwrap(), ["10.0.0.7"]);
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_resolves_to_nothing() {
        let resolver = WithinReach { lookup: Arc::new(SystemLookup), reach: Arc::new(Reach::public()) };
        assert!(resolver.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
