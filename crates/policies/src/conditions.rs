//! Do the conditions of a statement hold for this call?
//!
//! Conditions are about what a server knows of a call: where it comes from, when, and what the client says
//! it is. A condition about anything else, or with an operator that is not here, is not understood, and who
//! reads the statement then takes the stricter side.
//! ([condition operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html))

use crate::{Network, fits};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value};
use std::{borrow::Cow, cmp::Ordering, net::IpAddr};

/// What is known of a call beside what it asks for.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    pub source_ip: Option<IpAddr>,
    pub now: Timestamp,
    pub user_agent: Option<&'a str>,
    pub referer: Option<&'a str>,
    /// Whether clients come over TLS.
    pub is_secure: bool,
}

impl Circumstances<'_> {
    /// Nothing is known but the time.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { source_ip: None, now, user_agent: None, referer: None, is_secure: false }
    }
}

/// All that a statement's `Condition` asks for: each of the tests must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions(Vec<Test>);

#[derive(Debug, Clone, PartialEq)]
struct Test {
    key: ContextKey,
    wanted: Wanted,
    /// Whether none of the values may fit, in place of any.
    is_negated: bool,
    /// What is said of a call that does not have the key.
    holds_without: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Equal(Vec<String>),
    EqualInAnyCase(Vec<String>),
    Like(Vec<String>),
    In(Vec<Network>),
    /// Seconds since 1970, compared with the call's.
    Time(Vec<Timestamp>, Comparison),
    True(Vec<bool>),
    Absent(Vec<bool>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a call is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContextKey {
    SourceIp,
    CurrentTime,
    EpochTime,
    UserAgent,
    Referer,
    SecureTransport,
}

impl Conditions {
    /// Reads a `Condition`, or nothing if not all of it is understood.
    #[must_use]
    pub fn read(condition: &Value) -> Option<Self> {
        let mut tests = Vec::new();
        for (operator, keys) in condition.as_object()? {
            for (key, values) in keys.as_object()? {
                tests.push(Test::read(operator, key, values)?);
            }
        }
        Some(Self(tests))
    }

    /// Whether all of them hold.
    #[must_use]
    pub fn hold(&self, call: &Circumstances<'_>) -> bool {
        self.0.iter().all(|test| test.holds(call))
    }

    /// The operators and keys of a `Condition`, for an explanation.
    #[must_use]
    pub fn names(condition: &Value) -> Vec<String> {
        let operators = condition.as_object().into_iter().flatten();
        let names = operators.flat_map(|(operator, keys)| {
            let keys = keys.as_object().map(Map::keys).into_iter().flatten();
            keys.map(move |key| format!("{operator} {key}"))
        });
        names.collect()
    }

    /// Roughly the bytes they occupy.
    #[must_use]
    pub fn size(&self) -> usize {
        let texts = |texts: &Vec<String>| texts.iter().map(|text| text.len() + 48).sum();
        let tests = self.0.iter().map(|test| match &test.wanted {
            Wanted::Equal(values) | Wanted::EqualInAnyCase(values) | Wanted::Like(values) => {
                texts(values)
            }
            Wanted::In(networks) => networks.len() * size_of::<Network>(),
            Wanted::Time(times, _) => times.len() * size_of::<Timestamp>(),
            Wanted::True(values) | Wanted::Absent(values) => values.len(),
        });
        tests.map(|size: usize| size + size_of::<Test>()).sum()
    }
}

impl Test {
    fn read(operator: &str, key: &str, values: &Value) -> Option<Self> {
        let key = ContextKey::read(key)?;
        let values = texts(values)?;
        let (name, if_exists) = match operator.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (operator, false),
        };
        let time = |comparison| {
            let times = values.iter().map(|text| moment(text)).collect::<Option<Vec<_>>>()?;
            Some(Wanted::Time(times, comparison))
        };
        let booleans = || values.iter().map(|text| boolean(text)).collect::<Option<Vec<_>>>();
        let is_time = matches!(key, ContextKey::CurrentTime | ContextKey::EpochTime);
        let (wanted, is_negated) = match name {
            "StringEquals" => (Wanted::Equal(values), false),
            "StringNotEquals" => (Wanted::Equal(values), true),
            "StringEqualsIgnoreCase" => (Wanted::EqualInAnyCase(values), false),
            "StringNotEqualsIgnoreCase" => (Wanted::EqualInAnyCase(values), true),
            "StringLike" => (Wanted::Like(values), false),
            "StringNotLike" => (Wanted::Like(values), true),
            "IpAddress" | "NotIpAddress" if key == ContextKey::SourceIp => {
                let networks = values.iter().map(|text| Network::read(text));
                (Wanted::In(networks.collect::<Option<_>>()?), name == "NotIpAddress")
            }
            "DateEquals" | "NumericEquals" if is_time => (time(Comparison::Equal)?, false),
            "DateNotEquals" | "NumericNotEquals" if is_time => (time(Comparison::Equal)?, true),
            "DateLessThan" | "NumericLessThan" if is_time => (time(Comparison::Less)?, false),
            "DateLessThanEquals" | "NumericLessThanEquals" if is_time => {
                (time(Comparison::LessOrEqual)?, false)
            }
            "DateGreaterThan" | "NumericGreaterThan" if is_time => {
                (time(Comparison::Greater)?, false)
            }
            "DateGreaterThanEquals" | "NumericGreaterThanEquals" if is_time => {
                (time(Comparison::GreaterOrEqual)?, false)
            }
            "Bool" if key == ContextKey::SecureTransport => (Wanted::True(booleans()?), false),
            "Null" if !if_exists => (Wanted::Absent(booleans()?), false),
            _ => return None,
        };
        Some(Self { key, wanted, is_negated, holds_without: is_negated || if_exists })
    }

    fn holds(&self, call: &Circumstances<'_>) -> bool {
        let value = self.key.of(call);
        if let Wanted::Absent(values) = &self.wanted {
            return values.contains(&value.is_none());
        }
        let Some(value) = value else { return self.holds_without };
        let fits = match &self.wanted {
            Wanted::Equal(wanted) => wanted.iter().any(|wanted| *wanted == value),
            Wanted::EqualInAnyCase(wanted) => {
                let value = value.to_lowercase();
                wanted.iter().any(|wanted| wanted.to_lowercase() == value)
            }
            Wanted::Like(patterns) => {
                patterns.iter().any(|pattern| fits(pattern.as_bytes(), value.as_bytes()))
            }
            Wanted::In(networks) => {
                let is_in = |address| networks.iter().any(|network| network.has(address));
                call.source_ip.is_some_and(is_in)
            }
            Wanted::Time(times, comparison) => {
                times.iter().any(|time| comparison.holds(call.now.as_second(), time.as_second()))
            }
            Wanted::True(values) => values.contains(&call.is_secure),
            Wanted::Absent(_) => false,
        };
        fits != self.is_negated
    }
}

impl Comparison {
    fn holds(self, left: i64, right: i64) -> bool {
        match (self, left.cmp(&right)) {
            (Self::Equal | Self::LessOrEqual | Self::GreaterOrEqual, Ordering::Equal)
            | (Self::Less | Self::LessOrEqual, Ordering::Less)
            | (Self::Greater | Self::GreaterOrEqual, Ordering::Greater) => true,
            (Self::Equal | Self::Less | Self::LessOrEqual, Ordering::Greater)
            | (Self::Equal | Self::Greater | Self::GreaterOrEqual, Ordering::Less)
            | (Self::Less | Self::Greater, Ordering::Equal) => false,
        }
    }
}

impl ContextKey {
    /// Keys are the same in any case.
    fn read(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "aws:sourceip" => Self::SourceIp,
            "aws:currenttime" => Self::CurrentTime,
            "aws:epochtime" => Self::EpochTime,
            "aws:useragent" => Self::UserAgent,
            "aws:referer" => Self::Referer,
            "aws:securetransport" => Self::SecureTransport,
            _ => return None,
        })
    }

    fn of<'a>(self, call: &Circumstances<'a>) -> Option<Cow<'a, str>> {
        match self {
            Self::SourceIp => Some(call.source_ip?.to_canonical().to_string().into()),
            Self::CurrentTime => Some(call.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()),
            Self::EpochTime => Some(call.now.as_second().to_string().into()),
            Self::UserAgent => call.user_agent.map(Cow::from),
            Self::Referer => call.referer.map(Cow::from),
            Self::SecureTransport => Some(call.is_secure.to_string().into()),
        }
    }
}

