//! Which addresses are refused, in every form they can be written in.

use crate::{Allowed, Blocked, Egress, Own, Place, Policy, Zone};

fn egress(allow: &str, loopback: bool) -> Egress {
    Egress::new(Policy::parse(allow, loopback).unwrap()).unwrap()
}

#[test]
fn no_form_of_a_non_public_address_is_accepted() {
    let table: &[(&str, Zone)] = &[
        ("127.0.0.1", Zone::Loopback),
        ("127.255.255.254", Zone::Loopback),
        ("127.1", Zone::Loopback),
        ("2130706433", Zone::Loopback),
        ("0x7f000001", Zone::Loopback),
        ("0x7f.0.0.1", Zone::Loopback),
        ("017700000001", Zone::Loopback),
        ("0177.0.0.01", Zone::Loopback),
        ("127.0.0.1.", Zone::Loopback),
        ("%31%32%37.0.0.1", Zone::Loopback),
        ("１２７.0.0.1", Zone::Loopback),
        ("127。0。0。1", Zone::Loopback),
        ("①②⑦.0.0.1", Zone::Loopback),
        ("[::1]", Zone::Loopback),
        ("[0:0:0:0:0:0:0:1]", Zone::Loopback),
        ("[0000:0000:0000:0000:0000:0000:0000:0001]", Zone::Loopback),
        ("0", Zone::Unspecified),
        ("0.0.0.0", Zone::Unspecified),
        ("0x0", Zone::Unspecified),
        ("0.1.2.3", Zone::Unspecified),
        ("[::]", Zone::Unspecified),
        ("10.0.0.1", Zone::Private),
        ("10.255.255.255", Zone::Private),
        ("012.0.0.1", Zone::Private),
        ("167772161", Zone::Private),
        ("172.16.0.1", Zone::Private),
        ("172.31.255.255", Zone::Private),
        ("192.168.0.1", Zone::Private),
        ("192.168.257", Zone::Private),
        ("0xC0.0xA8.0x00.0x01", Zone::Private),
        ("169.254.0.1", Zone::LinkLocal),
        ("169.254.169.253", Zone::LinkLocal),
        ("[fe80::1]", Zone::LinkLocal),
        ("[febf::1]", Zone::LinkLocal),
        ("[fec0::1]", Zone::LinkLocal),
        ("169.254.169.254", Zone::Metadata),
        ("169.254.170.2", Zone::Metadata),
        ("2852039166", Zone::Metadata),
        ("0xa9fea9fe", Zone::Metadata),
        ("0251.0376.0251.0376", Zone::Metadata),
        ("100.100.100.200", Zone::Metadata),
        ("168.63.129.16", Zone::Metadata),
        ("[fd00:ec2::254]", Zone::Metadata),
        ("100.64.0.1", Zone::CarrierNat),
        ("100.127.255.255", Zone::CarrierNat),
        ("[fc00::1]", Zone::UniqueLocal),
        ("[fdff:ffff::1]", Zone::UniqueLocal),
        ("224.0.0.1", Zone::Multicast),
        ("239.255.255.255", Zone::Multicast),
        ("255.255.255.255", Zone::Multicast),
        ("[ff02::1]", Zone::Multicast),
        ("192.0.2.1", Zone::Documentation),
        ("198.51.100.7", Zone::Documentation),
        ("203.0.113.7", Zone::Documentation),
        ("198.18.0.1", Zone::Documentation),
        ("198.19.255.255", Zone::Documentation),
        ("[2001:db8::1]", Zone::Documentation),
        ("[3fff::1]", Zone::Documentation),
        ("192.0.0.1", Zone::Reserved),
        ("192.0.0.192", Zone::Reserved),
        ("240.0.0.1", Zone::Reserved),
        ("255.255.255.254", Zone::Reserved),
        ("[2001:2::1]", Zone::Reserved),
        ("[2001:20::1]", Zone::Reserved),
        ("[100::1]", Zone::Reserved),
        ("[4000::1]", Zone::Reserved),
        ("[5f00::1]", Zone::Reserved),
        ("192.88.99.1", Zone::Embedding),
        ("[::ffff:127.0.0.1]", Zone::Embedding),
        ("[::ffff:7f00:1]", Zone::Embedding),
        ("[::ffff:8.8.8.8]", Zone::Embedding),
        ("[::ffff:0:127.0.0.1]", Zone::Embedding),
        ("[::127.0.0.1]", Zone::Embedding),
        ("[64:ff9b::7f00:1]", Zone::Embedding),
        ("[64:ff9b::a9fe:a9fe]", Zone::Embedding),
        ("[64:ff9b:1::1]", Zone::Embedding),
        ("[2002:7f00:1::]", Zone::Embedding),
        ("[2002:a9fe:a9fe::1]", Zone::Embedding),
        ("[2001::1]", Zone::Embedding),
    ];
    assert!(table.len() >= 60);
    let closed = egress("", false);
    let home = egress("", true);
    for (host, zone) in table {
        let url = format!("http://{host}/v1");
        assert_eq!(closed.check(&url).unwrap_err(), Blocked::Network(*zone), "{host}");
        assert_eq!(home.check(&url).is_ok(), *zone == Zone::Loopback, "{host} with open loopback");
    }
}

