//! How does an item look in the file?

use jiff::Timestamp;
use redb::TableDefinition;
use store::{Broken, Key, Version};

/// Items under [`item_key`], as [`stored`].
pub const ITEMS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("items");

/// [`expiry_key`] of every item that has an expiry, so that a sweep finds what is expired without a scan.
pub const EXPIRY: TableDefinition<'static, &[u8], ()> = TableDefinition::new("expiry");

/// What the file says about itself: under `format`, [`FORMAT`].
pub const ABOUT: TableDefinition<'static, &str, u64> = TableDefinition::new("about");

/// The version of this layout. A file with another one is refused, not guessed at.
pub const FORMAT: u64 = 1;

/// The length of the partition, the partition, the sort key: no two keys meet in one, and within a partition
/// the order is that of the sort keys.
pub fn item_key(partition: &str, sort: &str) -> Vec<u8> {
    // The limits of the port, which were checked before, are far below this.
    let length = u16::try_from(partition.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), partition.as_bytes(), sort.as_bytes()].concat()
}

/// The expiry and the key of the item, the earliest first.
pub fn expiry_key(at: Timestamp, item_key: &[u8]) -> Vec<u8> {
    [&expiry_prefix(at), item_key].concat()
}

/// What [`expiry_key`] begins with. The sign bit is turned so that times before 1970 come first.
pub fn expiry_prefix(at: Timestamp) -> [u8; 8] {
    (at.as_second() ^ i64::MIN).to_be_bytes()
}

/// The key of the item in an [`expiry_key`].
pub fn expiring_item(expiry_key: &[u8]) -> Option<&[u8]> {
    expiry_key.split_first_chunk::<8>().map(|(_, item_key)| item_key)
}

/// An item as the file has it: the version, the second of expiry or `i64::MAX`, the body.
pub fn stored(version: Version, expires_at: Option<Timestamp>, body: &[u8]) -> Vec<u8> {
    let expiry = expires_at.map_or(i64::MAX, Timestamp::as_second);
    [&version.0, expiry.to_be_bytes().as_slice(), body].concat()
}

/// What [`stored`] made.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    pub version: Version,
    pub expires_at: Option<Timestamp>,
    pub body: &'a [u8],
}

impl<'a> Stored<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Broken> {
        Self::split(bytes)
            .ok_or_else(|| Broken::Corrupt { what: "an item of the file".to_owned(), source: None })
    }

    fn split(bytes: &'a [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first_chunk::<16>()?;
        let (expiry, body) = rest.split_first_chunk::<8>()?;
        let expires_at = match i64::from_be_bytes(*expiry) {
            i64::MAX => None,
            second => Some(Timestamp::from_second(second).ok()?),
        };
        Some(Self { version: Version(*version), expires_at, body })
    }
}

/// The key of the port in an [`item_key`].
pub fn sort_of<'a>(item_key: &'a [u8], partition: &str) -> Result<&'a str, Broken> {
    let sort = item_key.get(2 + partition.len()..).and_then(|sort| std::str::from_utf8(sort).ok());
    sort.ok_or_else(|| Broken::Corrupt { what: "a key of the file".to_owned(), source: None })
}

/// The [`item_key`] of a key of the port.
pub fn key_bytes(key: &Key) -> Vec<u8> {
    item_key(&key.partition, &key.sort)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_comes_back_from_its_bytes() {
        for second in [None, Some(i64::from(i32::MIN)), Some(0), Some(253_402_207_200)] {
            let expires_at = second.map(|second| Timestamp::from_second(second).unwrap());
            let version = Version::of(b"body", expires_at);
            let bytes = stored(version, expires_at, b"body");
            let back = Stored::parse(&bytes).unwrap();
            assert_eq!(
                (back.version, back.expires_at, back.body),
                (version, expires_at, &b"body"[..])
            );
        }
        assert!(Stored::parse(&[0; 23]).is_err());
        assert!(Stored::parse(&[0x7f; 24]).is_err(), "no such time");
    }

    #[test]
    fn no_two_keys_have_the_same_bytes() {
        let keys = [("a", "bc"), ("ab", "c"), ("a\0", "b"), ("a", "\0b"), ("\0", "a")];
        let bytes: std::collections::BTreeSet<Vec<u8>> =
            keys.iter().map(|(partition, sort)| item_key(partition, sort)).collect();
        assert_eq!(bytes.len(), keys.len());
    }

    #[test]
    fn expiries_are_in_the_order_of_time() {
        let times = [-5_000_000_000, -1, 0, 1, 256, 253_402_207_200];
        let keys = times.map(|second| expiry_key(Timestamp::from_second(second).unwrap(), b"z"));
        assert!(keys.is_sorted());
        assert_eq!(expiring_item(&keys[0]), Some(&b"z"[..]));
    }
}
