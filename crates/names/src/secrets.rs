//! Texts that must not be printed.

use crate::{Malformed, text::has_length};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(String);

        impl $name {
            /// Accepts the text if it has the form described on the type.
            ///
            /// # Errors
            /// [`Malformed`] otherwise.
            pub fn parse(text: impl Into<String>) -> Result<Self, Malformed> {
                let mut text = text.into();
                let check: fn(&str) -> bool = $check;
                if check(&text) {
                    return Ok(Self(text));
                }
                text.zeroize();
                Err(Malformed { what: stringify!($name) })
            }

            /// The text itself. Every call is a place to look at in a review.
            #[must_use]
            pub fn reveal(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
            }
        }

        impl Eq for $name {}

        impl Drop for $name {
            fn drop(&mut self) {
                self.0.zeroize();
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(from)?).map_err(serde::de::Error::custom)
            }
        }

        /// An answer hands the secret to the one it belongs to; nothing else serialises it.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }
    };
}

fn is_token(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'.'))
}

/// `\S` as Java reads it: a no-break space is a letter like any other.
fn has_no_space(text: &str) -> bool {
    !text.bytes().any(|b| b.is_ascii_whitespace() || b == 0x0b)
}

secret!(
    /// A password as a request carries it: `[\S]+`, at most 256 characters (service model,
    /// `PasswordType`). Whether it is good enough is the pool's policy to say.
    Password,
    |text| has_length(text, 1, 256) && has_no_space(text)
);
secret!(
    /// An app client's secret: `[\w+]+`, 24–64 characters.
    ClientSecret,
    |text| has_length(text, 24, 64)
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'+')
);
secret!(
    /// `Base64(HMAC-SHA256(client secret, username + client id))`: `[\w+=/]+`, at most 128 characters.
    SecretHash,
    |text| has_length(text, 1, 128)
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'=' | b'/'))
);
secret!(
    /// A confirmation code, as typed: `[\S]+`, at most 2,048 characters.
    Code,
    |text| has_length(text, 1, 2048) && has_no_space(text)
);
secret!(
    /// A challenge session: 20–4,096 characters, opaque to the client.
    Session,
    |text| has_length(text, 20, 4096)
);
secret!(
    /// An ID, access or refresh token: `[A-Za-z0-9-_=.]+` (service model, `TokenModelType`). Bounded
    /// here at 65,536 characters so that nobody parses more.
    Token,
    |text| has_length(text, 1, 65_536) && is_token(text)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let password = Password::parse("Correct-Horse7!").unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }

    #[test]
    fn a_password_has_no_space_and_an_end() {
        assert!(Password::parse("a b").is_err());
        assert!(Password::parse("x".repeat(257)).is_err());
        assert!(Password::parse("é".repeat(256)).is_ok());
    }
}