#[test]
fn a_name_that_is_never_public_is_refused_before_it_is_looked_up() {
    let (closed, home) = (egress("", false), egress("", true));
    for name in [
        "localhost",
        "LOCALHOST.",
        "app.localhost",
        "printer.local",
        "metadata.google.internal",
        "a.lan",
        "db",
    ] {
        let url = format!("http://{name}:8000/v1");
        assert!(matches!(closed.check(&url), Err(Blocked::Network(_))), "{name}");
        assert_eq!(home.check(&url).is_ok(), name.to_lowercase().contains("localhost"), "{name}");
        assert!(egress(&format!("{name}:8000"), false).check(&url).is_ok(), "{name} when it is listed");
    }
    for name in ["local.example.org", "notlocalhost.example", "internal.co"] {
        assert!(closed.check(&format!("http://{name}/v1")).is_ok(), "{name}");
    }
}

#[test]
fn public_addresses_at_the_edges_of_closed_ranges_are_accepted() {
    let closed = egress("", false);
    for host in [
        "1.0.0.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "[2000::1]",
        "[2001:200::1]",
        "[2606:4700::1111]",
        "[3ffe::1]",
        "api.example.org",
        "xn--bcher-kva.example",
    ] {
        assert!(closed.check(&format!("https://{host}/v1")).is_ok(), "{host}");
    }
}

#[test]
fn an_address_that_is_no_plain_web_address_is_refused() {
    let home = egress("", true);
    let closed = egress("", false);
    let table = [
        ("", Blocked::Invalid),
        ("example.org/v1", Blocked::Invalid),
        ("http://", Blocked::Invalid),
        ("http://[::1", Blocked::Invalid),
        ("http://1.2.3.4.5/", Blocked::Invalid),
        ("http://256.0.0.1/", Blocked::Invalid),
        ("http://host:70000/", Blocked::Invalid),
        ("http://host:0/", Blocked::Invalid),
        ("http://a b/", Blocked::Invalid),
        ("ftp://example.org/", Blocked::Scheme),
        ("file:///etc/hostname", Blocked::Scheme),
        ("gopher://127.0.0.1:70/_x", Blocked::Scheme),
        ("data:text/plain,x", Blocked::Scheme),
        ("http://name@example.org/", Blocked::Userinfo),
        ("http://name:word@example.org/", Blocked::Userinfo),
        ("http://:word@example.org/", Blocked::Userinfo),
        ("http://example.org@127.0.0.1/", Blocked::Userinfo),
        ("http://127.0.0.1#@example.org/", Blocked::Network(Zone::Loopback)),
        ("http://127.0.0.1\\@example.org/", Blocked::Network(Zone::Loopback)),
        ("http://127.0.0.1?.example.org/", Blocked::Network(Zone::Loopback)),
        ("http:127.0.0.1/", Blocked::Network(Zone::Loopback)),
        ("http:\\\\127.0.0.1/", Blocked::Network(Zone::Loopback)),
        ("ht\ttp://127.0.\n0.1/", Blocked::Network(Zone::Loopback)),
        ("http://example.org:22/", Blocked::Port(22)),
        ("http://127.0.0.1:5432/", Blocked::Port(5432)),
        ("https://example.org:6379/", Blocked::Port(6379)),
        ("http://localhost:4222/", Blocked::Port(4222)),
    ];
    for (url, reason) in table {
        let guard = if reason == Blocked::Network(Zone::Loopback) { &closed } else { &home };
        assert_eq!(guard.check(url).unwrap_err(), reason, "{url}");
    }
}

