//! What people write down, and what a request says of whoever asks: texts that are read for what they give away.

use std::net::IpAddr;

use domain::documents::visitor::{Visitor, doubt};
use domain::masking::mask;

/// Reads the bytes as a text about somebody who is named in its first line, as how a browser names itself, and as what a request is for.
pub fn words(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // A star in a name would be taken for one of ours.
    let names = text.lines().next().filter(|name| !name.contains('*'));
    let masked = mask(&text, names.as_slice()).text;
    assert_eq!(mask(&masked, names.as_slice()).text, masked, "masked twice");

    let address = bytes.first_chunk::<16>().map(|address| IpAddr::from(*address));
    let address = address.or_else(|| bytes.first_chunk::<4>().map(|address| IpAddr::from(*address)));
    let person = Visitor { is_head: false, user_agent: Some("Mozilla/5.0"), purpose: None, has_language: true, address };
    judged(&Visitor { user_agent: Some(&text), ..person });
    judged(&Visitor { purpose: Some(&text), ..person });
}

/// Capitals change nothing, and who says to be a machine is never taken for a person, whatever else is said.
fn judged(visitor: &Visitor<'_>) {
    let agent = visitor.user_agent.unwrap_or_default();
    let (loud, bot) = (agent.to_ascii_uppercase(), format!("{agent} bot"));
    assert_eq!(doubt(&Visitor { user_agent: Some(&loud), ..*visitor }), doubt(visitor));
    for machine in [
        Visitor { is_head: true, ..*visitor },
        Visitor { user_agent: None, ..*visitor },
        Visitor { user_agent: Some(&bot), ..*visitor },
        Visitor { purpose: Some("prefetch"), ..*visitor },
        Visitor { has_language: false, ..*visitor },
    ] {
        assert!(doubt(&machine).is_some(), "{machine:?}");
    }
}
