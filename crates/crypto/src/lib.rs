//! How is it proven? SRP, JWT and JWKS, TOTP, passkeys, sealing, randomness, constant time, and the threads for it.
//!
//! Nothing here knows a pool, a user or a protocol. Randomness is a parameter ([`Random`]), so that
//! a test can repeat itself. Secrets cannot be printed, compare in constant time and are wiped when
//! dropped.
//!
//! ```
//! use crypto::{MasterKey, SystemRandom};
//!
//! let key = MasterKey::generate(&SystemRandom).sealing("challenge session");
//! let sealed = key.seal(&SystemRandom, b"a secret", b"pool and client");
//! assert_eq!(key.open(&sealed, b"pool and client")?.as_slice(), b"a secret");
//! assert!(key.open(&sealed, b"another client").is_err());
//! # Ok::<(), crypto::NotOurs>(())
//! ```

mod bignum;
mod certificate;
mod envelope;
mod hash;
pub mod jwt;
mod random;
mod seal;
pub mod srp;
mod totp;
pub mod webauthn;
mod workers;

pub use certificate::self_signed_certificate;
pub use envelope::EnvelopeKey;
pub use hash::{equal, hmac_sha256, secret_hash, sha256};
pub use jwt::{
    BadToken, Jwk, Jwks, Presented, SigningKey, TooLarge, UnusableKey, VerifyingKey, key_id,
};
pub use random::{Random, SeededRandom, SystemRandom};
pub use seal::{MasterKey, NotOurs, SealingKey};
pub use srp::{
    BadPublicValue, Ephemeral, PublicA, PublicB, SessionKey, Verifier, begin, challenge,
    fresh_salt, session_key, shape_salt,
};
pub use totp::TotpSecret;
pub use workers::{Unserved, Workers};

/// For an answer that a library only gives when one of our own constants is wrong or memory has run
/// out. There is nothing a caller could do about either, so it is not a `Result` of ours.
#[expect(clippy::panic, reason = "a broken constant or exhausted memory, not an input")]
#[track_caller]
fn always<T, E>(outcome: Result<T, E>, what: &str) -> T {
    match outcome {
        Ok(value) => value,
        Err(_) => panic!("{what} cannot fail, and did"),
    }
}
