//! Who asks, as far as can be told.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use domain::documents::visitor::{self, Doubt};

use crate::http::address::ClientAddress;
use crate::sessions::network::network_of;

/// Longest name of a browser that is kept.
const AGENT_MAX: usize = 300;
const PURPOSES: [&str; 4] = ["purpose", "sec-purpose", "x-purpose", "x-moz"];

/// What is kept of whoever asks: how the browser names itself, and the network, never the address.
#[derive(Debug)]
pub struct Visitor {
    pub user_agent: Option<String>,
    pub network: Option<String>,
    pub doubt: Option<Doubt>,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<ClientAddress>().map(|ClientAddress(address)| *address);
        let user_agent = text(&parts.headers, header::USER_AGENT.as_str());
        let purposes = PURPOSES.iter().filter_map(|name| text(&parts.headers, name)).collect::<Vec<_>>().join(", ");
        let doubt = visitor::doubt(&visitor::Visitor {
            is_head: parts.method == Method::HEAD,
            user_agent: user_agent.as_deref(),
            purpose: Some(&purposes),
            has_language: parts.headers.contains_key(header::ACCEPT_LANGUAGE),
            address,
        });
        let user_agent = user_agent.map(|agent| agent.chars().filter(|letter| !letter.is_control()).take(AGENT_MAX).collect());
        Ok(Self { user_agent, network: address.map(network), doubt })
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned())
}

fn network(address: IpAddr) -> String {
    let network = network_of(address);
    format!("{network}/{}", if network.is_ipv4() { 24 } else { 64 })
}
