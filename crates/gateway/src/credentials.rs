//! Where in a header's value is the token?
//!
//! One rule for every verifier of tokens: `Bearer`, in any case, exactly one space, the token, nothing
//! more. As on AWS the token may also stand alone. A Lambda authorizer is different: it is shown the value
//! as it was sent, and its own rule decides.

/// The token in a header's value, if the value is one of the two forms. It is not taken out of the header, which
/// would be one more copy of a secret.
pub(crate) fn token(value: &str) -> Option<&str> {
    let text = match value.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest,
        Some(_) => return None,
        None => value,
    };
    let is_bounded = (1..=crypto::jwt::LONGEST_TOKEN).contains(&text.len());
    (is_bounded && is_token(text)).then_some(text)
}

/// `[A-Za-z0-9-_=.]+`. It looks at every byte, whatever came before, since that is done for many at once.
fn is_token(text: &str) -> bool {
    let is_of_it =
        |byte: u8| byte.is_ascii_alphanumeric() | matches!(byte, b'-' | b'_' | b'=' | b'.');
    text.bytes().fold(true, |are_of_it, byte| are_of_it & is_of_it(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GWA-12.
    #[test]
    fn a_token_stands_alone_or_after_one_scheme_and_one_space() {
        for good in ["a.b.c", "Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
            assert_eq!(token(good).unwrap(), "a.b.c", "{good}");
        }
        for bad in [
            "",
            " ",
            "Bearer ",
            "Bearer  a.b.c",
            "Bearer\ta.b.c",
            "Bearer a.b.c,",
            "Bearer a.b.c ",
            " Bearer a.b.c",
            "Bearer: a.b.c",
            "Basic a.b.c",
            "Bearer Bearer a.b.c",
            "a.b.c, a.b.c",
            "Bearer a.b.c, Bearer a.b.c",
            "Bearer \"a.b.c\"",
        ] {
            assert!(token(bad).is_none(), "{bad:?}");
        }
        assert!(token(&"a".repeat(crypto::jwt::LONGEST_TOKEN + 1)).is_none());
    }
}
