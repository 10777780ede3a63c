//! Where is the API?

use http::{Uri, uri::Scheme};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a path as it is; everything else is written in its place as `%` and digits, so that no
/// handle and no id can lead to another operation.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address that all paths begin with: `https`, or `http` to the machine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

/// What was given is no address of an API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an address begins with https:// (http:// only for this machine), and has no user, no query and no fragment"
)]
pub struct NoAddress;

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`NoAddress`].
    pub fn parse(text: &str) -> Result<Self, NoAddress> {
        let uri: Uri = text.parse().map_err(|_| NoAddress)?;
        let authority = uri.authority().ok_or(NoAddress)?;
        let is_here = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]");
        let is_allowed = uri.scheme() == Some(&Scheme::HTTPS)
            || (uri.scheme() == Some(&Scheme::HTTP) && is_here);
        let is_plain = uri.query().is_none()
            && !text.contains('#')
            && !authority.as_str().contains('@')
            && !authority.host().is_empty();
        if !is_allowed || !is_plain {
            return Err(NoAddress);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The address of what these segments lead to, with a query of these pairs.
    pub(crate) fn join(&self, segments: &[&str], query: &[(&str, String)]) -> String {
        let mut text = self.0.clone();
        for segment in segments {
            text.push('/');
            text.extend(encoded(segment));
        }
        for (index, (name, value)) in query.iter().enumerate() {
            text.push(if index == 0 { '?' } else { '&' });
            text.extend(encoded(name));
            text.push('=');
            text.extend(encoded(value));
        }
        text
    }
}

fn encoded(text: &str) -> impl Iterator<Item = &str> {
    // A segment of dots is a step, even to those who decode.
    match text {
        "." => vec!["%2E"].into_iter(),
        ".." => vec!["%2E%2E"].into_iter(),
        text => utf8_percent_encode(text, &PLAIN).collect::<Vec<_>>().into_iter(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_protected_or_at_home_is_an_address() {
        for good in ["https://api.example.com/v1/", "http://127.0.0.1:3000", "http://[::1]:3000/v1"]
        {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.example.com",
            "ftp://localhost",
            "https://user@example.com",
            "https://example.com?x=1",
            "https://example.com/#x",
            "example.com",
            "",
        ] {
            assert_eq!(Address::parse(bad), Err(NoAddress), "{bad}");
        }
    }

    #[test]
    fn what_is_put_into_a_path_leads_nowhere_else() {
        let address = Address::parse("https://x.example/v1/").unwrap();
        assert_eq!(
            address.join(
                &["user", "a/../b?c#d é"],
                &[("q", "x&y=z".to_owned()), ("n", "1".to_owned())]
            ),
            "https://x.example/v1/user/a%2F..%2Fb%3Fc%23d%20%C3%A9?q=x%26y%3Dz&n=1"
        );
        assert_eq!(address.join(&["user", ".."], &[]), "https://x.example/v1/user/%2E%2E");
    }
}
