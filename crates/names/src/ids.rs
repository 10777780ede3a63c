//! Ids and names that may be printed.

use crate::{
    Malformed,
    text::{has_length, is_visible, is_word},
};
use serde::{Deserialize, Deserializer, Serialize};
use std::{borrow::Borrow, fmt, sync::Arc};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Accepts the text if it has the form described on the type.
            ///
            /// # Errors
            /// [`Malformed`] otherwise.
            pub fn parse(text: impl AsRef<str>) -> Result<Self, Malformed> {
                let text = text.as_ref();
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.into())) } else { Err(Malformed { what: stringify!($name) }) }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{:?}", &self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

name!(
    /// An AWS region such as `eu-west-1`: lower-case letters, digits and hyphens, at most 32.
    Region,
    |text| has_length(text, 1, 32)
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);
name!(
    /// An AWS account id: twelve digits.
    AccountId,
    |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
);
name!(
    /// A user pool's id, `<region>_<name>`: `[\w-]+_[0-9a-zA-Z]+`, 1–55 characters (service model,
    /// `UserPoolIdType`).
    UserPoolId,
    |text| has_length(text, 1, 55)
        && text.rsplit_once('_').is_some_and(|(region, name)| {
            !region.is_empty()
                && !name.is_empty()
                && region.bytes().all(|b| is_word(b) || b == b'-')
                && name.bytes().all(|b| b.is_ascii_alphanumeric())
        })
);
name!(
    /// An app client's id: `[\w+]+`, 1–128 characters (service model, `ClientIdType`).
    ClientId,
    |text| has_length(text, 1, 128) && text.bytes().all(|b| is_word(b) || b == b'+')
);
name!(
    /// A user's `sub`: 36 characters in the UUID shape. The version nibble means nothing.
    Sub,
    |text| text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
);
name!(
    /// What a caller types to say who they are: a user name, an e-mail address, a phone number or a
    /// `sub`. `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, 1–128 characters (service model, `UsernameType`).
    Username,
    |text| has_length(text, 1, 128) && is_visible(text)
);
name!(
    /// A group's name. `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, 1–128 characters; case matters.
    GroupName,
    |text| has_length(text, 1, 128) && is_visible(text)
);
name!(
    /// The key of a device that somebody signs in with, `<region>_<uuid>`: `[\w-]+_[0-9a-f-]+`, 1–55
    /// characters (service model, `DeviceKeyType`).
    DeviceKey,
    |text| has_length(text, 1, 55)
        && text.rsplit_once('_').is_some_and(|(region, id)| {
            !region.is_empty()
                && !id.is_empty()
                && region.bytes().all(|b| is_word(b) || b == b'-')
                && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
        })
);
name!(
    /// The name of an attribute, prefix included: `email`, `custom:tenant`, `dev:custom:note`.
    /// `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, 1–32 characters.
    AttributeName,
    |text| has_length(text, 1, 32) && is_visible(text)
);
name!(
    /// An OAuth 2.0 scope token (RFC 6749, 3.3): `openid`, `users/read`. Printable ASCII without space,
    /// quote and backslash.
    Scope,
    |text| has_length(text, 1, 513)
        && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
);
name!(
    /// The identifier of a resource server: `[\x21\x23-\x5B\x5D-\x7E]+`, 1–256 characters.
    ResourceServerId,
    |text| has_length(text, 1, 256)
        && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
);
name!(
    /// An Amazon resource name, `arn:partition:service:region:account:resource`.
    Arn,
    |text| has_length(text, 20, 2048)
        && text.starts_with("arn:")
        && text.splitn(6, ':').filter(|part| part.len() < 512).count() == 6
        && !text.chars().any(char::is_whitespace)
);
name!(
    /// The ARN of a Lambda function, with or without a version or alias.
    FunctionArn,
    |text| has_length(text, 20, 2048)
        && Arn::parse(text).is_ok()
        && text.split(':').nth(2) == Some("lambda")
);
name!(
    /// The `iss` of every token of a pool: an absolute `http` or `https` URL without query, fragment or
    /// a slash at its end. It is configuration, never a request's `Host`.
    Issuer,
    |text| has_length(text, 8, 1024)
        && (text.starts_with("https://") || text.starts_with("http://"))
        && !text.ends_with('/')
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'"' | b'\\'))
);

impl UserPoolId {
    /// The part before the last `_`.
    #[must_use]
    pub fn region(&self) -> &str {
        self.0.rsplit_once('_').map_or("", |(region, _)| region)
    }

    /// The part after the last `_`, which SRP calls the pool name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('_').map_or("", |(_, name)| name)
    }

    /// `arn:aws:cognito-idp:<region>:<account>:userpool/<id>`.
    #[must_use]
    pub fn arn(&self, account: &AccountId) -> String {
        format!("arn:aws:cognito-idp:{}:{account}:userpool/{self}", self.region())
    }
}

impl FunctionArn {
    /// The function's name: `arn:aws:lambda:<region>:<account>:function:<name>[:<qualifier>]`.
    #[must_use]
    pub fn function_name(&self) -> &str {
        self.0.split(':').nth(6).unwrap_or("")
    }
}

impl From<&Sub> for Username {
    fn from(sub: &Sub) -> Self {
        Self(sub.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_id_has_a_region_and_a_name() {
        let id = UserPoolId::parse("eu-west-1_Ab1Cd2Ef3").unwrap();
        assert_eq!((id.region(), id.name()), ("eu-west-1", "Ab1Cd2Ef3"));
        for bad in ["", "_", "eu-west-1_", "_abc", "eu west_abc", "eu-west-1_ab-c", &"a".repeat(60)]
        {
            assert!(UserPoolId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sub_has_the_shape_of_a_uuid_and_any_version() {
        assert!(Sub::parse("d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa").is_ok());
        assert!(Sub::parse("D2F5A4C4-1051-70e1-b8d7-90a5c3c1f1aa").is_err());
        assert!(Sub::parse("d2f5a4c4x1051-70e1-b8d7-90a5c3c1f1aa").is_err());
    }

    #[test]
    fn a_device_key_has_a_region_and_an_id() {
        assert!(DeviceKey::parse("eu-west-1_d2f5a4c4-1051-40e1-b8d7-90a5c3c1f1aa").is_ok());
        for bad in ["", "_", "eu-west-1_", "_00", "eu-west-1_0G", "eu west_00", &"a".repeat(60)] {
            assert!(DeviceKey::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_function_arn_knows_its_function() {
        let arn = FunctionArn::parse("arn:aws:lambda:eu-west-1:000000000000:function:hello:live");
        assert_eq!(arn.unwrap().function_name(), "hello");
        assert!(FunctionArn::parse("arn:aws:sns:eu-west-1:000000000000:topic").is_err());
    }

    #[test]
    fn an_issuer_is_a_bare_url() {
        assert!(Issuer::parse("http://127.0.0.1:9229/eu-west-1_Ab1Cd2Ef3").is_ok());
        for bad in ["ftp://x/y", "http://x/y/", "http://x/y?z", "http://x/ y"] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
    }
}
