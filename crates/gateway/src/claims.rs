//! What does a proven token claim, and how is a function told of it?
//!
//! A token that is shown again is looked at again, but not read again: what every use asks for stands in fields
//! of its own, and what functions are told is kept as the very text that goes into their events.

use crate::trail::Step;
use jiff::Timestamp;
use names::Issuer;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use std::{borrow::Cow, fmt, mem};

/// Proven claims, as a token authorizer looks at them.
pub(crate) struct Claims {
    /// Whose key proved them; it is also their `iss`.
    pub(crate) issuer: Issuer,
    pub(crate) token_use: Option<String>,
    /// `client_id`
    pub(crate) client: Option<String>,
    /// `aud`
    pub(crate) audience: Audience,
    expiry: Option<i64>,
    /// The later one of `nbf` and `iat`.
    begins: Option<i64>,
    /// `scope`, if it is there; empty if it is no text.
    scope: Option<String>,
    /// `scp`, which counts where there is no `scope`.
    scp: Vec<String>,
    told: Box<RawValue>,
}

/// Whom a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audience {
    /// It does not say.
    Unsaid,
    One(String),
    Any(Vec<String>),
    /// It says so in an unknown way.
    Unclear,
}

/// How a function is told of claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Telling {
    /// As a Cognito authorizer does: every value a text, lists joined with commas, and the two times in words.
    Cognito,
    /// As a JWT authorizer does: every value a text, lists in brackets.
    Jwt,
}

/// Why a text that an issuer has signed is not the claims of a token of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is no JSON object.
    Malformed,
    /// It claims to be of another issuer.
    Issuer,
}

/// How far ahead of us the clock of another node may be. An expired token gets no such grace.
const SKEW: i64 = 60;

impl Claims {
    /// Reads what this issuer has signed.
    pub(crate) fn read(
        issuer: &Issuer,
        payload: &[u8],
        telling: Telling,
    ) -> Result<Self, Unreadable> {
        let read = |payload| serde_json::from_str::<Members<'_>>(payload).ok();
        let members = std::str::from_utf8(payload).ok().and_then(read);
        let members = members.ok_or(Unreadable::Malformed)?;
        // Some issuers have a slash at their end, which ours never have: whoever has signed it is known.
        let named = members.text("iss").map(|named| named.strip_suffix('/').unwrap_or(named));
        if named != Some(issuer.as_str()) {
            return Err(Unreadable::Issuer);
        }
        let told = to_raw_value(&Told { members: &members, telling });
        let text = |name| members.text(name).map(str::to_owned);
        // What is no time lies ahead for ever.
        let begins = ["nbf", "iat"].into_iter().filter_map(|name| members.get(name));
        let begins = begins.map(|claim| claim.second().unwrap_or(i64::MAX)).max();
        Ok(Self {
            issuer: issuer.clone(),
            token_use: text("token_use"),
            client: text("client_id"),
            audience: members.get("aud").map_or(Audience::Unsaid, Claim::audience),
            expiry: members.get("exp").and_then(Claim::second),
            begins,
            scope: members.get("scope").map(|scope| scope.text().unwrap_or_default().to_owned()),
            scp: members.get("scp").map(Claim::words).unwrap_or_default(),
            told: told.map_err(|_| Unreadable::Malformed)?,
        })
    }

    #[cfg(test)]
    pub(crate) fn new(issuer: &str, all: &Value, telling: Telling) -> Self {
        let mut all = all.clone();
        all["iss"] = issuer.into();
        let issuer = Issuer::parse(issuer).unwrap();
        Self::read(&issuer, all.to_string().as_bytes(), telling).unwrap()
    }

    /// The claims as functions are told of them.
    pub(crate) fn told(&self) -> &RawValue {
        &self.told
    }

