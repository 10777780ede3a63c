//! How is something kept that only we may read or have written?
//!
//! A sealed value is `version | salt (16) | nonce (12) | ciphertext | tag (16)`. AES-256-GCM with
//! random nonces of 96 bits wears a key out after about 2^32 messages, and a busy house seals that
//! many sessions. So each message gets a key of its own, `HMAC-SHA256(key, version | salt)`: two
//! messages only meet when salt and nonce both repeat, which 224 random bits do not.

use crate::{Random, always, hmac_sha256};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf,
};
use base64::{
    Engine,
    engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD},
};
use names::Malformed;
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// The form of a sealed value. Another form gets another number, and both can be opened.
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const TAG_LEN: usize = 16;

/// No text longer than this is decoded. Everything that is handed out sealed is far shorter.
const LONGEST_TEXT: usize = 64 * 1024;

/// HKDF gives at most 255 blocks of a hash from one label.
const LONGEST_DERIVATION: usize = 255 * 32;

/// What was presented was not sealed by this key for this purpose and binding, or was altered.
///
/// One answer for every cause: which of them it was is nobody's business outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed by this key for this use")]
pub struct NotOurs;

/// The one key of a house, from which all others come. It lives outside the data it protects.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// A key from its 32 bytes.
    ///
    /// # Errors
    /// [`Malformed`] for any other number of bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let bytes = bytes.try_into().map_err(|_| Malformed { what: "MasterKey" })?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The form of a key file: standard base64 and a line end.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(STANDARD.encode(self.0.as_slice()));
        text.push('\n');
        text
    }

    /// Reads what [`MasterKey::to_text`] wrote, with any space around it.
    ///
    /// # Errors
    /// [`Malformed`] when it is not the base64 of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        if text.len() != 44 {
            return Err(Malformed { what: "MasterKey" });
        }
        let bytes = STANDARD.decode(text).map_err(|_| Malformed { what: "MasterKey" })?;
        Self::from_bytes(&Zeroizing::new(bytes))
    }

    /// The key that seals for one purpose. Keys of different purposes know nothing of each other.
    #[must_use]
    pub fn sealing(&self, purpose: &str) -> SealingKey {
        let mut key = Zeroizing::new([0; 32]);
        self.expand(&[b"seal", &[0; 8], purpose.as_bytes()], key.as_mut_slice());
        SealingKey(Arc::new(key))
    }

    /// Fills `out` with bytes that only this key and purpose give, the same every time
    /// (HKDF-SHA256). They are independent of what [`MasterKey::sealing`] makes of the same
    /// purpose.
    pub fn derive(&self, purpose: &str, out: &mut [u8]) {
        for (number, part) in (0_u64..).zip(out.chunks_mut(LONGEST_DERIVATION)) {
            self.expand(&[b"derive", &number.to_be_bytes(), purpose.as_bytes()], part);
        }
    }

    fn expand(&self, label: &[&[u8]], out: &mut [u8]) {
        struct Length(usize);
        impl hkdf::KeyType for Length {
            fn len(&self) -> usize {
                self.0
            }
        }
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"poolhouse master key 1");
        let secret = salt.extract(self.0.as_slice());
        let filled =
            secret.expand(label, Length(out.len())).and_then(|material| material.fill(out));
        always(filled, "expanding to at most 255 blocks");
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("MasterKey(…)")
    }
}

/// Seals and opens values for one purpose. A clone is a reference to the same key.
#[derive(Clone)]
pub struct SealingKey(Arc<Zeroizing<[u8; 32]>>);

impl SealingKey {
    /// Seals `plain`. It only opens again with the same key and the same `bound_to`, which is not
    /// part of the result: the pool, the client, whatever it must not be carried over to.
    #[must_use]
    pub fn seal(&self, random: &dyn Random, plain: &[u8], bound_to: &[u8]) -> Vec<u8> {
        let salt: [u8; SALT_LEN] = random.bytes();
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let head = 1 + SALT_LEN + NONCE_LEN;
        let mut sealed = Vec::with_capacity(head + plain.len() + TAG_LEN);
        sealed.push(VERSION);
        sealed.extend_from_slice(&salt);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, body) = sealed.split_at_mut(head);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag =
            self.message_key(&salt).seal_in_place_separate_tag(nonce, Aad::from(bound_to), body);
        let tag = always(tag, "sealing less than 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what [`SealingKey::seal`] gave for the same `bound_to`.
    ///
    /// # Errors
    /// [`NotOurs`] for anything else.
    pub fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
        let (&version, rest) = sealed.split_first().ok_or(NotOurs)?;
        let (salt, rest) = rest.split_first_chunk::<SALT_LEN>().ok_or(NotOurs)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(NotOurs)?;
        if version != VERSION {
            return Err(NotOurs);
        }
        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .message_key(salt)
            .open_in_place(nonce, Aad::from(bound_to), &mut body)
            .map_err(|_| NotOurs)?;
        let length = plain.len();
        body.truncate(length);
        Ok(body)
    }

