//! How does an item look in the table?

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use bytes::Bytes;
use jiff::Timestamp;
use std::collections::HashMap;
use store::{Broken, Change, Condition, Item, Key, Version};
use uuid::Uuid;

pub const PARTITION: &str = "pk";
pub const SORT: &str = "sk";
const VERSION: &str = "v";
pub const EXPIRY: &str = "x";
const BODY: &str = "b";
const WRITTEN_BY: &str = "w";

pub type Attributes = HashMap<String, AttributeValue>;

pub fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub fn key(partition: &str, sort: &str) -> Attributes {
    Attributes::from([(PARTITION.to_owned(), text(partition)), (SORT.to_owned(), text(sort))])
}

/// The whole item of a put.
pub fn item(
    at: &Key,
    body: &Bytes,
    expires_at: Option<Timestamp>,
    written_by: Option<Uuid>,
) -> Attributes {
    let mut attributes = key(&at.partition, &at.sort);
    attributes.insert(VERSION.to_owned(), version(Version::of(body, expires_at)));
    attributes.insert(BODY.to_owned(), AttributeValue::B(Blob::new(body.as_ref())));
    if let Some(expires_at) = expires_at {
        attributes.insert(EXPIRY.to_owned(), second(expires_at));
    }
    if let Some(id) = written_by {
        attributes.insert(WRITTEN_BY.to_owned(), AttributeValue::B(Blob::new(id.into_bytes())));
    }
    attributes
}

/// Whether this put made the item.
pub fn is_written_by(attributes: &Attributes, id: Uuid) -> bool {
    let written_by = attributes.get(WRITTEN_BY).and_then(|value| value.as_b().ok());
    written_by.is_some_and(|written_by| written_by.as_ref() == id.as_bytes())
}

/// The item that these attributes are.
pub fn parse(mut attributes: Attributes) -> Result<Item, Broken> {
    split(&mut attributes).ok_or_else(|| {
        let sort = attributes.get(SORT).and_then(|sort| sort.as_s().ok());
        let what = format!("the item {:?} of the table", sort.map_or("?", String::as_str));
        Broken::Corrupt { what, source: None }
    })
}

fn split(attributes: &mut Attributes) -> Option<Item> {
    let expires_at = match attributes.get(EXPIRY) {
        Some(second) => Some(parse_second(second)?),
        None => None,
    };
    let version = attributes.get(VERSION)?.as_b().ok()?;
    let version = Version(<[u8; 16]>::try_from(version.as_ref()).ok()?);
    let body = match attributes.remove(BODY)? {
        AttributeValue::B(body) => Bytes::from(body.into_inner()),
        _ => return None,
    };
    Some(Item { body, version, expires_at })
}

/// The key that these attributes have.
pub fn parse_key(attributes: &Attributes) -> Result<Key, Broken> {
    let part = |name| attributes.get(name).and_then(|value: &AttributeValue| value.as_s().ok());
    match (part(PARTITION), part(SORT)) {
        (Some(partition), Some(sort)) => Ok(Key::new(partition, sort)),
        _ => Err(Broken::Corrupt { what: "a key of the table".to_owned(), source: None }),
    }
}

fn parse_second(value: &AttributeValue) -> Option<Timestamp> {
    let second = value.as_n().ok()?.parse().ok()?;
    Timestamp::from_second(second).ok()
}

fn second(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_second().to_string())
}

fn version(version: Version) -> AttributeValue {
    AttributeValue::B(Blob::new(version.0))
}

/// A condition in DynamoDB's words, with the values it names. `Always` is no condition.
pub fn condition(condition: Condition, now: Timestamp) -> Option<(&'static str, Attributes)> {
    let now = (":now".to_owned(), second(now));
    match condition {
        Condition::Absent => {
            Some(("attribute_not_exists(pk) OR x <= :now", Attributes::from([now])))
        }
        Condition::Version(read) => Some((
            "v = :v AND (attribute_not_exists(x) OR x > :now)",
            Attributes::from([now, (":v".to_owned(), version(read))]),
        )),
        Condition::Always => None,
    }
}

/// Whether a write needs nothing of the table.
pub fn is_nothing(condition: Condition, change: &Change) -> bool {
    condition == Condition::Always && *change == Change::Keep
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_comes_back_from_its_attributes() {
        let key = Key::new("p", "s");
        let body = Bytes::from_static(b"body");
        for second in [None, Some(-1), Some(0), Some(4_102_444_800)] {
            let expires_at = second.map(|second| Timestamp::from_second(second).unwrap());
            let id = Uuid::from_u128(7);
            let attributes = item(&key, &body, expires_at, Some(id));
            assert!(is_written_by(&attributes, id) && !is_written_by(&attributes, Uuid::nil()));
            assert_eq!(parse_key(&attributes).unwrap(), key);
            assert_eq!(parse(attributes).unwrap(), Item::new(body.clone(), expires_at));
        }
    }

    #[test]
    fn what_is_not_ours_is_corrupt_and_named() {
        let whole = item(&Key::new("p", "s"), &Bytes::from_static(b"body"), None, None);
        for (name, value) in [("v", text("?")), ("b", text("?")), ("x", text("?"))] {
            let mut attributes = whole.clone();
            attributes.insert(name.to_owned(), value);
            let broken = parse(attributes).unwrap_err();
            let expected = "the store holds something unreadable: the item \"s\" of the table";
            assert_eq!(broken.to_string(), expected);
        }
        assert!(parse(Attributes::new()).is_err() && parse_key(&Attributes::new()).is_err());
    }
}