#[test]
fn with_a_list_exactly_the_listed_places_are_reached() {
    let listed = egress(
        "127.0.0.1:11434, 10.0.0.0/8:443,[::1]:80,[fd00::]/16:*,api.example.org:443,Ollama.LAN.:*,169.254.0.0/16:80",
        true,
    );
    for url in [
        "http://127.0.0.1:11434/v1",
        "http://2130706433:11434/v1",
        "http://[::ffff:127.0.0.1]:11434/v1",
        "https://10.20.30.40/",
        "http://[::1]/v1",
        "http://[fd00:1::5]:8443/",
        "https://api.example.org/v1",
        "http://ollama.lan:11434/",
        "http://ollama.lan.:5432/",
        "http://169.254.1.1/",
        // Any name may resolve into the network that is listed for this port; that is judged at connecting.
        "https://elsewhere.example.org/",
    ] {
        assert!(listed.check(url).is_ok(), "{url}");
    }
    for url in [
        "http://127.0.0.1:11435/v1",
        "http://127.0.0.2:11434/v1",
        "http://10.20.30.40/",
        "https://11.0.0.1/",
        "http://[::1]:81/v1",
        "http://[fd01::1]/",
        "https://8.8.8.8/",
        "http://169.254.169.254/",
    ] {
        assert_eq!(listed.check(url).unwrap_err(), Blocked::NotListed, "{url}");
    }
    let named = egress("api.example.org:443", true);
    for url in [
        "https://other.example.org/",
        "http://api.example.org/",
        "http://localhost:443/",
        "http://127.0.0.1:443/",
    ] {
        assert_eq!(named.check(url).unwrap_err(), Blocked::NotListed, "{url}");
    }
}

#[test]
fn a_metadata_service_is_reached_only_when_listed_as_that_very_address_and_allowed() {
    let metadata = |allow: &str, metadata| {
        let policy = Policy { metadata, ..Policy::parse(allow, false).unwrap() };
        Egress::new(policy).unwrap().check("http://169.254.169.254/").is_ok()
    };
    assert!(metadata("169.254.169.254:80", true));
    for (allow, allowed) in [("169.254.169.254:80", false), ("0.0.0.0/0:80", true), ("", true), ("", false)] {
        assert!(!metadata(allow, allowed), "{allow:?} {allowed}");
    }
}

#[test]
fn no_list_opens_multicast_or_the_unspecified_address() {
    let all = egress("0.0.0.0/0:*,[::]/0:*", false);
    assert!(all.check("http://10.1.2.3:9000/").is_ok());
    assert_eq!(all.check("http://0.0.0.0/").unwrap_err(), Blocked::Network(Zone::Unspecified));
    assert_eq!(all.check("http://[ff02::1]/").unwrap_err(), Blocked::Network(Zone::Multicast));
    assert_eq!(all.check("http://[::ffff:0.0.0.0]/").unwrap_err(), Blocked::Network(Zone::Unspecified));
}

