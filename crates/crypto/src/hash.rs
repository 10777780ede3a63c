//! Which digests, and how are they compared?

use crate::always;
use aws_lc_rs::{
    digest::{self, SHA256},
    hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use names::{ClientId, ClientSecret, SecretHash};
use subtle::ConstantTimeEq;

/// SHA-256 of `message`.
#[must_use]
pub fn sha256(message: &[u8]) -> [u8; 32] {
    sha256_of(&[message])
}

/// SHA-256 over the parts of a message, one after the other.
pub(crate) fn sha256_of(message: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&SHA256);
    for part in message {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// HMAC-SHA256 over the parts of `message`, one after the other.
///
/// Nothing marks where one part ends, so either all parts but one have a fixed length, or the
/// caller writes the lengths down.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in message {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// Whether both are the same, in a time that depends on their lengths only.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// The `SECRET_HASH` a client with a secret sends beside a user name:
/// `Base64(HMAC-SHA256(secret, username + client id))`.
///
/// [`SecretHash`] compares in constant time.
#[must_use]
pub fn secret_hash(secret: &ClientSecret, username: &str, client: &ClientId) -> SecretHash {
    let message = [username.as_bytes(), client.as_str().as_bytes()];
    let hash = hmac_sha256(secret.reveal().as_bytes(), &message);
    always(SecretHash::parse(STANDARD.encode(hash)), "a base64 text as a secret hash")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_gives_the_digest_of_fips_180() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(sha256(b"abc")), expected);
    }

    #[test]
    fn hmac_gives_the_code_of_rfc_4231_however_the_message_is_cut() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let whole = hmac_sha256(b"Jefe", &[b"what do ya want for nothing?"]);
        let parts = hmac_sha256(b"Jefe", &[b"what do ya ", b"", b"want for nothing?"]);
        assert_eq!(hex::encode(whole), expected);
        assert_eq!(parts, whole);
    }

    #[test]
    fn a_secret_hash_is_the_one_that_aws_clients_compute() {
        // The secret of the published vector is one character shorter than a `ClientSecret` may be,
        // so this is checked one level below the type; the next test ties the two together.
        let hash = hmac_sha256(b"abcdef01234567890secret", &[b"alice", b"1example23456789"]);
        assert_eq!(STANDARD.encode(hash), "CXml5uNaA/Ixz+fFsh57/0lrkWI6mBpDGbU18kJV1R8=");
    }

    #[test]
    fn a_secret_hash_binds_the_user_and_the_client() {
        let secret = ClientSecret::parse("abcdef0123456789abcdef0123456789").unwrap();
        let client = ClientId::parse("1example23456789").unwrap();
        let other = ClientId::parse("2example23456789").unwrap();
        let hash = secret_hash(&secret, "alice", &client);
        let bytes = hmac_sha256(secret.reveal().as_bytes(), &[b"alice1example23456789"]);
        assert_eq!(hash.reveal(), STANDARD.encode(bytes));
        assert_ne!(hash, secret_hash(&secret, "alicf", &client));
        assert_ne!(hash, secret_hash(&secret, "alice", &other));
    }

    #[test]
    fn equal_compares_every_byte_and_the_length() {
        assert!(equal(b"", b"") && equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd") && !equal(b"abc", b"ab") && !equal(b"", b"a"));
    }
}
