//! Where in a header's value is the token?
//!
//! One rule for every verifier of tokens: `Bearer`, in any case, exactly one space, the token, nothing
//! more. As on AWS the token may also stand alone. A Lambda authorizer is different: it is shown the value
//! as it was sent, and its own rule decides.

use names::Token;

/// The token in a header's value, if the value is one of the two forms.
pub(crate) fn token(value: &str) -> Option<Token> {
    let text = match value.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest,
        Some(_) => return None,
        None => value,
    };
    if text.len() > crypto::jwt::LONGEST_TOKEN {
        return None;
    }
    Token::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GWA-12.
    #[test]
    fn a_token_stands_alone_or_after_one_scheme_and_one_space() {
        for good in ["a.b.c", "Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
            assert_eq!(token(good).unwrap().reveal(), "a.b.c", "{good}");
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
