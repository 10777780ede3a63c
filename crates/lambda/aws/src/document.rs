//! How does a profile look as an item?
//!
//! As the document itself: its members are the attributes, at the top `id`, the key. So the table can be
//! read and written by anybody who knows the document.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use kit::{NewProfile, Profile};
use serde_json::{Map, Number, Value, json};
use std::collections::HashMap;

pub type Item = HashMap<String, AttributeValue>;

pub const ID: &str = "id";
pub const LAST_LOGIN_AT: &str = "lastLoginAt";
#[cfg(feature = "accounts")]
pub const STATUS: &str = "status";

/// The document of somebody who is new, as the user API has it.
pub fn of_new(new: &NewProfile) -> Profile {
    let attribute = |name: &str| new.attributes.get(name).cloned();
    let mut document = Map::new();
    document.insert(ID.to_owned(), new.sub.as_str().into());
    for (member, value) in [
        ("name", attribute("name")),
        ("firstName", attribute("given_name")),
        ("lastName", attribute("family_name")),
        ("email", new.email.clone()),
    ] {
        document.extend(value.map(|value| (member.to_owned(), value.into())));
    }
    document.insert("createdAt".to_owned(), time(new.created_at).into());
    document.insert("status".to_owned(), "active".into());
    let details = json!({ "profileData": {}, "badges": [], "data": new.data });
    document.insert("profile".to_owned(), details);
    document
}

/// A time as it is kept. The width never changes, so that later is also later as a text, and a condition
/// can compare.
pub fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

pub fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A document as an item.
pub fn to_item(document: Profile) -> Item {
    document.into_iter().map(|(name, value)| (name, to_attribute(value))).collect()
}

/// An item as a document. Binary attributes have no place in one and are left out.
pub fn from_item(item: Item) -> Profile {
    item.into_iter().filter_map(|(name, value)| Some((name, from_attribute(value)?))).collect()
}

fn to_attribute(value: Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(truth) => AttributeValue::Bool(truth),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text),
        Value::Array(values) => AttributeValue::L(values.into_iter().map(to_attribute).collect()),
        Value::Object(members) => AttributeValue::M(to_item(members)),
    }
}

fn from_attribute(value: AttributeValue) -> Option<Value> {
    Some(match value {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(number) => number_of(&number),
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::L(values) => values.into_iter().filter_map(from_attribute).collect(),
        AttributeValue::M(members) => Value::Object(from_item(members)),
        AttributeValue::Ss(texts) => texts.into_iter().map(Value::String).collect(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number_of(number)).collect(),
        _ => return None,
    })
}

/// DynamoDB's numbers have 38 digits. One that JSON's usual readers would not get whole stays a text.
fn number_of(text: &str) -> Value {
    let whole =
        text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    if let Ok(number) = whole {
        return Value::Number(number);
    }
    let is_short = text.bytes().filter(u8::is_ascii_digit).count() <= 15;
    let number = text.parse().ok().filter(|_| is_short).and_then(Number::from_f64);
    number.map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_from_its_item() {
        let document = json!({
            "id": "s", "email": "ann@example.com", "count": 7, "ratio": -1.5, "big": u64::MAX,
            "beta": true, "nothing": null, "list": ["a", 1, { "b": [] }], "map": { "a": { "b": "ü" } },
        });
        let Value::Object(document) = document else { panic!() };
        assert_eq!(from_item(to_item(document.clone())), document);
    }

    #[test]
    fn what_others_wrote_is_read_as_far_as_json_goes() {
        let item = Item::from([
            ("tags".to_owned(), AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()])),
            ("levels".to_owned(), AttributeValue::Ns(vec!["1".to_owned(), "2.5".to_owned()])),
            ("exact".to_owned(), AttributeValue::N("1234567890123456789012345678".to_owned())),
            ("picture".to_owned(), AttributeValue::B(b"x".to_vec().into())),
        ]);
        let expected = json!({
            "tags": ["a", "b"], "levels": [1, 2.5], "exact": "1234567890123456789012345678",
        });
        assert_eq!(Value::Object(from_item(item)), expected);
    }

    #[test]
    fn a_later_time_is_a_later_text() {
        let times = ["2026-11-21T08:00:00Z", "2026-11-21T08:00:00.5Z", "2026-11-21T08:00:01Z"];
        let times = times.map(|text| time(text.parse().unwrap()));
        assert_eq!(times[0], "2026-11-21T08:00:00.000Z");
        assert!(times.is_sorted());
    }
}