    /// The scopes in `scope`, which are separated by spaces.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        words(self.scope.as_deref().unwrap_or_default())
    }

    /// The scopes in `scope`, or else those in `scp`.
    pub(crate) fn scopes_or_scp(&self) -> impl Iterator<Item = &str> {
        let scp = if self.scope.is_none() { self.scp.as_slice() } else { &[] };
        self.scopes().chain(scp.iter().map(String::as_str))
    }

    /// Claims without an expiry count as expired.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expiry.is_none_or(|expiry| now.as_second() >= expiry)
    }

    /// Whether `nbf` or `iat` lies ahead, beyond what clocks differ by, or is no time.
    pub(crate) fn is_early(&self, now: Timestamp) -> bool {
        self.begins.is_some_and(|begins| begins > now.as_second().saturating_add(SKEW))
    }

    /// Until when the token is good.
    pub(crate) fn expiry(&self) -> Option<Timestamp> {
        self.expiry.and_then(|second| Timestamp::from_second(second).ok())
    }

    /// Until when the token is good, in words.
    pub(crate) fn told_expiry(&self, now: Timestamp) -> Step {
        let passed = !self.has_expired(now);
        let text = match (self.expiry(), passed) {
            (None, _) => "the token has no expiry (exp)".to_owned(),
            (Some(time), true) => format!("the token is good until {time}"),
            (Some(time), false) => format!("the token has expired at {time}"),
        };
        Step { passed, ..Step::passed("token", text) }
    }

    /// Roughly the bytes they occupy.
    pub(crate) fn size(&self) -> usize {
        // A field is a part of what is told, and most claims are in no field.
        self.told.get().len().saturating_mul(2) + self.issuer.as_str().len() + size_of::<Self>()
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Claims({} …)", self.issuer)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}

/// The members of a JSON object, by name. Of several with one name the last counts.
struct Members<'a>(Vec<(Cow<'a, str>, Claim<'a>)>);

/// A member, as it stands in the token where that is as good as read.
enum Claim<'a> {
    /// A text without an escape, in its quotes.
    Text(&'a RawValue),
    /// A whole number, and its digits.
    Whole(i64, &'a str),
    Other(Value),
}

impl Members<'_> {
    fn get(&self, name: &str) -> Option<&Claim<'_>> {
        let at = self.0.binary_search_by(|(other, _)| other.as_ref().cmp(name)).ok()?;
        self.0.get(at).map(|(_, claim)| claim)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut all = Vec::with_capacity(24);
                while let Some((Name(name), raw)) = map.next_entry::<_, &RawValue>()? {
                    all.push((name, Claim::read(raw).map_err(Error::custom)?));
                }
                all.sort_by(|(one, _), (other, _)| one.cmp(other));
                all.dedup_by(|later, kept| {
                    let is_again = later.0 == kept.0;
                    if is_again {
                        mem::swap(later, kept);
                    }
                    is_again
                });
                Ok(Members(all))
            }
        }

        from.deserialize_map(Object)
    }
}

impl<'a> Claim<'a> {
    fn read(raw: &'a RawValue) -> serde_json::Result<Self> {
        let text = raw.get();
        match text.as_bytes() {
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Ok(Self::Text(raw)),
            // As many digits always fit.
            digits if digits.len() <= 18 && digits.iter().all(u8::is_ascii_digit) => {
                text.parse().map(|whole| Self::Whole(whole, text)).map_err(Error::custom)
            }
            _ => serde_json::from_str(text).map(Self::Other),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(raw) => raw.get().strip_prefix('"')?.strip_suffix('"'),
            Self::Other(value) => value.as_str(),
            Self::Whole(..) => None,
        }
    }

    /// A `NumericDate` (RFC 7519): seconds, whole or not.
    fn second(&self) -> Option<i64> {
        let value = match self {
            Self::Whole(whole, _) => return Some(*whole),
            Self::Text(_) => return None,
            Self::Other(value) => value,
        };
        value.as_i64().or_else(|| {
            let float = value.as_f64().filter(|float| float.abs() < 1e15)?;
            #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
            let whole = float.floor() as i64;
            Some(whole)
        })
    }

