//! Is this address in that network?

use std::net::{IpAddr, Ipv6Addr};

/// `203.0.113.0/24`, `2001:db8::/32`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    length: u32,
    is_v4: bool,
}

/// How many bits stand before an IPv4 address that is written as one of IPv6.
const MAPPED: u32 = 96;

impl Network {
    /// Reads an address or a network, or nothing if it is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            // A sign is a number's, not a length's.
            Some((_, length)) if !length.bytes().all(|byte| byte.is_ascii_digit()) => return None,
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        match address.parse().ok()? {
            IpAddr::V4(address) => Self::new(u32::from(address).into(), length.unwrap_or(32), true),
            IpAddr::V6(address) => Self::of_v6(address, length.unwrap_or(128)),
        }
    }

    fn of_v6(address: Ipv6Addr, length: u32) -> Option<Self> {
        // Addresses are compared as what they stand for, so a network of such addresses is one of IPv4.
        match (address.to_ipv4_mapped(), length.checked_sub(MAPPED)) {
            (Some(mapped), Some(length)) => Self::new(u32::from(mapped).into(), length, true),
            _ => Self::new(address.into(), length, false),
        }
    }

    fn new(bits: u128, length: u32, is_v4: bool) -> Option<Self> {
        let width = if is_v4 { 32 } else { 128 };
        (length <= width).then_some(Self { bits, length, is_v4 })
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn has(self, address: IpAddr) -> bool {
        let (bits, width) = match (address.to_canonical(), self.is_v4) {
            (IpAddr::V4(address), true) => (u128::from(u32::from(address)), 32),
            (IpAddr::V6(address), false) => (u128::from(address), 128),
            _ => return false,
        };
        // A shift by the whole width is no shift.
        let above = |bits: u128| bits.checked_shr(width - self.length).unwrap_or(0);
        above(bits) == above(self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(network: &str, address: &str) -> bool {
        Network::read(network).unwrap().has(address.parse().unwrap())
    }

    #[test]
    fn a_network_has_what_begins_as_it_does() {
        assert!(has("203.0.113.0/24", "203.0.113.9") && !has("203.0.113.0/24", "203.0.114.9"));
        // What stands behind the length does not count.
        assert!(has("203.0.113.77/24", "203.0.113.9"));
        assert!(has("0.0.0.0/0", "203.0.113.9") && !has("0.0.0.0/0", "2001:db8::1"));
        assert!(has("2001:db8::/32", "2001:db8:1::1") && !has("2001:db8::/32", "2001:db9::1"));
        assert!(has("::/0", "2001:db8::1") && !has("::/0", "203.0.113.9"));
        assert!(has("203.0.113.9", "203.0.113.9") && !has("203.0.113.9", "203.0.113.8"));
        assert!(has("2001:db8::1", "2001:db8::1") && !has("2001:db8::1", "2001:db8::2"));
    }

    #[test]
    fn an_address_of_ipv4_is_the_same_in_both_spellings() {
        assert!(has("203.0.113.0/24", "::ffff:203.0.113.9"));
        assert!(has("::ffff:203.0.113.0/120", "203.0.113.9"));
        assert!(has("::ffff:203.0.113.9", "::ffff:203.0.113.9"));
        assert!(!has("::ffff:203.0.113.0/120", "203.0.114.9"));
    }

    #[test]
    fn what_is_no_network_is_none() {
        for text in [
            "",
            "/",
            "203.0.113",
            "203.0.113.0/33",
            "203.0.113.0/",
            "203.0.113.0/+8",
            "203.0.113.0/24/1",
            "::/129",
            "::ffff:203.0.113.0/129",
            "host",
            "203.0.113.0 /24",
            "203.0.113.0/ 24",
            "2001:db8::1%eth0",
        ] {
            assert_eq!(Network::read(text), None, "{text}");
        }
    }
}
