use axum::http::{HeaderName, HeaderValue};

use super::*;

const PROXY: &str = "10.0.0.1";
const OUTSIDE: &str = "203.0.113.9";

fn proxies(networks: &[&str], header: AddressHeader) -> Proxies {
    Proxies { networks: networks.iter().map(|network| network.parse().unwrap()).collect(), header }
}

fn headers(name: &'static str, lines: &[&str]) -> HeaderMap {
    let name = HeaderName::from_static(name);
    lines.iter().map(|line| (name.clone(), HeaderValue::from_bytes(line.as_bytes()).unwrap())).collect()
}

/// Who a request through `PROXY` with these lines of `X-Forwarded-For` comes from.
fn listed(lines: &[&str]) -> String {
    let ours = proxies(&["10.0.0.0/8", "2001:db8::/32"], AddressHeader::XForwardedFor);
    client_address(&ours, PROXY.parse().unwrap(), &headers("x-forwarded-for", lines)).to_string()
}

/// The same with `Forwarded`.
fn forwarded(lines: &[&str]) -> String {
    let ours = proxies(&["10.0.0.0/8", "2001:db8::/32"], AddressHeader::Forwarded);
    client_address(&ours, PROXY.parse().unwrap(), &headers("forwarded", lines)).to_string()
}

#[test]
fn nobody_is_believed_unless_they_are_trusted() {
    for (networks, peer) in [(&[][..], PROXY), (&["10.0.0.0/8"], OUTSIDE), (&["10.0.0.0/8"], "2001:db8::1"), (&["192.0.2.1/32"], PROXY)] {
        for (header, name, line) in [
            (AddressHeader::XForwardedFor, "x-forwarded-for", "198.51.100.1"),
            (AddressHeader::XForwardedFor, "x-forwarded-for", "198.51.100.1, 10.0.0.1"),
            (AddressHeader::Forwarded, "forwarded", "for=198.51.100.1"),
        ] {
            let found = client_address(&proxies(networks, header), peer.parse().unwrap(), &headers(name, &[line]));
            assert_eq!(found.to_string(), peer, "{networks:?} {line}");
        }
    }
}

#[test]
fn only_the_header_that_the_proxies_keep_clean_is_read() {
    let ours = |header| proxies(&["10.0.0.0/8"], header);
    let peer = PROXY.parse().unwrap();
    for (header, other, line) in
        [(AddressHeader::XForwardedFor, "forwarded", "for=198.51.100.1"), (AddressHeader::Forwarded, "x-forwarded-for", "198.51.100.1")]
    {
        assert_eq!(client_address(&ours(header), peer, &headers(other, &[line])).to_string(), PROXY);
    }
    for name in ["x-real-ip", "client-ip", "true-client-ip", "cf-connecting-ip", "x-client-ip"] {
        assert_eq!(client_address(&ours(AddressHeader::XForwardedFor), peer, &headers(name, &["198.51.100.1"])).to_string(), PROXY);
    }
}

#[test]
fn the_list_is_read_from_the_right_until_a_stranger() {
    for (lines, found) in [
        (&["203.0.113.9"][..], "203.0.113.9"),
        // What stands further left is the client's own word.
        (&["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        (&["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        (&["10.9.9.9, 198.51.100.1, 203.0.113.9, 10.0.0.2, 10.0.0.3"], "203.0.113.9"),
        (&["203.0.113.9, 10.0.0.2", "10.0.0.3"], "203.0.113.9"),
        (&["198.51.100.1,203.0.113.9:51234"], "203.0.113.9"),
        (&["::ffff:203.0.113.9"], "203.0.113.9"),
        (&["2001:db9::7"], "2001:db9::7"),
        (&["[2001:db9::7]"], "2001:db9::7"),
        (&["[2001:db9::7]:443, 2001:db8::2"], "2001:db9::7"),
        // All of them are ours: somebody inside.
        (&["10.0.0.7, 10.0.0.2"], "10.0.0.7"),
        (&[], PROXY),
    ] {
        assert_eq!(listed(lines), found, "{lines:?}");
    }
}

#[test]
fn garbage_is_believed_as_little_as_what_stands_behind_it() {
    for (lines, found) in [
        (&[""][..], PROXY),
        (&[","], PROXY),
        (&["unknown"], PROXY),
        (&["198.51.100.1, unknown"], PROXY),
        (&["198.51.100.1, "], PROXY),
        (&["198.51.100.1, 10.0.0.2, nobody, 10.0.0.3"], "10.0.0.3"),
        (&["198.51.100.1, 999.0.0.1"], PROXY),
        (&["198.51.100.1, 203.0.113.9; drop"], PROXY),
        (&["198.51.100.1, 203.0.113.9:99999"], PROXY),
        (&["198.51.100.1, 010.0.0.1"], PROXY),
        (&["198.51.100.1, 0x7f000001"], PROXY),
        (&["198.51.100.1, fe80::1%eth0"], PROXY),
        (&["198.51.100.1 203.0.113.9"], PROXY),
    ] {
        assert_eq!(listed(lines), found, "{lines:?}");
    }
    let ours = proxies(&["10.0.0.0/8"], AddressHeader::XForwardedFor);
    let mut bytes = headers("x-forwarded-for", &["203.0.113.9"]);
    bytes.append("x-forwarded-for", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
    assert_eq!(client_address(&ours, PROXY.parse().unwrap(), &bytes).to_string(), PROXY);
    let long = "198.51.100.1, ".repeat(2000) + "203.0.113.9";
    assert_eq!(listed(&[&long]), "203.0.113.9");
}

#[test]
fn forwarded_is_read_as_the_standard_writes_it() {
    for (lines, found) in [
        (&["for=203.0.113.9"][..], "203.0.113.9"),
        (&["for=198.51.100.1, for=203.0.113.9;proto=https;by=10.0.0.1"], "203.0.113.9"),
        (&["For=\"203.0.113.9:4711\""], "203.0.113.9"),
        (&["proto=https; for=\"[2001:db9::7]:4711\"; host=\"a,b;c\""], "2001:db9::7"),
        (&["for=198.51.100.1", "for=203.0.113.9, for=\"[2001:db8::2]\""], "203.0.113.9"),
        (&["for=unknown"], PROXY),
        (&["for=_hidden, for=10.0.0.2"], "10.0.0.2"),
        (&["by=203.0.113.9"], PROXY),
        (&["for=203.0.113.9;for=198.51.100.1"], PROXY),
        (&["203.0.113.9"], PROXY),
    ] {
        assert_eq!(forwarded(lines), found, "{lines:?}");
    }
}

#[test]
fn no_quote_of_a_client_swallows_what_a_proxy_wrote_behind_it() {
    for theirs in ["for=\"", "for=\"198.51.100.1", "for=198.51.100.1;host=\"x", "\"", "for=\"\\", "for=\"a\\\""] {
        for ours in ["for=203.0.113.9", "for=\"[2001:db9::7]:443\""] {
            let found = forwarded(&[&format!("{theirs}, {ours}")]);
            assert!([PROXY, "203.0.113.9", "2001:db9::7"].contains(&found.as_str()), "{theirs} | {ours}: {found}");
            let found = forwarded(&[theirs, ours]);
            assert!([PROXY, "203.0.113.9", "2001:db9::7"].contains(&found.as_str()), "{theirs} | {ours}: {found}");
        }
    }
    // What a client puts into the name of the host that a proxy repeats in quotes stays in them.
    assert_eq!(forwarded(&["for=203.0.113.9;host=\"evil, for=198.51.100.1\""]), "203.0.113.9");
}