    fn audience(&self) -> Audience {
        match (self.text(), self) {
            (Some(one), _) => Audience::One(one.to_owned()),
            (None, Self::Other(Value::Array(_))) => Audience::Any(self.words()),
            _ => Audience::Unclear,
        }
    }

    /// The words of a text, or the texts of a list.
    fn words(&self) -> Vec<String> {
        match (self.text(), self) {
            (Some(text), _) => words(text).map(str::to_owned).collect(),
            (None, Self::Other(Value::Array(items))) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Claims in the words of an authorizer.
struct Told<'a> {
    members: &'a Members<'a>,
    telling: Telling,
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for (name, claim) in &self.members.0 {
            let is_told_in_words =
                self.telling == Telling::Cognito && matches!(name.as_ref(), "exp" | "iat");
            match claim {
                Claim::Text(raw) => map.serialize_entry(name, raw)?,
                Claim::Other(Value::Null) => {}
                Claim::Whole(second, digits) => {
                    let second = is_told_in_words.then_some(*second);
                    map.serialize_entry(name, &Time { second, otherwise: digits })?;
                }
                Claim::Other(number @ Value::Number(_)) => {
                    let second = number.as_i64().filter(|_| is_told_in_words);
                    map.serialize_entry(name, &Time { second, otherwise: &plain(number) })?;
                }
                Claim::Other(Value::Array(items)) => {
                    let items = items.iter().map(plain).collect::<Vec<_>>();
                    let text = match self.telling {
                        Telling::Cognito => items.join(","),
                        Telling::Jwt => format!("[{}]", items.join(" ")),
                    };
                    map.serialize_entry(name, &text)?;
                }
                Claim::Other(other) => map.serialize_entry(name, &plain(other))?,
            }
        }
        map.end()
    }
}

/// A time as `Tue May 07 01:09:40 UTC 2024`, or a number that is none.
struct Time<'a> {
    second: Option<i64>,
    otherwise: &'a str,
}

impl Serialize for Time<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.second.and_then(|second| Timestamp::from_second(second).ok()) {
            Some(time) => to.collect_str(&time.strftime("%a %b %d %H:%M:%S UTC %Y")),
            None => to.serialize_str(self.otherwise),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "http://x/p_a";

    fn claims(all: Value) -> Claims {
        Claims::new(ISSUER, &all, Telling::Cognito)
    }

    fn told(payload: &str, telling: Telling) -> Value {
        let claims = Claims::read(&ISSUER.parse().unwrap(), payload.as_bytes(), telling).unwrap();
        serde_json::from_str(claims.told().get()).unwrap()
    }