    /// [`SealingKey::seal`] as base64url without padding, for tokens, sessions and addresses.
    #[must_use]
    pub fn seal_text(&self, random: &dyn Random, plain: &[u8], bound_to: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.seal(random, plain, bound_to))
    }

    /// Opens what [`SealingKey::seal_text`] gave.
    ///
    /// # Errors
    /// [`NotOurs`] for anything else.
    pub fn open_text(&self, text: &str, bound_to: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
        self.open(&decode(&URL_SAFE_NO_PAD, text)?, bound_to)
    }

    /// [`SealingKey::seal`] as standard base64 with padding, for a reader who decodes it as such:
    /// the `SECRET_BLOCK` of SRP.
    #[must_use]
    pub fn seal_standard_text(&self, random: &dyn Random, plain: &[u8], bound_to: &[u8]) -> String {
        STANDARD.encode(self.seal(random, plain, bound_to))
    }

    /// Opens what [`SealingKey::seal_standard_text`] gave.
    ///
    /// # Errors
    /// [`NotOurs`] for anything else.
    pub fn open_standard_text(
        &self,
        text: &str,
        bound_to: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
        self.open(&decode(&STANDARD, text)?, bound_to)
    }

    fn message_key(&self, salt: &[u8; SALT_LEN]) -> LessSafeKey {
        let key = Zeroizing::new(hmac_sha256(self.0.as_slice(), &[&[VERSION], salt]));
        LessSafeKey::new(always(UnboundKey::new(&AES_256_GCM, key.as_slice()), "a key of 32 bytes"))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SealingKey(…)")
    }
}

fn decode(alphabet: &GeneralPurpose, text: &str) -> Result<Vec<u8>, NotOurs> {
    if text.len() > LONGEST_TEXT {
        return Err(NotOurs);
    }
    alphabet.decode(text).map_err(|_| NotOurs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    fn master(seed: u64) -> MasterKey {
        MasterKey::generate(&SeededRandom::new(seed))
    }

    #[test]
    fn what_was_sealed_opens_again() {
        let key = master(1).sealing("session");
        for length in [0, 1, 15, 16, 17, 1000, 70_000] {
            let plain = vec![0x5a; length];
            let sealed = key.seal(&SeededRandom::new(2), &plain, b"pool");
            assert_eq!(sealed.len(), length + 45);
            assert_eq!(key.clone().open(&sealed, b"pool").unwrap().as_slice(), plain);
        }
    }

    #[test]
    fn another_key_purpose_or_binding_refuses() {
        let sealed = master(1).sealing("session").seal(&SeededRandom::new(2), b"plain", b"pool");
        assert_eq!(master(2).sealing("session").open(&sealed, b"pool"), Err(NotOurs));
        assert_eq!(master(1).sealing("sessions").open(&sealed, b"pool"), Err(NotOurs));
        assert_eq!(master(1).sealing("session").open(&sealed, b"poo"), Err(NotOurs));
        assert_eq!(master(1).sealing("session").open(&sealed, b""), Err(NotOurs));
        assert!(master(1).sealing("session").open(&sealed, b"pool").is_ok());
    }

    #[test]
    fn any_changed_bit_and_any_cut_is_refused() {
        let key = master(1).sealing("session");
        let sealed = key.seal(&SeededRandom::new(2), b"plain", b"pool");
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut altered = sealed.clone();
                altered[at] ^= 1 << bit;
                assert_eq!(key.open(&altered, b"pool"), Err(NotOurs), "byte {at}, bit {bit}");
            }
            assert_eq!(key.open(&sealed[..at], b"pool"), Err(NotOurs), "cut at {at}");
        }
        let mut longer = sealed;
        longer.push(0);
        assert_eq!(key.open(&longer, b"pool"), Err(NotOurs));
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let key = master(1).sealing("session");
        let random = SeededRandom::new(2);
        assert_ne!(key.seal(&random, b"plain", b""), key.seal(&random, b"plain", b""));
    }

    #[test]
    fn texts_are_strict() {
        let key = master(1).sealing("session");
        let random = SeededRandom::new(2);
        let url = key.seal_text(&random, b"plain", b"pool");
        let standard = key.seal_standard_text(&random, b"plain", b"pool");
        assert_eq!(key.open_text(&url, b"pool").unwrap().as_slice(), b"plain");
        assert_eq!(key.open_standard_text(&standard, b"pool").unwrap().as_slice(), b"plain");
        for bad in [format!("{url}="), format!(" {url}"), format!("{url}\n"), "é".into()] {
            assert_eq!(key.open_text(&bad, b"pool"), Err(NotOurs), "{bad}");
        }
        assert_eq!(key.open_text(&"A".repeat(LONGEST_TEXT + 4), b"pool"), Err(NotOurs));
    }

    #[test]
    fn a_key_file_is_read_as_it_was_written() {
        let key = master(1);
        let text = key.to_text();
        assert_eq!(text.len(), 45);
        assert_eq!(*MasterKey::parse(&text).unwrap().0, *key.0);
        assert_eq!(*MasterKey::from_bytes(key.0.as_slice()).unwrap().0, *key.0);
        for bad in ["", "AAAA", &text[1..], &text.replace('=', "A"), &"A".repeat(1_000_000)] {
            assert!(MasterKey::parse(bad).is_err());
        }
        assert!(MasterKey::from_bytes(&[0; 31]).is_err());
    }

    #[test]
    fn derivation_depends_on_key_and_purpose_and_has_no_end() {
        let derive = |seed, purpose: &str, length| {
            let mut out = vec![0; length];
            master(seed).derive(purpose, &mut out);
            out
        };
        assert_eq!(derive(1, "salt", 40), derive(1, "salt", 40));
        assert_ne!(derive(1, "salt", 40), derive(2, "salt", 40));
        assert_ne!(derive(1, "salt", 40), derive(1, "salu", 40));
        assert_ne!(derive(1, "session", 32), master(1).sealing("session").0.to_vec());
        let long = derive(1, "salt", 20_000);
        assert_eq!(long[..40], derive(1, "salt", 40));
        assert_ne!(long[..8160], long[8160..16_320]);
        assert_eq!(derive(1, "salt", 0), b"");
    }

    #[test]
    fn keys_are_not_printed() {
        assert_eq!(format!("{:?}", master(1)), "MasterKey(…)");
        assert_eq!(format!("{:?}", master(1).sealing("session")), "SealingKey(…)");
    }
}
