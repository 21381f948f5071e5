//! The network that a request comes from, as far as guessing goes: machines that somebody can swap at will count as one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sha2::{Digest, Sha256};
use store::people::brakes::BrakeKey;

/// The /24 of an IPv4 address, the /64 of an IPv6 address.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// What wrong passwords are counted under.
pub fn brake_key(organisation: &str, login: &str, address: IpAddr) -> BrakeKey {
    let mut digest = Sha256::new();
    for part in [organisation, login, &network_of(address).to_string()] {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(organisation: &str, login: &str, peer: &str) -> BrakeKey {
        brake_key(organisation, login, peer.parse().unwrap())
    }

    #[test]
    fn neighbours_share_a_key_and_strangers_do_not() {
        for (same, other) in [
            ("203.0.113.7", "203.0.113.250"),
            ("::ffff:203.0.113.7", "203.0.113.9"),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ] {
            assert_eq!(key("acme", "li.wei", same), key("acme", "li.wei", other), "{same} {other}");
        }
        for (one, other) in [("203.0.113.7", "203.0.114.7"), ("2001:db8:1:2::1", "2001:db8:1:3::1")] {
            assert_ne!(key("acme", "li.wei", one), key("acme", "li.wei", other), "{one} {other}");
        }
        assert_ne!(key("acme", "li.wei", "::1"), key("acme", "li.wen", "::1"));
        assert_ne!(key("acme", "li.wei", "::1"), key("acm", "eli.wei", "::1"));
    }
}
