use super::*;

const INNER: &[&str] = &[
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.23",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "1fff:ffff::1",
    "2001:0:1::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fdff::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
];

#[test]
fn inner_addresses_are_told_from_public_ones() {
    for inner in INNER {
        assert!(!is_public(inner.parse().unwrap()), "{inner}");
    }
    for public in [
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "168.63.129.15",
        "168.63.129.17",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2606:4700::1111",
        "2400:3200::1",
        "3ffe::1",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
}

#[test]
fn addresses_are_seen_through_every_spelling() {
    for refused in [
        "http://id.example.com/keys",
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://127.0.0.1:8443/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.1/",
        "https://0/",
        "https://0x0/",
        "https://%31%32%37.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0xa9fea9fe/",
        "https://2852039166/",
        "https://0251.0376.0251.0376/",
        "https://169.254.43518/",
        "https://100.100.100.200/",
        "https://[::]/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::169.254.169.254]/",
        "https://[2002:a9fe:a9fe::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://user:secret@id.example.com/",
        "https://user@id.example.com/",
        "https://:secret@id.example.com/",
        "https://１２７.0.0.1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "ftp://id.example.com/",
        "file:///etc/passwd",
        "gopher://id.example.com/",
        "data:text/plain,hello",
    ] {
        assert!(!Reach::public().allows(&Url::parse(refused).unwrap()), "{refused}");
    }
    // What the parser itself refuses never comes this far.
    for nothing in ["https://", "https://[fe80::1%25eth0]/", "https://127.0.0.1.0x7f/", "https://256.1.1.1/", "https://1.2.3.4.5/"] {
        assert!(Url::parse(nothing).is_err(), "{nothing}");
    }
    for allowed in ["https://id.example.com/keys", "https://8.8.8.8/", "https://[2400:3200::1]:8443/", "https://localhost.example.com/"] {
        assert!(Reach::public().allows(&Url::parse(allowed).unwrap()), "{allowed}");
    }
}

#[test]
fn reach_can_be_widened_on_purpose() {
    let url = |text: &str| Url::parse(text).unwrap();
    assert!(Reach::anywhere().allows(&url("http://127.0.0.1:9000/keys")) && Reach::anywhere().allows(&url("https://[::1]/")));
    let office = Reach::public().with_networks(vec!["10.20.0.0/16".parse().unwrap(), "fd00::7".parse().unwrap()]);
    assert!(office.allows(&url("https://10.20.3.4/")) && office.allows(&url("https://[fd00::7]/")));
    for refused in ["https://10.21.0.1/", "http://10.20.3.4/", "https://[fd00::8]/", "https://[::ffff:10.20.3.4]/"] {
        assert!(!office.allows(&url(refused)), "{refused}");
    }
    assert!(Reach::public().with_plain_http(true).allows(&url("http://hook.example.com/")));
    assert!(!Reach::public().with_plain_http(true).allows(&url("http://127.0.0.1/")));
}

#[test]
fn networks_are_read_and_nothing_else() {
    for (text, within, without) in [
        ("10.20.0.0/16", "10.20.255.1", "10.21.0.0"),
        ("10.20.30.40", "10.20.30.40", "10.20.30.41"),
        ("0.0.0.0/0", "255.255.255.255", "::1"),
        ("fd00::/8", "fdff::1", "fe00::1"),
        ("::/0", "::1", "127.0.0.1"),
    ] {
        let network: Network = text.parse().unwrap();
        assert!(network.contains(within.parse().unwrap()) && !network.contains(without.parse().unwrap()), "{text}");
    }
    for nothing in ["", "office", "10.20.0.0/33", "fd00::/129", "10.20.0.0/", "/8", "10.20.0.0/-1", "10.20/16"] {
        assert!(nothing.parse::<Network>().is_err(), "{nothing}");
    }
}
