//! What did the client send?

use crate::path::RequestPath;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use crypto::Random;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri, Version, header::USER_AGENT, request::Parts,
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use std::net::IpAddr;

/// A request whose path and query have been read, and the little we know about it ourselves.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    /// As it was asked for, above the mount of the API too: what a client signs.
    pub(crate) uri: Uri,
    /// Below the mount of the API.
    pub(crate) path: RequestPath,
    pub(crate) raw_query: String,
    /// Decoded, in the order they came.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) protocol: &'static str,
    pub(crate) body: Bytes,
    pub(crate) peer: IpAddr,
    pub(crate) mark: Mark,
    /// When it came.
    pub(crate) now: Timestamp,
}

/// What one request is called in answers, events and logs.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    /// A REST API's request id.
    pub(crate) id: String,
    /// An HTTP API's request id, and a REST API's extended one.
    pub(crate) short: String,
    /// The identifying part of a trace id.
    pub(crate) trace: String,
}

impl Mark {
    pub(crate) fn new(random: &dyn Random, now: Timestamp) -> Self {
        let second = now.as_second().max(0);
        Self {
            id: random.uuid_v4(),
            short: STANDARD.encode(random.bytes::<11>()),
            trace: format!("Root=1-{second:08x}-{}", random.text(b"0123456789abcdef", 24)),
        }
    }
}

/// How often something is there that should be there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// Absent, or there and empty.
    Nothing,
    One(&'a str),
    /// Several, of which a gateway and a function could each believe another one, or one that is no text.
    Unclear,
}

impl<'a> Found<'a> {
    fn once(mut values: impl Iterator<Item = Option<&'a str>>) -> Self {
        match (values.next(), values.next()) {
            (None, _) | (Some(Some("")), None) => Self::Nothing,
            (Some(Some(value)), None) => Self::One(value),
            (Some(_), _) => Self::Unclear,
        }
    }
}

impl Incoming {
    pub(crate) fn new(
        parts: Parts,
        path: RequestPath,
        body: Bytes,
        peer: IpAddr,
        mark: Mark,
        now: Timestamp,
    ) -> Self {
        let raw_query = parts.uri.query().unwrap_or_default().to_owned();
        Self {
            method: parts.method,
            path,
            query: pairs(&raw_query),
            raw_query,
            uri: parts.uri,
            headers: parts.headers,
            protocol: match parts.version {
                Version::HTTP_10 => "HTTP/1.0",
                Version::HTTP_2 => "HTTP/2.0",
                Version::HTTP_3 => "HTTP/3.0",
                _ => "HTTP/1.1",
            },
            body,
            peer,
            mark,
            now,
        }
    }

    /// A header that should be there once.
    pub(crate) fn header(&self, name: &HeaderName) -> Found<'_> {
        Found::once(self.headers.get_all(name).iter().map(visible))
    }

    /// A query parameter that should be there once.
    pub(crate) fn parameter(&self, name: &str) -> Found<'_> {
        let values = self.query.iter().filter(|(key, _)| key == name);
        Found::once(values.map(|(_, value)| Some(value.as_str())))
    }

    pub(crate) fn user_agent(&self) -> Option<String> {
        let value = self.headers.get(USER_AGENT)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

/// A value of visible ASCII, spaces and tabs, as [`HeaderValue::to_str`] has it. All bytes are looked at, many at once:
/// most of a request is its token.
fn visible(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    let is_visible = |byte: u8| (b' '..0x7f).contains(&byte) | (byte == b'\t');
    let are_visible = bytes.iter().fold(true, |are_visible, byte| are_visible & is_visible(*byte));
    std::str::from_utf8(bytes).ok().filter(|_| are_visible)
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let decode =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_pair_by_pair() {
        let read = pairs("a=1&a=2&b=x+y%26&c&&=d&%C3%A9=%2B");
        let expected = [("a", "1"), ("a", "2"), ("b", "x y&"), ("c", ""), ("", "d"), ("é", "+")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(pairs("").is_empty());
    }

    #[test]
    fn a_header_is_text_where_the_http_crate_says_so() {
        for byte in 0..=u8::MAX {
            let Ok(value) = HeaderValue::from_bytes(&[b'a', byte, b'b']) else { continue };
            assert_eq!(visible(&value), value.to_str().ok(), "{byte:#x}");
        }
    }

    #[test]
    fn two_of_a_kind_are_unclear_even_if_one_is_empty() {
        let once = |values: &[&'static str]| Found::once(values.iter().map(|value| Some(*value)));
        assert_eq!(once(&[]), Found::Nothing);
        assert_eq!(once(&[""]), Found::Nothing);
        assert_eq!(once(&["a"]), Found::One("a"));
        assert_eq!(once(&["", "a"]), Found::Unclear);
        assert_eq!(once(&["a", ""]), Found::Unclear);
        assert_eq!(Found::once([None].into_iter()), Found::Unclear);
    }

    #[test]
    fn a_mark_has_the_forms_that_api_gateway_uses() {
        let now = Timestamp::from_second(1_583_349_317).unwrap();
        let mark = Mark::new(&crypto::SeededRandom::new(1), now);
        assert_eq!((mark.id.len(), mark.short.len(), mark.trace.len()), (36, 16, 40));
        assert!(mark.short.ends_with('=') && mark.trace.starts_with("Root=1-5e5ffe45-"));
    }
}
