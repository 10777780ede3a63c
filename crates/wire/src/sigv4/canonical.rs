//! Which bytes are signed?

use super::authorization::Scope;
use crypto::{hmac_sha256, sha256};
use http::{HeaderMap, Uri, header, request::Parts};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// In a path the slash stands for itself.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The canonical request: method, path, query, headers, their names and the body's hash, a line each.
/// `None` if a signed header is not there.
pub(super) fn request(parts: &Parts, signed: &[&str], list: &str, hash: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(parts.method.as_str().as_bytes());
    out.push(b'\n');
    out.extend_from_slice(path(parts.uri.path()).as_bytes());
    out.push(b'\n');
    out.extend_from_slice(query(parts.uri.query().unwrap_or("")).as_bytes());
    out.push(b'\n');
    for name in signed {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        values(&mut out, &parts.headers, &parts.uri, name)?;
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(list.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(hash.as_bytes());
    Some(out)
}

/// The signature over a canonical request.
pub(super) fn signature(key: &[u8; 32], time: &str, scope: &str, request: &[u8]) -> String {
    let hash = hex::encode(sha256(request));
    let parts = ["AWS4-HMAC-SHA256", "\n", time, "\n", scope, "\n", &hash];
    hex::encode(hmac_sha256(key, &parts.map(str::as_bytes)))
}

/// The key of a day, a region and a service, out of the secret.
pub(super) fn signing_key(secret: &str, scope: Scope<'_>) -> [u8; 32] {
    let mut first = zeroize::Zeroizing::new(Vec::with_capacity(secret.len() + 4));
    first.extend_from_slice(b"AWS4");
    first.extend_from_slice(secret.as_bytes());
    let date = hmac_sha256(&first, &[scope.date.as_bytes()]);
    let region = hmac_sha256(&date, &[scope.region.as_bytes()]);
    let service = hmac_sha256(&region, &[scope.service.as_bytes()]);
    hmac_sha256(&service, &[scope.terminator.as_bytes()])
}

/// Without dot segments and doubled slashes, and encoded once more than it was sent, as every service
/// but S3 has it.
fn path(path: &str) -> Cow<'_, str> {
    if path.is_empty() || path == "/" {
        return Cow::Borrowed("/");
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let mut out = String::from("/");
    out.push_str(&segments.join("/"));
    let names_a_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if names_a_folder && !segments.is_empty() {
        out.push('/');
    }
    Cow::Owned(utf8_percent_encode(&out, RESERVED_IN_PATH).to_string())
}

/// Sorted by encoded name, then by encoded value.
fn query(query: &str) -> String {
    if query.is_empty() {
        return String::new();
    }
    let encoded = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&bytes, RESERVED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    let mut out = String::with_capacity(query.len());
    for (name, value) in pairs {
        out.push_str(if out.is_empty() { "" } else { "&" });
        out.push_str(&name);
        out.push('=');
        out.push_str(&value);
    }
    out
}

/// The values of a header, trimmed, inner runs of spaces made one, joined by commas.
fn values(out: &mut Vec<u8>, headers: &HeaderMap, uri: &Uri, name: &str) -> Option<()> {
    let mut is_there = false;
    for value in headers.get_all(name) {
        if is_there {
            out.push(b',');
        }
        is_there = true;
        let words = value.as_bytes().split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        for (at, word) in words.enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(word);
        }
    }
    if !is_there && name == header::HOST {
        // HTTP/2 carries it as `:authority`.
        out.extend_from_slice(uri.authority()?.as_str().as_bytes());
        is_there = true;
    }
    is_there.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_and_encoded_again() {
        for (sent, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/example/..", "/"),
            ("/example1/example2/../..", "/"),
            ("/./", "/"),
            ("/./example", "/example"),
            ("//example//", "/example/"),
            ("/example/.", "/example/"),
            ("/a/b/..", "/a/"),
            ("/example%20space/", "/example%2520space/"),
            ("/-._~0129azAZ", "/-._~0129azAZ"),
            ("/a.", "/a."),
        ] {
            assert_eq!(path(sent), canonical, "{sent}");
        }
    }

    #[test]
    fn queries_are_sorted_by_name_and_value() {
        for (sent, canonical) in [
            ("Param2=value2&Param1=value1", "Param1=value1&Param2=value2"),
            ("Param1=value2&Param1=Value1", "Param1=Value1&Param1=value2"),
            ("b&a=%2f", "a=%2F&b="),
            ("x=a+b&&", "x=a%2Bb"),
        ] {
            assert_eq!(query(sent), canonical, "{sent}");
        }
    }
}
