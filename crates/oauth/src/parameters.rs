//! What do a query and a form say?
//!
//! Both are read once, here. A name that stands twice is refused, whatever its values: two readers would
//! disagree about which of them counts (RFC 6749, 3.1).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeMap;

/// The longest query or form that is read.
pub(crate) const LONGEST: usize = 16 * 1024;
/// The most parameters.
const MOST: usize = 100;

/// What stays as it is in a value (RFC 3986, unreserved).
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters of a request, each at most once.
#[derive(Clone, Default)]
pub(crate) struct Parameters(BTreeMap<String, String>);

/// Why parameters were not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    Repeated,
    Malformed,
    TooLong,
}

impl Unreadable {
    /// In words for a developer.
    pub fn text(self) -> &'static str {
        match self {
            Self::Repeated => "A parameter is given more than once",
            Self::Malformed => "The parameters are malformed",
            Self::TooLong => "The parameters are too long",
        }
    }
}

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`. A parameter without a value is as good as none.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        if text.len() > LONGEST {
            return Err(Unreadable::TooLong);
        }
        let mut parameters = BTreeMap::new();
        let mut seen = std::collections::BTreeSet::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).ok_or(Unreadable::Malformed)?;
            let value = decode(value).ok_or(Unreadable::Malformed)?;
            if !seen.insert(name.clone()) {
                return Err(Unreadable::Repeated);
            }
            if seen.len() > MOST {
                return Err(Unreadable::TooLong);
            }
            if !value.is_empty() {
                parameters.insert(name, value);
            }
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those whose names begin so, without the beginning.
    pub fn beginning<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// The same without these.
    pub fn without(&self, names: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Self(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The same with this one.
    pub fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut more = self.clone();
        more.0.insert(name.to_owned(), value.into());
        more
    }

    /// As a query.
    pub fn query(&self) -> String {
        query(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// Parameters as a query: whatever a value holds, it stays a value.
pub(crate) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs =
        pairs.into_iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    // A lone percent sign is no encoding of anything.
    let mut rest = spaced.as_str();
    while let Some((_, after)) = rest.split_once('%') {
        let digits = after.get(..2)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        rest = after;
    }
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    (!decoded.contains('\0')).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_stands_once() {
        let read = Parameters::parse("state=a+b%2Bc&nonce=&scope=openid").unwrap_or_default();
        assert_eq!(read.get("state"), Some("a b+c"));
        assert_eq!(read.get("nonce"), None);
        assert_eq!(Parameters::parse("a=1&a=1").err(), Some(Unreadable::Repeated));
        assert_eq!(Parameters::parse("a=&a=1").err(), Some(Unreadable::Repeated));
        assert_eq!(Parameters::parse("a=%zz").err(), Some(Unreadable::Malformed));
        assert_eq!(Parameters::parse("a=%ff").err(), Some(Unreadable::Malformed));
        assert_eq!(Parameters::parse(&"a".repeat(LONGEST + 1)).err(), Some(Unreadable::TooLong));
    }

    #[test]
    fn whatever_a_value_holds_it_stays_a_value() {
        let nasty = "a\r\nSet-Cookie: x=y&b=<\"'>%#é";
        let written = query([("state", nasty)]);
        assert!(written.bytes().all(|b| b.is_ascii_alphanumeric() || b"=%-._~".contains(&b)));
        assert_eq!(
            Parameters::parse(&written)
                .ok()
                .and_then(|it| it.get("state").map(str::to_owned))
                .as_deref(),
            Some(nasty)
        );
    }
}
