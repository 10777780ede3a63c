//! What does the other side of the exchange do?
//!
//! Nothing of the house needs this at run time. It is what tests, benchmarks and command-line
//! clients sign in with, written from the client's formulas rather than the server's.

use super::{
    BadPublicValue, GROUP, LONGEST_HEX, PublicA, PublicB, SessionKey, password_exponent, reduced,
    scrambler,
};
use crate::{
    Random,
    bignum::{Number, Scratch},
};
use names::Password;
use std::fmt;
use zeroize::Zeroizing;

/// A client in the middle of a sign-in: its secret exponent `a`, and `A = g ^ a`.
pub struct Client {
    a: Zeroizing<[u8; 32]>,
    public: PublicA,
}

impl Client {
    /// Begins with a new exponent.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        Self::with_exponent(random.bytes())
    }

    /// Begins with a given exponent.
    #[must_use]
    pub fn with_exponent(a: [u8; 32]) -> Self {
        let public = PublicA::from_number(&GROUP.power_of_g(&a));
        Self { a: Zeroizing::new(a), public }
    }

    /// What to send as `SRP_A`.
    #[must_use]
    pub fn public_a(&self) -> &PublicA {
        &self.public
    }

    /// The key to sign the answer with, from the `SALT` and `SRP_B` of the challenge:
    /// `S = (B - k * g^x) ^ (a + u * x)`.
    ///
    /// # Errors
    /// [`BadPublicValue`] when the server sent something that cannot be one.
    pub fn session_key(
        &self,
        realm: &str,
        name: &str,
        password: &Password,
        salt_hex: &str,
        b_hex: &str,
    ) -> Result<SessionKey, BadPublicValue> {
        if salt_hex.len() > LONGEST_HEX {
            return Err(BadPublicValue);
        }
        let salt = super::number_bytes(salt_hex)?;
        let b = PublicB::parse(b_hex)?;
        let u = scrambler(&self.public, &b)?;
        let shared = self.shared_secret(&u, &b, &password_exponent(realm, name, password, &salt));
        Ok(SessionKey::from_shared(&u, &shared))
    }

    pub(super) fn shared_secret(&self, u: &[u8; 32], b: &PublicB, x: &[u8; 32]) -> Number {
        let modulus = &GROUP.modulus;
        let mut scratch = Scratch::new();
        // k * v the long way round, as a check on the server's short one.
        let k = modulus.to_montgomery(&reduced(&GROUP.k), &mut scratch);
        let g_to_x = modulus.power(&reduced(&[super::G]), &Number::from_bytes(x), &mut scratch);
        let kv = modulus.multiply(&k, &g_to_x, &mut scratch);
        let base = modulus.subtract(&Number::from_bytes(&b.bytes), &kv);
        let (u, x) = (Number::from_bytes(u), Number::from_bytes(x));
        let exponent = Number::from_bytes(self.a.as_slice()).plus_product(&u, &x, &mut scratch);
        modulus.power(&base, &exponent, &mut scratch)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("public", &self.public).finish_non_exhaustive()
    }
}