/// One value or several, as texts. A policy variable is not understood.
fn texts(values: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) if !text.contains("${") => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match values {
        Value::Array(values) if !values.is_empty() => values.iter().map(one).collect(),
        Value::Array(_) => None,
        value => Some(vec![one(value)?]),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// `2026-03-12T19:03:58Z`, `2026-03-12`, or seconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse() {
        return Timestamp::from_second(seconds).ok();
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let date: Date = text.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call() -> Circumstances<'static> {
        Circumstances {
            source_ip: Some("203.0.113.9".parse().unwrap()),
            now: "2026-03-12T19:03:58.7Z".parse().unwrap(),
            user_agent: Some("Robot/1.0"),
            referer: None,
            is_secure: false,
        }
    }

    fn hold(condition: &Value) -> Option<bool> {
        Conditions::read(condition).map(|conditions| conditions.hold(&call()))
    }

    #[test]
    fn an_address_is_in_its_networks_and_in_no_other() {
        for (networks, holds) in [
            (json!("203.0.113.9"), true),
            (json!("203.0.113.0/24"), true),
            (json!("203.0.113.8/31"), true),
            (json!("203.0.113.10/31"), false),
            (json!("0.0.0.0/0"), true),
            (json!("::/0"), false),
            (json!("203.0.114.0/24"), false),
            (json!(["192.0.2.0/24", "203.0.113.0/24"]), true),
        ] {
            let condition = json!({ "IpAddress": { "aws:SourceIp": networks } });
            assert_eq!(hold(&condition), Some(holds), "{condition}");
            let condition = json!({ "NotIpAddress": { "AWS:sourceip": networks } });
            assert_eq!(hold(&condition), Some(!holds), "{condition}");
        }
        let source_ip = Some("::ffff:203.0.113.9".parse().unwrap());
        let mapped = Circumstances { source_ip, ..call() };
        let condition = json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } });
        assert!(Conditions::read(&condition).unwrap().hold(&mapped));
        let nowhere = Circumstances::at(Timestamp::UNIX_EPOCH);
        assert!(!Conditions::read(&condition).unwrap().hold(&nowhere));
    }

    #[test]
    fn texts_times_and_truth_are_compared_each_in_its_way() {
        for (condition, holds) in [
            (json!({ "StringEquals": { "aws:UserAgent": "Robot/1.0" } }), true),
            (json!({ "StringEquals": { "aws:UserAgent": "robot/1.0" } }), false),
            (json!({ "StringNotEquals": { "aws:UserAgent": ["a", "Robot/1.0"] } }), false),
            (json!({ "StringEqualsIgnoreCase": { "aws:UserAgent": "ROBOT/1.0" } }), true),
            (json!({ "StringLike": { "aws:UserAgent": ["x", "Robot/?.*"] } }), true),
            (json!({ "StringNotLike": { "aws:UserAgent": "Robot*" } }), false),
            (json!({ "DateGreaterThan": { "aws:CurrentTime": "2026-03-12" } }), true),
            (json!({ "DateLessThan": { "aws:CurrentTime": "2026-03-12T19:03:58Z" } }), false),
            (json!({ "DateLessThanEquals": { "aws:CurrentTime": "2026-03-12T19:03:58Z" } }), true),
            (json!({ "DateEquals": { "aws:CurrentTime": "2026-03-12T20:03:58+01:00" } }), true),
            (json!({ "NumericLessThan": { "aws:EpochTime": 1_900_000_000 } }), true),
            (json!({ "Bool": { "aws:SecureTransport": "false" } }), true),
            (json!({ "Bool": { "aws:SecureTransport": true } }), false),
            // A key that the call does not have.
            (json!({ "StringEquals": { "aws:Referer": "x" } }), false),
            (json!({ "StringNotEquals": { "aws:Referer": "x" } }), true),
            (json!({ "StringEqualsIfExists": { "aws:Referer": "x" } }), true),
            (json!({ "Null": { "aws:Referer": "true" } }), true),
            (json!({ "Null": { "aws:UserAgent": true } }), false),
            (json!({}), true),
        ] {
            assert_eq!(hold(&condition), Some(holds), "{condition}");
        }
    }

    #[test]
    fn all_tests_must_hold() {
        let both = |agent| {
            json!({
                "IpAddress": { "aws:SourceIp": "203.0.113.0/24" },
                "StringEquals": { "aws:UserAgent": agent },
            })
        };
        assert_eq!(hold(&both("Robot/1.0")), Some(true));
        assert_eq!(hold(&both("x")), Some(false));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for condition in [
            json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }),
            json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } }),
            json!({ "ForAnyValue:StringEquals": { "aws:UserAgent": "x" } }),
            json!({ "ArnLike": { "aws:UserAgent": "x" } }),
            json!({ "IpAddress": { "aws:UserAgent": "203.0.113.0/24" } }),
            json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/33" } }),
            json!({ "IpAddress": { "aws:SourceIp": "203.0.113" } }),
            json!({ "DateLessThan": { "aws:CurrentTime": "soon" } }),
            json!({ "StringEquals": { "aws:UserAgent": "${aws:username}" } }),
            json!({ "StringEquals": { "aws:UserAgent": [] } }),
            json!({ "StringEquals": { "aws:UserAgent": { "a": 1 } } }),
            json!({ "StringEquals": "x" }),
            json!("x"),
        ] {
            assert_eq!(hold(&condition), None, "{condition}");
        }
    }
}
