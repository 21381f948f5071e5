//! Where a request comes from. The machine at the other end of the connection is known for certain; what a header says is believed only
//! as far as every machine on the way is trusted, from the last one backwards.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use platform::settings::{AddressHeader, Proxies};

use crate::House;

/// The address that a request is counted and slowed down under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Finds out where the request comes from, for everybody behind.
pub async fn find_address(State(house): State<Arc<House>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(peer) = peer {
        let address = client_address(&house.settings.proxies, peer, request.headers());
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}

/// The first machine, seen from here, that is not one of ours.
fn client_address(proxies: &Proxies, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut hop = peer.to_canonical();
    if !proxies.trusts(hop) {
        return hop;
    }
    let Some(said) = said_by_hops(proxies.header, headers) else { return hop };
    for before in said.into_iter().rev() {
        // Something that is no address was not written by a machine of ours: the last that was is all that is known.
        let Some(before) = before else { break };
        hop = before;
        if !proxies.trusts(hop) {
            break;
        }
    }
    hop
}

/// What the hops wrote, in the order in which they did, several header lines being one; `None` for an entry that is no address, and for
/// the whole when where one entry ends cannot be told.
fn said_by_hops(header: AddressHeader, headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    let lines: Vec<&str> = headers.get_all(header.name()).iter().map(|line| line.to_str().ok()).collect::<Option<_>>()?;
    match header {
        AddressHeader::XForwardedFor => Some(lines.iter().flat_map(|line| line.split(',')).map(address).collect()),
        AddressHeader::Forwarded => {
            let entries = lines.iter().map(|line| unquoted_parts(line, ',')).collect::<Option<Vec<_>>>()?;
            Some(entries.into_iter().flatten().map(forwarded_for).collect())
        }
    }
}

/// The one `for` of an entry of `Forwarded`; `unknown`, a made-up name, or two of them are none.
fn forwarded_for(entry: &str) -> Option<IpAddr> {
    let mut found = unquoted_parts(entry, ';')?.into_iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let (only, None) = (found.next()?, found.next()) else { return None };
    let only = only.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(only);
    address(only)
}

/// `text` cut at every `at` outside of quotes; `None` when a quote is left open.
fn unquoted_parts(text: &str, at: char) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (index, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            letter if letter == at && !quoted => {
                parts.push(text.get(start..index)?);
                start = index + at.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..)?);
    (!quoted).then_some(parts)
}

/// An address, with or without a port; IPv6 with or without its brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse::<IpAddr>().ok().or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
