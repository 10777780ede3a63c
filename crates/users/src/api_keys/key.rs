//! What is an API key made of?

use crypto::{Random, equal, sha256};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroize;

/// What every key begins with, so that scanners of repositories and logs find one that got out.
const PREFIX: &str = "ph_";

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Letters of a generated id.
const ID_LENGTH: usize = 12;
/// Letters of a generated secret: 256 bits.
const SECRET_LENGTH: usize = 43;
/// The fewest letters of a secret that was made elsewhere: 190 bits.
const SHORTEST_SECRET: usize = 32;
const LONGEST_SECRET: usize = 128;
const LONGEST_ID: usize = 32;

/// A text that is no key, or no id of one. It does not say which text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid API key")]
pub struct Unsound;

/// The public half of a key: 1–32 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// The id of this text.
    ///
    /// # Errors
    /// [`Unsound`] for anything else.
    pub fn parse(text: impl Into<String>) -> Result<Self, Unsound> {
        let text = text.into();
        let is_id = (1..=LONGEST_ID).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if is_id { Ok(Self(text)) } else { Err(Unsound) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An id that no key has, for whoever does the work of looking one up all the same.
    pub(super) fn of_nobody() -> Self {
        Self("-".to_owned())
    }
}

impl TryFrom<String> for KeyId {
    type Error = Unsound;

    fn try_from(text: String) -> Result<Self, Unsound> {
        Self::parse(text)
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A key, whole: `ph_<id>_<secret>`. It cannot be printed and is wiped when dropped.
#[derive(Clone)]
pub struct ApiKey {
    // INVARIANT: `ph_`, then `id`, then `_` and 32 to 128 letters and digits.
    text: String,
    id: KeyId,
}

impl ApiKey {
    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let id = KeyId(random.text(LOWER, ID_LENGTH));
        Self::of(id, random)
    }

    /// A new secret for a key that is there.
    #[must_use]
    pub fn of(id: KeyId, random: &dyn Random) -> Self {
        let mut secret = random.text(MIXED, SECRET_LENGTH);
        let text = format!("{PREFIX}{id}_{secret}");
        secret.zeroize();
        Self { text, id }
    }

    /// The key of these two halves.
    ///
    /// # Errors
    /// [`Unsound`] if the secret is none.
    pub fn new(id: KeyId, secret: &str) -> Result<Self, Unsound> {
        let is_secret = (SHORTEST_SECRET..=LONGEST_SECRET).contains(&secret.len())
            && secret.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_secret {
            return Err(Unsound);
        }
        Ok(Self { text: format!("{PREFIX}{id}_{secret}"), id })
    }

    /// The key of this text.
    ///
    /// # Errors
    /// [`Unsound`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Unsound> {
        let (id, secret) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(Unsound)?;
        Self::new(KeyId::parse(id)?, secret)
    }

    /// Its public half.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The text itself. Every call is a place to look at in a review.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(&self.text)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ApiKey({PREFIX}{}_…)", self.id)
    }
}

impl Drop for ApiKey {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// The SHA-256 of a key's text. It compares in constant time.
#[derive(Debug, Clone, Copy)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    /// The digest of a text, be it a key or not.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(sha256(text.as_bytes()))
    }

    /// Whether both are of one key.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        equal(&self.0, &other.0)
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Unsound`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Unsound> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let pairs: &[[u8; 2]; 32] = pairs.try_into().map_err(|_| Unsound)?;
        if !rest.is_empty() || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Unsound);
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(pairs) {
            let pair = std::str::from_utf8(pair).map_err(|_| Unsound)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| Unsound)?;
        }
        Ok(Self(digest))
    }
}

impl fmt::Display for KeyDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl Serialize for KeyDigest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyDigest {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SeededRandom;

    #[test]
    fn a_key_is_read_as_it_was_made_and_never_printed() {
        let key = ApiKey::generate(&SeededRandom::new(1));
        assert_eq!(key.reveal().len(), 3 + 12 + 1 + 43);
        let read = ApiKey::parse(key.reveal()).unwrap();
        assert_eq!((read.id(), read.reveal()), (key.id(), key.reveal()));
        assert_eq!(format!("{key:?}"), format!("ApiKey(ph_{}_…)", key.id()));
        let next = ApiKey::of(key.id().clone(), &SeededRandom::new(2));
        assert!(next.id() == key.id() && next.reveal() != key.reveal());
    }

    #[test]
    fn what_has_another_form_is_no_key() {
        let secret = "a".repeat(43);
        for bad in [
            "",
            "ph_",
            "ph__",
            &secret,
            &format!("ph_ann{secret}"),
            &format!("ph__{secret}"),
            &format!("PH_ann_{secret}"),
            &format!("ph_Ann_{secret}"),
            &format!("ph_ann_{secret} "),
            &format!("ph_ann_x_{secret}"),
            &format!("ph_{}_{secret}", "a".repeat(33)),
            &format!("ph_ann_{}", "a".repeat(31)),
            &format!("ph_ann_{}", "a".repeat(129)),
        ] {
            assert!(ApiKey::parse(bad).is_err(), "{bad}");
        }
        assert!(ApiKey::parse(&format!("ph_ann-1_{secret}")).is_ok());
        // The one id that lookups of nobody go to can be written, and is no key's: none is made with it.
        assert!(KeyId::parse(KeyId::of_nobody().as_str()).is_ok());
    }

    #[test]
    fn a_digest_is_written_and_read() {
        let digest = KeyDigest::of("abc");
        let text = digest.to_string();
        assert_eq!(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(KeyDigest::parse(&text).unwrap().is(&digest));
        assert!(!KeyDigest::of("abd").is(&digest));
        for bad in ["", &text[2..], &format!("{text}00"), &text.replace('b', "g"), &"é".repeat(32)]
        {
            assert!(KeyDigest::parse(bad).is_err());
        }
    }
}
