//! Which addresses are on the public internet.
//!
//! The rule: an IPv4 address is public unless IANA's special-purpose registry says otherwise; an
//! IPv6 address is public only inside 2000::/3, and not where it wraps an IPv4 address. Mapped,
//! compatible, NAT64, 6to4 and Teredo forms are refused whole: no site is published under one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::BuildError;

/// Whether a stranger's site may be reached at this address.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// After the IANA IPv4 Special-Purpose Address Registry (RFC 6890 and successors).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match a {
        0 | 10 | 127 => true,
        100 => (64..128).contains(&b), // carrier-grade NAT, RFC 6598
        169 => b == 254,               // link-local, with the clouds' metadata service
        172 => (16..32).contains(&b),
        192 => matches!((b, c), (0, 0) | (0, 2) | (88, 99) | (168, _)),
        198 => matches!((b, c), (18 | 19, _) | (51, 100)), // benchmarks, documentation
        203 => (b, c) == (0, 113),
        _ => a >= 224, // multicast, reserved, broadcast
    };
    !is_special
}

/// After the IANA IPv6 Special-Purpose Address Registry.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_global_unicast = a & 0xe000 == 0x2000;
    let is_special = match a {
        0x2001 => b < 0x0200 || b == 0x0db8, // Teredo, benchmarks, ORCHID; documentation
        0x2002 => true,                      // 6to4
        0x3fff => b < 0x1000,                // documentation, RFC 9637
        _ => false,
    };
    is_global_unicast && !is_special
}

/// The holes in the guard: addresses with a port, exact or as a range.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowList(Vec<(IpNet, u16)>);

impl AllowList {
    /// Reads `fetch.allow_addresses`.
    pub(crate) fn try_new(entries: &[String]) -> Result<Self, BuildError> {
        let parse = |entry: &String| {
            Self::parse_entry(entry).ok_or_else(|| BuildError::Setting {
                key: "allow_addresses",
                problem: format!(
                    "`{entry}` found, expected `ip:port`, `[v6]:port`, or a range with a port as \
                     in `127.0.0.0/8:8480` or `[fd00::/8]:8480`"
                ),
            })
        };
        entries
            .iter()
            .map(parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn parse_entry(entry: &str) -> Option<(IpNet, u16)> {
        let (address, port) = entry.rsplit_once(':')?;
        let port = port.parse().ok().filter(|port| *port != 0)?;
        let bare = address
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if bare.is_none() && address.contains(':') {
            return None; // an IPv6 address without brackets: where does the port begin?
        }
        let address = bare.unwrap_or(address);
        let net = match address.parse::<IpAddr>() {
            Ok(exact) => IpNet::from(exact),
            Err(_) => address.parse().ok()?,
        };
        Some((net, port))
    }

    /// Whether nothing is allowed beyond the public internet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this very address and port is a hole.
    pub(crate) fn contains(&self, address: IpAddr, port: u16) -> bool {
        self.0
            .iter()
            .any(|(net, allowed)| *allowed == port && net.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn special_addresses_are_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn addresses_next_to_special_ranges_are_public() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.1",
            "169.253.0.1",
            "169.255.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.0.1",
            "192.169.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "203.0.112.1",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2a01:e0a::1",
            "3ffe::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_standard_library_agrees_where_it_has_a_word(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let is_known_special = address.is_private() || address.is_loopback()
                || address.is_link_local() || address.is_multicast() || address.is_broadcast()
                || address.is_documentation() || address.is_unspecified();
            prop_assert!(!(is_known_special && is_public_v4(address)));
        }

        #[test]
        fn no_form_of_ipv6_smuggles_an_ipv4_address_in(bits: u32, tail: u64) {
            let v4 = Ipv4Addr::from_bits(bits);
            let wide = u128::from(bits);
            for smuggled in [
                v4.to_ipv6_mapped(),
                v4.to_ipv6_compatible(),
                Ipv6Addr::from_bits(0x0064_ff9b << 96 | wide),
                Ipv6Addr::from_bits(0x0064_ff9b_0001 << 80 | wide),
                Ipv6Addr::from_bits(0x2002 << 112 | wide << 80 | u128::from(tail)),
                Ipv6Addr::from_bits(0x2001_0000 << 96 | u128::from(tail)),
            ] {
                prop_assert!(!is_public_v6(smuggled), "{}", smuggled);
            }
        }
    }

    fn list(entries: &[&str]) -> Result<AllowList, BuildError> {
        AllowList::try_new(
            &entries
                .iter()
                .map(|entry| (*entry).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_hole_is_exactly_as_wide_as_written() {
        let holes = list(&[
            "127.0.0.1:80",
            "[::1]:8080",
            "127.0.0.0/8:8480",
            "[fd00::/8]:1",
        ]);
        let holes = holes.unwrap();
        let is_hole = |address: &str, port| holes.contains(address.parse().unwrap(), port);
        assert!(is_hole("127.0.0.1", 80));
        assert!(!is_hole("127.0.0.2", 80));
        assert!(!is_hole("127.0.0.1", 81));
        assert!(is_hole("::1", 8080));
        assert!(is_hole("127.9.9.9", 8480));
        assert!(!is_hole("128.0.0.1", 8480));
        assert!(is_hole("fd12::1", 1));
        assert!(!is_hole("::ffff:127.0.0.1", 80));
    }

    #[test]
    fn an_entry_without_a_port_or_with_a_name_is_refused_with_what_was_expected() {
        for entry in [
            "127.0.0.1",
            "localhost:80",
            "127.0.0.0/8",
            "::1:80",
            "127.0.0.1:0",
            "",
        ] {
            let error = list(&[entry]).unwrap_err().to_string();
            assert!(
                error.contains("allow_addresses") && error.contains("ip:port"),
                "{error}"
            );
        }
    }
}
