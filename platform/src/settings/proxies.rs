//! Who stands in front of the servers: only what these machines say of a client's address is believed.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Reader;

/// The header that the machines in front write a client's address into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl AddressHeader {
    /// The header's name as it is set, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::XForwardedFor, Self::Forwarded].into_iter().find(|header| header.name().eq_ignore_ascii_case(text))
    }
}

/// The trusted machines, and the one header that they keep clean. One, because the other comes through them as any client wrote it.
#[derive(Debug, Clone)]
pub struct Proxies {
    pub networks: Vec<IpNet>,
    pub header: AddressHeader,
}

impl Proxies {
    /// Whether `address` is one of the trusted machines.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// One network of the list: with its length, or a single address.
///
/// # Errors
/// What is wrong with it.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    match network {
        None => Err("is no address and no network (10.0.0.0/8)"),
        // Whoever trusts everybody lets every client choose the address that it is known by.
        Some(network) if network.prefix_len() == 0 => Err("would trust everybody: name the machines that stand in front"),
        Some(network) => Ok(network.trunc()),
    }
}

impl Reader {
    pub(super) fn proxies(&mut self) -> Option<Proxies> {
        let mut networks = Vec::new();
        for text in self.text("trusted_proxies").split(',').map(str::trim).filter(|text| !text.is_empty()) {
            match network(text) {
                Ok(network) => networks.push(network),
                Err(fault) => self.fault("trusted_proxies", format_args!("`{text}` {fault}")),
            }
        }
        let name = self.text("trusted_proxies_header");
        let header = AddressHeader::parse(&name);
        if header.is_none() {
            self.fault("trusted_proxies_header", format_args!("`{name}` is neither `x-forwarded-for` nor `forwarded`"));
        }
        Some(Proxies { networks, header: header? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_named_and_never_the_whole_world() {
        let proxies = Proxies {
            networks: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"].map(|text| network(text).unwrap()).to_vec(),
            header: AddressHeader::XForwardedFor,
        };
        for (address, trusted) in [
            ("10.255.0.1", true),
            ("::ffff:10.0.0.1", true),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(proxies.trusts(address.parse().unwrap()), trusted, "{address}");
        }
        for text in ["0.0.0.0/0", "::/0", "10.0.0.0/33", "proxy.example.com", "10.0.0", ""] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