#[test]
fn no_list_opens_the_service_itself_or_what_it_stands_on() {
    let own = Own { here: [8080].into(), near: [4222, 5432].into() };
    for allow in ["", "127.0.0.1:8080,0.0.0.0/0:*,[::]/0:*,localhost:*"] {
        let guarded = Policy { own: own.clone(), ..Policy::parse(allow, true).unwrap() };
        let guarded = Egress::new(Policy { loopback: true, ..guarded }).unwrap();
        for url in
            ["http://127.0.0.1:8080/", "http://127.9.9.9:8080/", "http://[::1]:8080/", "http://0x7f.1:8080/"]
        {
            assert_eq!(guarded.check(url).unwrap_err(), Blocked::Own, "{url} with {allow:?}");
        }
        assert!(guarded.check("http://127.0.0.1:8081/").is_ok());
    }
    let listed = Policy { own, ..Policy::parse("0.0.0.0/0:*", false).unwrap() };
    let listed = Egress::new(listed).unwrap();
    for url in ["http://10.1.2.3:4222/", "http://192.168.0.9:5432/", "http://127.0.0.1:5432/"] {
        assert_eq!(listed.check(url).unwrap_err(), Blocked::Own, "{url}");
    }
    // Somebody else's.
    for url in ["http://10.1.2.3:8080/", "http://8.8.8.8:8080/", "http://8.8.8.8:5432/"] {
        assert!(listed.check(url).is_ok(), "{url}");
    }
}

#[test]
fn every_way_of_writing_an_address_gets_the_same_verdict() {
    let (closed, home) = (egress("", false), egress("", true));
    let interesting = [0_u32, 0x7f00_0001, 0x0a00_0001, 0xa9fe_a9fe, 0x0808_0808, 0xc0a8_0101, 0xe000_0001];
    // A walk over all of the address space, and the neighbours of the interesting ones.
    let walk = (0..500_u32).map(|n| n.wrapping_mul(0x9e37_79b1));
    for bits in walk.chain(interesting.into_iter().flat_map(|bits| [bits.wrapping_sub(1), bits, bits + 1])) {
        let [a, b, c, d] = bits.to_be_bytes();
        let (low, lower) = (bits & 0xff_ffff, bits & 0xffff);
        let plain = format!("{a}.{b}.{c}.{d}");
        for form in [
            format!("{bits}"),
            format!("0x{bits:x}"),
            format!("0X{bits:08X}"),
            format!("0{bits:o}"),
            format!("{a}.{low}"),
            format!("{a}.{b}.{lower}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
            format!("{plain}."),
        ] {
            for guard in [&closed, &home] {
                let verdict = |host: &str| guard.check(&format!("http://{host}/")).map(String::from);
                assert_eq!(verdict(&form), verdict(&plain), "{form} is {plain}");
            }
        }
        for embedding in [
            format!("[::ffff:{plain}]"),
            format!("[::{plain}]"),
            format!("[64:ff9b::{plain}]"),
            format!("[2002:{:x}:{:x}::1]", bits >> 16, bits & 0xffff),
            format!("[2001::{:x}:{:x}]", bits >> 16, bits & 0xffff),
        ] {
            assert!(closed.check(&format!("http://{embedding}/")).is_err(), "{embedding}");
        }
    }
}

#[test]
fn an_entry_reads_back_as_it_is_written() {
    for entry in ["127.0.0.1:11434", "10.0.0.0/8:443", "[::1]:80", "[fd00::]/8:*", "ollama.lan:*"] {
        assert_eq!(entry.parse::<Allowed>().unwrap().to_string(), entry);
    }
    let inside: Allowed = "[fd00::/8]:443".parse().unwrap();
    assert!(matches!(inside.place, Place::Network { bits: 8, .. }));
    assert_eq!(Policy::parse(" , ", true).unwrap(), Policy { loopback: true, ..Policy::default() });
    assert!(!Policy::parse("host:1", true).unwrap().loopback);
}

#[test]
fn an_entry_that_cannot_be_read_is_named() {
    for entry in [
        "host",
        "host:",
        ":80",
        "host:0",
        "host:65536",
        "host:http",
        "::1:80",
        "[::1]",
        "10.0.0.0/33:1",
        "[::]/129:1",
        "name/8:1",
        "*.lan:1",
        "*:*",
        "[10.0.0.1]:80",
        "a b:80",
    ] {
        let error = Policy::parse(&format!("ok:1,{entry}"), false).unwrap_err();
        assert!(error.to_string().contains("host:port"), "{entry}");
    }
}
