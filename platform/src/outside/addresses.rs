//! Which addresses lie on the public internet, and which of the others may be reached all the same.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use reqwest::Url;

/// IPv4 networks that a name or address from outside must never lead to: this host, its neighbours, and whatever tunnels to them.
const INNER_V4: &[(u32, u32)] = &[
    (0x0000_0000, 8),  // this network
    (0x0a00_0000, 8),  // private
    (0x6440_0000, 10), // shared by carriers; some clouds keep their metadata here
    (0x7f00_0000, 8),  // loopback
    (0xa83f_8110, 32), // a cloud's host agent, which answers to the machines of that cloud only
    (0xa9fe_0000, 16), // link-local, where most clouds keep their metadata
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
/// All that is handed out of IPv6; mapped, translated (NAT64), local and multicast addresses lie outside of it.
const GLOBAL_V6: (u128, u32) = (0x2000 << 112, 3);
/// And what of that is not public after all.
const INNER_V6: &[(u128, u32)] = &[
    (0x2001 << 112, 23),     // protocol assignments, Teredo
    (0x2001_0db8 << 96, 32), // documentation
    (0x2002 << 112, 16),     // 6to4
    (0x3fff << 112, 20),     // documentation
];

fn lies_in_v4(address: u32, (network, length): (u32, u32)) -> bool {
    (address ^ network).checked_shr(32 - length).unwrap_or(0) == 0
}

fn lies_in_v6(address: u128, (network, length): (u128, u32)) -> bool {
    (address ^ network).checked_shr(128 - length).unwrap_or(0) == 0
}

/// Whether an address lies on the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !INNER_V4.iter().any(|network| lies_in_v4(v4.to_bits(), *network)),
        IpAddr::V6(v6) => {
            let bits = v6.to_bits();
            lies_in_v6(bits, GLOBAL_V6) && !INNER_V6.iter().any(|network| lies_in_v6(bits, *network))
        }
    }
}

/// Addresses with a common beginning, written `10.20.0.0/16`, `fd00::/8`, or as one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    V4 { network: Ipv4Addr, length: u32 },
    V6 { network: Ipv6Addr, length: u32 },
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4 { network, length }, IpAddr::V4(v4)) => lies_in_v4(v4.to_bits(), (network.to_bits(), *length)),
            (Self::V6 { network, length }, IpAddr::V6(v6)) => lies_in_v6(v6.to_bits(), (network.to_bits(), *length)),
            _ => false,
        }
    }
}

/// A text that names no network.
#[derive(Debug, thiserror::Error)]
#[error("is no network such as 10.20.0.0/16")]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let length: Option<u32> = length.map(str::parse).transpose().map_err(|_| NoNetwork)?;
        match address.parse().map_err(|_| NoNetwork)? {
            IpAddr::V4(network) if length.is_none_or(|length| length <= 32) => Ok(Self::V4 { network, length: length.unwrap_or(32) }),
            IpAddr::V6(network) if length.is_none_or(|length| length <= 128) => Ok(Self::V6 { network, length: length.unwrap_or(128) }),
            _ => Err(NoNetwork),
        }
    }
}

/// How far a request may go.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    plain_http: bool,
    networks: Vec<Network>,
}

impl Reach {
    /// The public internet, over TLS.
    pub fn public() -> Self {
        Self::default()
    }

    /// Wherever it is told to: for addresses that the installation's owner has set, and for trials.
    pub fn anywhere() -> Self {
        let (v4, v6) = (Ipv4Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED);
        Self { plain_http: true, networks: vec![Network::V4 { network: v4, length: 0 }, Network::V6 { network: v6, length: 0 }] }
    }

    /// Plain HTTP too.
    pub fn with_plain_http(self, plain_http: bool) -> Self {
        Self { plain_http, ..self }
    }

    /// These networks too, whatever they are.
    pub fn with_networks(self, networks: Vec<Network>) -> Self {
        Self { networks, ..self }
    }

    pub fn allows_address(&self, address: IpAddr) -> bool {
        is_public(address) || self.networks.iter().any(|network| network.contains(address))
    }

    /// Whether `url` may be asked at all, as far as can be told before its name is resolved.
    pub fn allows(&self, url: &Url) -> bool {
        let scheme = url.scheme() == "https" || (self.plain_http && url.scheme() == "http");
        let plain = url.username().is_empty() && url.password().is_none();
        scheme && plain && self.allows_host(url)
    }

    fn allows_host(&self, url: &Url) -> bool {
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return false };
        // Addresses never reach the resolver. The URL's parser has undone every spelling of them (octal, hexadecimal, one number).
        match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => self.allows_address(address),
            Err(_) => true,
        }
    }

    pub(super) fn is_tls_only(&self) -> bool {
        !self.plain_http
    }
}

#[cfg(test)]
#[path = "addresses_tests.rs"]
mod tests;
