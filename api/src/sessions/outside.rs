//! Reading something small from an address that an admin named: over TLS, from the public internet only, briefly, and without following
//! anybody anywhere.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url, redirect};

const CONNECT_AFTER: Duration = Duration::from_secs(3);
const ANSWER_AFTER: Duration = Duration::from_secs(6);

/// Networks that a name or address from outside must never lead to: this host, its neighbours, and whatever tunnels to them.
const INNER_V4: &[(u32, u32)] = &[
    (0x0000_0000, 8),  // this network
    (0x0a00_0000, 8),  // private
    (0x6440_0000, 10), // shared by carriers
    (0x7f00_0000, 8),  // loopback
    (0xa9fe_0000, 16), // link-local, where clouds keep their metadata
    (0xac10_0000, 12), // private
    (0xc000_0000, 24), // protocol assignments
    (0xc000_0200, 24), // documentation
    (0xc058_6300, 24), // 6to4 relays
    (0xc0a8_0000, 16), // private
    (0xc612_0000, 15), // benchmarking
    (0xc633_6400, 24), // documentation
    (0xcb00_7100, 24), // documentation
    (0xe000_0000, 4),  // multicast
    (0xf000_0000, 4),  // reserved, broadcast
];
const INNER_V6: &[(u128, u32)] = &[
    (0, 96),                      // unspecified, loopback, IPv4-compatible
    (0xffff << 32, 96),           // IPv4-mapped
    (0x0064_ff9b << 96, 96),      // NAT64
    (0x0064_ff9b_0001 << 80, 48), // NAT64, local
    (0x0100 << 112, 64),          // discard
    (0x2001 << 112, 23),          // protocol assignments, Teredo
    (0x2001_0db8 << 96, 32),      // documentation
    (0x2002 << 112, 16),          // 6to4
    (0xfc00 << 112, 7),           // unique local
    (0xfe80 << 112, 10),          // link-local
    (0xfec0 << 112, 10),          // site-local
    (0xff00 << 112, 8),           // multicast
];

/// Whether an address lies on the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !INNER_V4.iter().any(|(network, length)| (v4.to_bits() ^ network) >> (32 - length) == 0),
        IpAddr::V6(v6) => !INNER_V6.iter().any(|(network, length)| (v6.to_bits() ^ network) >> (128 - length) == 0),
    }
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum OutsideFault {
    #[error("the address is not allowed")]
    Address,
    #[error("this installation has no usable TLS roots")]
    NoClient,
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    #[error("no answer")]
    Away(#[from] reqwest::Error),
}

/// The way outside.
#[derive(Debug, Clone)]
pub struct Outside {
    client: Option<Client>,
    /// Plain HTTP and inner addresses too: for trials.
    anywhere: bool,
}

impl Outside {
    pub fn new(anywhere: bool) -> Self {
        let mut client = Client::builder()
            .connect_timeout(CONNECT_AFTER)
            .timeout(ANSWER_AFTER)
            .redirect(redirect::Policy::none())
            .https_only(!anywhere)
            .no_proxy()
            .user_agent("fieldproof");
        if !anywhere {
            client = client.dns_resolver(PublicOnly);
        }
        let client = client.build().inspect_err(|error| tracing::warn!(%error, "nothing can be read from outside")).ok();
        Self { client, anywhere }
    }

    /// Whether `url` may be read at all, as far as can be told before its name is resolved.
    pub fn allows(&self, url: &Url) -> bool {
        let scheme = url.scheme() == "https" || (self.anywhere && url.scheme() == "http");
        let plain = url.username().is_empty() && url.password().is_none();
        scheme && plain && self.allows_host(url)
    }

    fn allows_host(&self, url: &Url) -> bool {
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return false };
        // Addresses never reach the resolver. The URL's parser has undone every spelling of them (octal, hexadecimal, one number).
        match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => self.anywhere || is_public(address),
            Err(_) => true,
        }
    }

    /// Reads up to `bytes_max` bytes.
    ///
    /// # Errors
    /// When the address is not allowed or does not answer as it should.
    pub async fn read(&self, url: &Url, bytes_max: usize) -> Result<Vec<u8>, OutsideFault> {
        if !self.allows(url) {
            return Err(OutsideFault::Address);
        }
        let client = self.client.as_ref().ok_or(OutsideFault::NoClient)?;
        let mut answer = client.get(url.clone()).header("accept", "application/json").send().await?;
        if answer.status().as_u16() != 200 {
            return Err(OutsideFault::Status(answer.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if bytes.len() + chunk.len() > bytes_max {
                return Err(OutsideFault::TooLarge(bytes_max));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Resolves names to public addresses only; the connection then goes to exactly these, so that a name cannot change its mind.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() { Err("the name leads to no public address".into()) } else { Ok(Box::new(public.into_iter()) as Addrs) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_told_from_public_ones() {
        for inner in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::1",
            "2001:0:1::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
        for public in [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2400:3200::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn addresses_are_seen_through_every_spelling() {
        let outside = Outside { client: None, anywhere: false };
        for refused in [
            "http://id.example.com/keys",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://user:secret@id.example.com/",
            "https://１２７.0.0.1/",
            "ftp://id.example.com/",
        ] {
            assert!(!outside.allows(&Url::parse(refused).unwrap()), "{refused}");
        }
        assert!(outside.allows(&Url::parse("https://id.example.com/keys").unwrap()));
        assert!(Outside { client: None, anywhere: true }.allows(&Url::parse("http://127.0.0.1:9000/keys").unwrap()));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_resolves_to_nothing() {
        assert!(PublicOnly.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
