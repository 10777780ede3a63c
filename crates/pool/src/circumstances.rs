//! From where, and with what, does somebody call?
//!
//! All of it is a client's or a peer's word: enough to notice that something is unlike before, never enough to
//! believe anybody who they are.

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a door knows of a caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The address of the user.
    pub address: Option<IpAddr>,
    /// What tells this device from others; the same the next time.
    pub device: Option<String>,
    /// The device in words for people.
    pub device_name: Option<String>,
    pub timezone: Option<String>,
}

impl Circumstances {
    /// The neighbourhood of the address: what one household or site is usually seen from.
    pub(crate) fn network(&self) -> Option<String> {
        let network = match self.address?.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{}/24", Ipv4Addr::new(a, b, c, 0))
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        };
        Some(network)
    }
}

/// A range of addresses: `192.0.2.0/24`, `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRange {
    address: IpAddr,
    length: u8,
}

impl AddressRange {
    /// Reads a range: an address, a slash, and the length of the prefix.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let is_number = length.len() <= 3 && length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length.parse().ok().filter(|length| is_number && *length <= longest)?;
        Some(Self { address, length })
    }

    /// Whether an address is in it. An IPv4 address in the clothes of an IPv6 one is what it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let length = if self.address.is_ipv4() {
                    self.length
                } else {
                    self.length.saturating_sub(96)
                };
                let differs = ours.to_bits() ^ theirs.to_bits();
                differs.checked_shr(32 - u32::from(length)).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let differs = ours.to_bits() ^ theirs.to_bits();
                differs.checked_shr(128 - u32::from(self.length)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Circumstances {
        Circumstances { address: address.parse().ok(), ..Circumstances::default() }
    }

    #[test]
    fn a_range_is_an_address_and_a_length() {
        for good in ["192.0.2.0/24", "192.0.2.1/32", "2001:db8::/32", "::/0"] {
            assert!(AddressRange::parse(good).is_some(), "{good}");
        }
        for bad in
            ["192.0.2.0", "192.0.2.0/33", "192.0.2/24", "::/129", "/24", "::/", "a/8", "::/+8"]
        {
            assert!(AddressRange::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_range_contains_what_begins_as_it_does() {
        for (range, address, is_in) in [
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.7/32", "192.0.2.7", true),
            ("192.0.2.7/32", "192.0.2.6", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("192.0.2.0/24", "::ffff:192.0.2.9", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db8::1", true),
            ("::1/128", "::1", true),
        ] {
            let range = AddressRange::parse(range).unwrap();
            assert_eq!(range.contains(address.parse().unwrap()), is_in, "{range:?} {address}");
        }
    }

    #[test]
    fn neighbours_have_one_network() {
        assert_eq!(from("192.0.2.7").network(), from("192.0.2.200").network());
        assert_eq!(from("::ffff:192.0.2.7").network(), from("192.0.2.200").network());
        assert_eq!(from("2001:db8:1:2::1").network(), from("2001:db8:1:3::9").network());
        assert_ne!(from("192.0.2.7").network(), from("192.0.3.7").network());
        assert_eq!(Circumstances::default().network(), None);
    }
}