    #[test]
    fn a_token_lives_until_its_expiry_and_not_a_second_longer() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let at_100 = claims(json!({ "exp": 100 }));
        assert!(!at_100.has_expired(at(99)) && at_100.has_expired(at(100)));
        for exp in [json!("200"), json!(null), json!(1e300), json!([200]), json!(-1)] {
            assert!(claims(json!({ "exp": exp })).has_expired(at(0)), "{exp}");
        }
        assert!(claims(json!({})).has_expired(at(0)));
        assert!(!claims(json!({ "exp": 100.5 })).has_expired(at(99)));
        assert!(claims(json!({ "exp": u64::MAX })).expiry().is_none());
    }

    #[test]
    fn a_token_from_the_future_is_early() {
        let now = Timestamp::from_second(1000).unwrap();
        for (all, early) in [
            (json!({}), false),
            (json!({ "iat": 1000, "nbf": 1000 }), false),
            (json!({ "iat": 1060 }), false),
            (json!({ "iat": 1061 }), true),
            (json!({ "iat": 1061, "nbf": 1 }), true),
            (json!({ "nbf": 1600 }), true),
            (json!({ "nbf": "0" }), true),
        ] {
            assert_eq!(claims(all.clone()).is_early(now), early, "{all}");
        }
    }

    #[test]
    fn a_cognito_authorizer_tells_texts_and_two_times_in_words() {
        let payload = r#"{
            "iss": "http://x/p_a", "sub": "s", "email_verified": true,
            "cognito:groups": ["admin", "power"], "exp": 1715044180, "iat": -1,
            "auth_time": 1715040580, "nothing": null, "float": 1.50, "long": 12345678901234567890,
            "address": { "formatted": "x" }, "scope": "a b", "name": "\u00e9 \"q\"", "n\u0061me2": "é"
        }"#;
        assert_eq!(
            told(payload, Telling::Cognito),
            json!({
                "iss": "http://x/p_a", "sub": "s", "email_verified": "true",
                "cognito:groups": "admin,power", "exp": "Tue May 07 01:09:40 UTC 2024",
                "iat": "Wed Dec 31 23:59:59 UTC 1969", "auth_time": "1715040580",
                "float": "1.5", "long": "12345678901234567890",
                "address": r#"{"formatted":"x"}"#, "scope": "a b", "name": "é \"q\"", "name2": "é",
            })
        );
    }

    #[test]
    fn a_jwt_authorizer_tells_texts_and_lists_in_brackets() {
        let payload = r#"{"iss":"http://x/p_a","exp":1715044180,"nothing":null,
            "cognito:groups":["admin","power"],"list":[1,"a\"b"],"email_verified":true}"#;
        assert_eq!(
            told(payload, Telling::Jwt),
            json!({
                "iss": "http://x/p_a", "exp": "1715044180", "cognito:groups": "[admin power]",
                "list": "[1 a\"b]", "email_verified": "true",
            })
        );
    }

    #[test]
    fn of_two_claims_with_one_name_the_last_counts_everywhere() {
        let payload = r#"{"exp":9,"token_use":"id","iss":"http://x/p_b","token_use":"access",
            "iss":"http://x/p_a","e\u0078p":100,"token_use":"id"}"#;
        let claims =
            Claims::read(&ISSUER.parse().unwrap(), payload.as_bytes(), Telling::Jwt).unwrap();
        assert_eq!(claims.expiry(), Timestamp::from_second(100).ok());
        assert_eq!(claims.token_use.as_deref(), Some("id"));
        assert_eq!(claims.told().get(), r#"{"exp":"100","iss":"http://x/p_a","token_use":"id"}"#);
    }

    #[test]
    fn what_is_no_object_or_of_another_issuer_is_no_claims() {
        let deep =
            format!(r#"{{"iss":"http://x/p_a","a":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
        for (payload, why) in [
            ("", Unreadable::Malformed),
            ("[]", Unreadable::Malformed),
            (r#"["iss","http://x/p_a"]"#, Unreadable::Malformed),
            (r#"{"iss":"http://x/p_a"}x"#, Unreadable::Malformed),
            (r#"{"iss":"http://x/p_a","a":"\ud800"}"#, Unreadable::Malformed),
            (r#"{"iss":"http://x/p_a","a":1e999}"#, Unreadable::Malformed),
            (r#"{"iss":"http://x/p_a","a":012}"#, Unreadable::Malformed),
            ("{\"iss\":\"http://x/p_a\",\"a\":\"\n\"}", Unreadable::Malformed),
            (deep.as_str(), Unreadable::Malformed),
            ("{}", Unreadable::Issuer),
            (r#"{"iss":["http://x/p_a"]}"#, Unreadable::Issuer),
            (r#"{"iss":"http://x/p_a/x"}"#, Unreadable::Issuer),
        ] {
            let read = Claims::read(&ISSUER.parse().unwrap(), payload.as_bytes(), Telling::Jwt);
            assert_eq!(read.err(), Some(why), "{payload}");
        }
        let slash = br#" {"iss":"http://x/p_a/"} "#;
        assert!(Claims::read(&ISSUER.parse().unwrap(), slash, Telling::Jwt).is_ok());
        let invalid = b"{\"iss\":\"http://x/p_a\",\"a\":\"\xff\"}";
        assert!(Claims::read(&ISSUER.parse().unwrap(), invalid, Telling::Jwt).is_err());
    }
}
