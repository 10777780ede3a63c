//! How does a mail confirm an account by a link?
//!
//! The link leads to a page of the pool that asks for a click more: programs that look at mails follow links.

use crate::{User, message::escaped};
use names::ClientId;
use std::fmt::Write as _;

/// What stands before and after the words of a link in a template: `{##Verify Email##}`.
const OPENS: &str = "{##";
const CLOSES: &str = "##}";

/// The address of the page that confirms this user, up to the code.
pub(crate) fn to_confirm(pages: &str, client: Option<&ClientId>, user: &User) -> String {
    let client = client.map(ClientId::as_str).unwrap_or_default();
    let name = encoded(user.username.as_str());
    format!("{pages}/confirmUser?client_id={client}&user_name={name}&confirmation_code=")
}

/// Whether a text has a place for a link.
pub(crate) fn is_in(text: &str) -> bool {
    first(text).is_some()
}

/// The text with this link behind each of its words for one.
pub(crate) fn placed(text: &str, link: &str) -> String {
    let link = escaped(link);
    let mut placed = String::with_capacity(text.len() + link.len());
    let mut rest = text;
    while let Some((before, words, after)) = first(rest) {
        placed.push_str(before);
        // Writing into a text does not fail.
        let _ = write!(placed, "<a href=\"{link}\">{words}</a>");
        rest = after;
    }
    placed.push_str(rest);
    placed
}

/// What is before the first place for a link, its words, and what is after it. `{####}` is the place for the code.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let opened = from + text.get(from..)?.find(OPENS)?;
        let (words, after) = text.get(opened + OPENS.len()..)?.split_once(CLOSES)?;
        if !words.is_empty() {
            return Some((text.get(..opened)?, words, after));
        }
        from = opened + OPENS.len();
    }
}

/// A value as it stands in a query (RFC 3986).
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_links() {
        let link = "https://x.example/confirmUser?a=1&b=2";
        for (text, expected) in [
            (
                "{##Verify Email##}",
                "<a href=\"https://x.example/confirmUser?a=1&amp;b=2\">Verify Email</a>",
            ),
            ("none", "none"),
            ("{##open", "{##open"),
            ("##}{##", "##}{##"),
            ("{####} ##}", "{####} ##}"),
        ] {
            assert_eq!(placed(text, link), expected);
        }
        assert_eq!(placed("{##a##} {##b##}", "l"), "<a href=\"l\">a</a> <a href=\"l\">b</a>");
        assert_eq!(placed("{####} or {##b##}", "l"), "{####} or <a href=\"l\">b</a>");
        assert!(is_in("x {##a##}") && !is_in("{####") && !is_in("{####}"));
    }

    #[test]
    fn a_name_is_no_part_of_the_query() {
        assert_eq!(encoded("a&b=ü +~"), "a%26b%3D%C3%BC%20%2B~");
    }
}
