//! How does somebody prove a password without sending it?
//!
//! SRP-6a as Cognito's clients speak it: the 3072-bit group of RFC 5054 with the generator 2,
//! SHA-256, and numbers hashed in the form that Java's `BigInteger.toByteArray` gives (a zero byte
//! in front when the top bit is set) instead of RFC 5054's padding.
//!
//! A proof is made over two texts that say who it is for. In a user's sign-in the *realm* is the
//! pool's name and the *name* is `USER_ID_FOR_SRP`; in a device's, the device group key and the
//! device key. Everything else is the same for both.
//!
//! ```
//! use crypto::{SystemRandom, srp};
//! use names::Password;
//!
//! let password = Password::parse("Correct-Horse7!")?;
//! let verifier =
//!     srp::Verifier::derive("Ab1Cd2Ef3", "alice", &password, srp::fresh_salt(&SystemRandom));
//!
//! let client = srp::client::Client::new(&SystemRandom);
//! let a = srp::PublicA::parse(&client.public_a().to_hex())?;
//! let (b, public_b) = srp::begin(&verifier, &SystemRandom);
//!
//! let theirs = client.session_key(
//!     "Ab1Cd2Ef3", "alice", &password, &verifier.salt_hex(), &public_b.to_hex(),
//! )?;
//! let proof = theirs.sign("Ab1Cd2Ef3", "alice", b"block", "Tue May 7 00:09:40 UTC 2024");
//!
//! let ours = srp::session_key(&a, &b, &public_b, &verifier)?;
//! assert!(ours.verifies("Ab1Cd2Ef3", "alice", b"block", "Tue May 7 00:09:40 UTC 2024", &proof));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod client;

use crate::{
    Random,
    bignum::{BYTES, FixedBase, Modulus, Number, Scratch},
    equal,
    hash::sha256_of,
    hmac_sha256,
};
use names::{Malformed, Password};
use std::{fmt, sync::LazyLock};
use zeroize::Zeroizing;

/// No public value with more hexadecimal digits is looked at. The group's own have 768.
const LONGEST_HEX: usize = 1024;
const SALT_LEN: usize = 16;
const VERIFIER_LEN: usize = SALT_LEN + BYTES;

/// The prime of RFC 3526, 5 (group 15), which is the 3072-bit one of RFC 5054.
const N: &str = "\
    ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74\
    020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437\
    4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
    ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05\
    98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb\
    9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b\
    e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718\
    3995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33\
    a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7\
    abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864\
    d87602733ec86a64521f2b18177b200cbbe117577a615d6c770988c0bad946e2\
    08e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff";
const G: u8 = 2;

static GROUP: LazyLock<Group> = LazyLock::new(Group::new);

struct Group {
    modulus: Modulus,
    /// The powers of g.
    generator: FixedBase,
    /// `k = H(N | g)`.
    k: [u8; 32],
    /// `k` in Montgomery form, so that its product with a plain number is a plain number.
    k_montgomery: Number,
}

impl Group {
    fn new() -> Self {
        let mut prime = [0; BYTES];
        crate::always(hex::decode_to_slice(N, &mut prime), "decoding the prime");
        let modulus = Modulus::new(&prime);
        let generator = FixedBase::new(&modulus, &reduced(&[G]));
        let k = sha256_of(&[&[0], &prime, &[G]]);
        let k_montgomery = modulus.to_montgomery(&reduced(&k), &mut Scratch::new());
        Self { modulus, generator, k, k_montgomery }
    }

    fn power_of_g(&self, exponent: &[u8; 32]) -> Number {
        self.generator.power(&self.modulus, exponent)
    }

    /// `k * v`, for a plain `v`.
    fn times_k(&self, v: &Number, scratch: &mut Scratch) -> Number {
        self.modulus.multiply(&self.k_montgomery, v, scratch)
    }
}

/// A public value that no honest peer sends: no hexadecimal number, too long, or a multiple of N.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a usable SRP value")]
pub struct BadPublicValue;

/// A new salt, in the shape of [`shape_salt`].
#[must_use]
pub fn fresh_salt(random: &dyn Random) -> [u8; 16] {
    shape_salt(random.bytes())
}

/// Makes a salt out of any 16 bytes.
///
/// A salt travels as a hexadecimal number, and libraries differ in what they make of leading zeros
/// and of a leading digit above 7. The first byte is therefore brought into `10..=7f`, where all
/// agree. A salt made up for a name that does not exist must come through here too, or its shape
/// would tell.
#[must_use]
pub fn shape_salt(mut salt: [u8; 16]) -> [u8; 16] {
    let [top, ..] = &mut salt;
    *top &= 0x7f;
    if *top < 0x10 {
        *top |= 0x10;
    }
    salt
}

/// What is kept of a password: a salt, and `v = g ^ H(salt | H(realm name : password))`.
///
/// Whoever has it can try passwords at leisure and can play the server, so it is a secret, to be
/// sealed at rest.
#[derive(Clone)]
pub struct Verifier {
    salt: [u8; SALT_LEN],
    // INVARIANT: above zero and below N.
    v: Zeroizing<[u8; BYTES]>,
}

impl Verifier {
    /// Computes what to keep of a password.
    #[must_use]
    pub fn derive(realm: &str, name: &str, password: &Password, salt: [u8; 16]) -> Self {
        let x = password_exponent(realm, name, password, &salt);
        Self { salt, v: GROUP.power_of_g(&x).to_bytes() }
    }

    /// A verifier that a device has computed for a secret of its own, from its salt and `v` in the
    /// big-endian bytes that clients send, with or without zeros in front.
    ///
    /// # Errors
    /// [`BadPublicValue`] when the salt has more than 16 bytes, or `v` is zero or not below N.
    pub fn from_device(salt: &[u8], v: &[u8]) -> Result<Self, BadPublicValue> {
        Ok(Self { salt: widened(salt)?, v: Zeroizing::new(element(v)?) })
    }

    /// A verifier that no password has, made of noise: what to show for a name that does not exist.
    ///
    /// The noise must be the same whenever the same name is asked for, and unknown outside
    /// ([`MasterKey::derive`](crate::MasterKey::derive)): the salt is shown, and one that changes
    /// would tell. It costs no power of a number, as reading a kept verifier costs none.
    #[must_use]
    pub fn decoy(noise: &[u8; 400]) -> Self {
        let mut salt = [0; SALT_LEN];
        let mut v = Zeroizing::new([0; BYTES]);
        for (to, from) in salt.iter_mut().chain(v.iter_mut()).zip(noise) {
            *to = *from;
        }
        // N begins with 64 set bits, so a number that begins with 01 is in range.
        let [top, ..] = &mut *v;
        *top = *top & 0x3f | 0x40;
        Self { salt: shape_salt(salt), v }
    }

    /// Whether this is the verifier of that password. Constant-time.
    #[must_use]
    pub fn matches(&self, realm: &str, name: &str, password: &Password) -> bool {
        equal(Self::derive(realm, name, password, self.salt).v.as_slice(), self.v.as_slice())
    }

    /// The salt as the client wants it: hexadecimal, lower case, whole bytes, no zero byte in
    /// front.
    #[must_use]
    pub fn salt_hex(&self) -> String {
        hex::encode(significant(&self.salt))
    }

    /// The form to seal and keep: the salt, then `v`, 400 bytes in all.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(VERIFIER_LEN));
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(self.v.as_slice());
        bytes
    }

    /// Reads what [`Verifier::to_bytes`] gave.
    ///
    /// # Errors
    /// [`Malformed`] for any other length, or a `v` out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let malformed = Malformed { what: "Verifier" };
        let (salt, v) = bytes.split_first_chunk::<SALT_LEN>().ok_or(malformed)?;
        if v.len() != BYTES {
            return Err(malformed);
        }
        Ok(Self { salt: *salt, v: Zeroizing::new(element(v).map_err(|_| malformed)?) })
    }

    fn number(&self) -> Number {
        Number::from_bytes(self.v.as_slice())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Verifier(…)")
    }
}

/// The client's public value `A`, as it was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicA {
    // INVARIANT: no zero in front, and not a multiple of N. It may be above N: it is hashed as it
    // was sent.
    bytes: Vec<u8>,
}

impl PublicA {
    /// Reads hexadecimal digits of any case and number, at most 1,024. The length is looked at
    /// before anything else is.
    ///
    /// # Errors
    /// [`BadPublicValue`] for anything else, and for a multiple of N: it would make the shared
    /// secret zero whatever the password is.
    pub fn parse(hex: &str) -> Result<Self, BadPublicValue> {
        let bytes = number_bytes(hex)?;
        let modulus = &GROUP.modulus;
        if modulus.reduce(&Number::from_bytes(&bytes), &mut Scratch::new()).is_zero() {
            return Err(BadPublicValue);
        }
        Ok(Self { bytes })
    }

    /// The number in lower case and whole bytes.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(&self.bytes)
    }

    fn from_number(number: &Number) -> Self {
        Self { bytes: significant(number.to_bytes().as_slice()).to_vec() }
    }
}

impl fmt::Debug for PublicA {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicA({} bytes)", self.bytes.len())
    }
}

/// The server's secret exponent `b` of one exchange. 256 bits: twice the group's strength, and a
/// twelfth of the time that an exponent as long as the prime would take.
#[derive(Clone)]
pub struct Ephemeral(Zeroizing<[u8; 32]>);

impl Ephemeral {
    /// A new exponent. Usually [`begin`] takes one.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// Reads what [`Ephemeral::to_bytes`] gave.
    ///
    /// # Errors
    /// [`Malformed`] for any other number of bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let bytes = bytes.try_into().map_err(|_| Malformed { what: "Ephemeral" })?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

impl fmt::Debug for Ephemeral {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Ephemeral(…)")
    }
}

/// The server's public value `B`.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicB {
    // INVARIANT: above zero and below N.
    bytes: [u8; BYTES],
}

impl PublicB {
    /// The number in lower case and whole bytes, without a zero byte in front.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(significant(&self.bytes))
    }

    /// Reads hexadecimal digits.
    ///
    /// # Errors
    /// [`BadPublicValue`] for anything else, for more than 1,024 digits, zero, and numbers not
    /// below N.
    pub fn parse(hex: &str) -> Result<Self, BadPublicValue> {
        Ok(Self { bytes: element(&number_bytes(hex)?)? })
    }
}

impl fmt::Debug for PublicB {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PublicB(384 bytes)")
    }
}

/// Begins an exchange: `b`, to be sealed until the answer comes, and `B`, to be sent.
///
/// `B` travels as a hexadecimal number, and libraries differ in what they make of zeros in front.
/// An exponent whose `B` would begin with the digit zero, one in sixteen, is thrown away.
#[must_use]
pub fn begin(verifier: &Verifier, random: &dyn Random) -> (Ephemeral, PublicB) {
    loop {
        let b = Ephemeral::generate(random);
        let public_b = challenge(verifier, &b);
        let [top, ..] = public_b.bytes;
        if top >= 0x10 {
            return (b, public_b);
        }
    }
}

/// `B = k * v + g ^ b`. [`begin`] makes sure that every client can read it.
#[must_use]
pub fn challenge(verifier: &Verifier, b: &Ephemeral) -> PublicB {
    let kv = GROUP.times_k(&verifier.number(), &mut Scratch::new());
    let public_b = GROUP.modulus.add(&kv, &GROUP.power_of_g(&b.0));
    PublicB { bytes: *public_b.to_bytes() }
}

/// The key that a client who knows the password has as well: from `S = (A * v ^ u) ^ b`.
///
/// # Errors
/// [`BadPublicValue`] when `u`, the hash of `A` and `B`, is zero: then `S` would not depend on the
/// password.
pub fn session_key(
    a: &PublicA,
    b: &Ephemeral,
    public_b: &PublicB,
    verifier: &Verifier,
) -> Result<SessionKey, BadPublicValue> {
    let u = scrambler(a, public_b)?;
    Ok(SessionKey::from_shared(&u, &shared_secret(a, b, &u, verifier)))
}

fn shared_secret(a: &PublicA, b: &Ephemeral, u: &[u8; 32], verifier: &Verifier) -> Number {
    let modulus = &GROUP.modulus;
    let mut scratch = Scratch::new();
    let a = modulus.reduce(&Number::from_bytes(&a.bytes), &mut scratch);
    // Both values under `u` are public, so its bits may show in the time; those of `b` may not.
    let v_to_u = modulus.power_of_public(&verifier.number(), &Number::from_bytes(u), &mut scratch);
    let v_to_u = modulus.to_montgomery(&v_to_u, &mut scratch);
    let base = modulus.multiply(&v_to_u, &a, &mut scratch);
    modulus.power(&base, &Number::from_bytes(b.0.as_slice()), &mut scratch)
}

/// One power of a 3072-bit number with a secret exponent of 256 bits, without any table: the unit
/// that benchmarks measure an exchange in.
#[must_use]
pub fn plain_power(base: &PublicB, exponent: &Ephemeral) -> PublicB {
    let exponent = Number::from_bytes(exponent.0.as_slice());
    let power =
        GROUP.modulus.power(&Number::from_bytes(&base.bytes), &exponent, &mut Scratch::new());
    PublicB { bytes: *power.to_bytes() }
}

/// The key that both sides share, with which the client signs its answer.
pub struct SessionKey(Zeroizing<[u8; 16]>);

impl SessionKey {
    fn from_shared(u: &[u8; 32], shared: &Number) -> Self {
        let shared = shared.to_bytes();
        let extracted =
            Zeroizing::new(hmac_sha256(&signed(u).concat(), &signed(shared.as_slice())));
        let label: [&[u8]; 2] = [b"Caldera Derived Key", &[1]];
        let expanded = Zeroizing::new(hmac_sha256(extracted.as_slice(), &label));
        let mut key = Zeroizing::new([0; 16]);
        key.copy_from_slice(expanded.split_at(16).0);
        Self(key)
    }

    /// What a client signs to answer a challenge: for whom, the opaque block it was given
    /// (decoded), and when.
    #[must_use]
    pub fn sign(&self, realm: &str, name: &str, secret_block: &[u8], timestamp: &str) -> [u8; 32] {
        let message = [realm.as_bytes(), name.as_bytes(), secret_block, timestamp.as_bytes()];
        hmac_sha256(self.0.as_slice(), &message)
    }

    /// Whether `signature` is [`SessionKey::sign`] of the rest. Constant-time.
    #[must_use]
    pub fn verifies(
        &self,
        realm: &str,
        name: &str,
        secret_block: &[u8],
        timestamp: &str,
        signature: &[u8],
    ) -> bool {
        equal(&self.sign(realm, name, secret_block, timestamp), signature)
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SessionKey(…)")
    }
}

/// `x = H(salt | H(realm name : password))`.
fn password_exponent(
    realm: &str,
    name: &str,
    password: &Password,
    salt: &[u8],
) -> Zeroizing<[u8; 32]> {
    let identity = [realm.as_bytes(), name.as_bytes(), b":", password.reveal().as_bytes()];
    let identity = Zeroizing::new(sha256_of(&identity));
    let [sign, salt] = signed(salt);
    Zeroizing::new(sha256_of(&[sign, salt, identity.as_slice()]))
}

/// `u = H(A | B)`, which must not be zero.
fn scrambler(a: &PublicA, b: &PublicB) -> Result<[u8; 32], BadPublicValue> {
    let ([a_sign, a], [b_sign, b]) = (signed(&a.bytes), signed(&b.bytes));
    let u = sha256_of(&[a_sign, a, b_sign, b]);
    if u == [0; 32] { Err(BadPublicValue) } else { Ok(u) }
}

/// A number in the form of a signed one: no zeros in front but one, and that one if the top bit is
/// set. In two parts, the sign and the rest.
fn signed(number: &[u8]) -> [&[u8]; 2] {
    match significant(number) {
        [] => [&[0], &[]],
        rest @ [0x80..=0xff, ..] => [&[0], rest],
        rest => [&[], rest],
    }
}

/// The bytes after the zeros in front. How many there are shows in the time: the protocol hashes
/// numbers without them, so for the shared secret no implementation can hide it.
fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.split_at(zeros).1
}

/// The bytes of a hexadecimal number of any case and number of digits, without zeros in front.
fn number_bytes(text: &str) -> Result<Vec<u8>, BadPublicValue> {
    if text.is_empty() || text.len() > LONGEST_HEX {
        return Err(BadPublicValue);
    }
    let even = if text.len().is_multiple_of(2) { text } else { &format!("0{text}") };
    let bytes = hex::decode(even).map_err(|_| BadPublicValue)?;
    Ok(significant(&bytes).to_vec())
}

/// The number with zeros in front of it up to `LEN` bytes.
fn widened<const LEN: usize>(number: &[u8]) -> Result<[u8; LEN], BadPublicValue> {
    let number = significant(number);
    let zeros = LEN.checked_sub(number.len()).ok_or(BadPublicValue)?;
    let mut wide = [0; LEN];
    wide.split_at_mut(zeros).1.copy_from_slice(number);
    Ok(wide)
}

/// The number at its full width if it is above zero and below N.
fn element(number: &[u8]) -> Result<[u8; BYTES], BadPublicValue> {
    let wide = widened(number)?;
    let number = Number::from_bytes(&wide);
    let fits = !number.is_zero() && number.is_below(GROUP.modulus.number());
    fits.then_some(wide).ok_or(BadPublicValue)
}

/// A small number at the full width.
fn reduced(number: &[u8]) -> Number {
    let wide: Result<[u8; BYTES], _> = widened(number);
    Number::from_bytes(&crate::always(wide, "widening a small number"))
}

#[cfg(test)]
mod tests {
    use super::{client::Client, *};
    use crate::{SeededRandom, sha256};
    use base64::{Engine, engine::general_purpose::STANDARD};

    const POOL: &str = "Ab1Cd2Ef3";
    const TIMESTAMP: &str = "Tue May 7 00:09:40 UTC 2024";

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    /// The form in which the published vector gives a big number: the first 32 digits, and the
    /// digest of all of them.
    fn brief(number: &[u8]) -> String {
        let hex = hex::encode(significant(number));
        format!("{} / {}", &hex[..32], hex::encode(sha256(hex.as_bytes())))
    }

    #[test]
    fn every_value_of_the_vector_comes_out() {
        let salt = 0x7fc0_ffee_0011_2233_4455_6677_8899_aabb_u128.to_be_bytes();
        let secret = password("Correct-Horse7!");
        assert_eq!(
            hex::encode(GROUP.k),
            "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
        );

        let client = Client::with_exponent([0x11; 32]);
        let a = PublicA::parse(&client.public_a().to_hex()).unwrap();
        assert_eq!(
            brief(&a.bytes),
            "f2c4e7407ccfac452a7c7e1034e8388b / \
             99f14375d9cdbb6a94ee1804aa89f307dd0cdc5c3a8002a9d24a1012a9d5e1a1"
        );

        let x = password_exponent(POOL, "alice", &secret, &salt);
        assert_eq!(
            hex::encode(*x),
            "e406c1b9d0e95d4ad6400afffd21f583f9a04cca0ac4979afd6561fa34acf1d0"
        );
        let verifier = Verifier::derive(POOL, "alice", &secret, salt);
        assert_eq!(
            brief(verifier.v.as_slice()),
            "b64e5d567bcd4deb20708f8ce13826ee / \
             cde31caea9404d371a0f698de410253c7d855dd56b677fd98b97f1cacf21ae7d"
        );

        let b = Ephemeral::from_bytes(&[0x22; 32]).unwrap();
        let public_b = challenge(&verifier, &b);
        assert_eq!(
            brief(&public_b.bytes),
            "8bef3720bba76e7224635984916efec5 / \
             c0367e7c31d9b4359130b462f2139f328febf3397e7f8eda5ded336188c8b9af"
        );

        let u = scrambler(&a, &public_b).unwrap();
        assert_eq!(
            hex::encode(u),
            "d1d17b60f8050e4d259e10de11e85f8cbe94d5b7f46138e61d87789130ff3878"
        );
        let shared = shared_secret(&a, &b, &u, &verifier).to_bytes();
        assert_eq!(
            brief(shared.as_slice()),
            "bbb4e744d01f21e339713574868a3695 / \
             f6f067abcc72e2b4944c84815f01901ebea00e352ab857663287d068a3332255"
        );
        assert_eq!(*client.shared_secret(&u, &public_b, &x).to_bytes(), *shared);

        let key = session_key(&a, &b, &public_b, &verifier).unwrap();
        assert_eq!(hex::encode(*key.0), "bb249c33283454e8398b7c905311599f");
        let block = STANDARD.decode("cG9vbGhvdXNlLXNlY3JldC1ibG9jaw==").unwrap();
        let signature = key.sign(POOL, "alice", &block, TIMESTAMP);
        let expected = "WNxYse8pZinSIRAOq6n7y2lRqHCDRZymzfffvn7usRo=";
        assert_eq!(STANDARD.encode(signature), expected);
        assert!(key.verifies(POOL, "alice", &block, TIMESTAMP, &signature));
    }

    /// Each value of the exchange once at an awkward width. Calculated with another implementation;
    /// both sides here share the code that hashes numbers, so their agreeing would show nothing.
    #[test]
    fn values_of_every_width_are_hashed_as_other_implementations_hash_them() {
        const SALT: u128 = 0x7fc0_ffee_0011_2233_4455_6677_8899_aabb;
        let exponent = |small: u16| {
            let mut bytes = [0; 32];
            bytes[30..].copy_from_slice(&small.to_be_bytes());
            bytes
        };
        let b_plus = |more: u16| {
            let mut bytes = [0x22; 32];
            bytes[30..].copy_from_slice(&(0x2222 + more).to_be_bytes());
            bytes
        };
        let secret = password("Correct-Horse7!");
        for (what, salt, a, b, signature) in [
            (
                "S 3068 bits",
                SALT,
                [0x11; 32],
                b_plus(16),
                "jIIth3IiNDGurAWVJfMKXgMeChfsUjmX+Lhrh3z43Pw=",
            ),
            (
                "S 383 bytes",
                SALT,
                [0x11; 32],
                b_plus(305),
                "VFQe0wWs0LcSNtS9coib1Y1VZppq1ieIj5K2G6uidjU=",
            ),
            (
                "u 252 bits",
                SALT,
                [0x11; 32],
                b_plus(17),
                "asx6BCOVs/oojo2RBqa1vAI1xPmAL7rlZnVRImcIHpw=",
            ),
            (
                "u 31 bytes",
                SALT,
                [0x11; 32],
                b_plus(199),
                "dmXN4zec+3zJullfuA3eR0EphIimpfS5EHPnpPL5rP0=",
            ),
            (
                "B 383 bytes",
                SALT,
                [0x11; 32],
                b_plus(154),
                "zGLBvoh2P9j8U6lJmoHf0yt4YEWUyrnSH6C8Ue5jPGM=",
            ),
            (
                "A 2^7",
                SALT,
                exponent(7),
                [0x22; 32],
                "HL7mi/OCURHC7q5vPz0ONOW+ukaQfRhkhdEmCgULli4=",
            ),
            (
                "A 2^8",
                SALT,
                exponent(8),
                [0x22; 32],
                "q1vR/3ADkaQ+tGCGsVtEXH36RHsyVYygedEB5gekWR8=",
            ),
            (
                "A 2^15",
                SALT,
                exponent(15),
                [0x22; 32],
                "78zD+gD5Bk8USutBZhQv+ldJKbFJnauZUS4Ug6usnyg=",
            ),
            (
                "A 2^3071",
                SALT,
                exponent(3071),
                [0x22; 32],
                "jDq/a5sEEDJbEoTOU4INmZfIpreqJ0vdW+QUZcGOKpk=",
            ),
            (
                "salt 9f…",
                SALT + (0x20 << 120),
                [0x11; 32],
                [0x22; 32],
                "vPm6EfoOlZsufCaI0Agnfzq10QL3AjDCA9+AfOpFAiQ=",
            ),
            (
                "salt 00c0…",
                SALT - (0x7f << 120),
                [0x11; 32],
                [0x22; 32],
                "8S7xj+XyUWL51dUrYZRf7L7XUFQKnrw/IQ/7M5wVK2E=",
            ),
            (
                "salt 0f…",
                SALT - (0x70 << 120),
                [0x11; 32],
                [0x22; 32],
                "qEFOJ/cuW7/4ZasgewUGc6xQoE92t81VjD70K8vU/Jw=",
            ),
            (
                "salt 9 bytes",
                SALT << 64 >> 64,
                [0x11; 32],
                [0x22; 32],
                "b5+G3qqUCNBrPP8YdXMfV5ACJB+zNjF9PgciHnrk7Vo=",
            ),
        ] {
            let verifier = Verifier::derive(POOL, "alice", &secret, salt.to_be_bytes());
            let client = Client::with_exponent(a);
            let b = Ephemeral::from_bytes(&b).unwrap();
            let public_b = challenge(&verifier, &b);
            let ours = session_key(client.public_a(), &b, &public_b, &verifier).unwrap();
            let (salt, public) = (verifier.salt_hex(), public_b.to_hex());
            let theirs = client.session_key(POOL, "alice", &secret, &salt, &public).unwrap();
            for key in [ours, theirs] {
                let sign = key.sign(POOL, "alice", b"poolhouse-secret-block", TIMESTAMP);
                assert_eq!(STANDARD.encode(sign), signature, "{what}");
            }
        }
    }

    #[test]
    fn the_table_gives_the_powers_that_the_library_gives() {
        let mut scratch = Scratch::new();
        let random: &dyn Random = &SeededRandom::new(3);
        let mut exponents = vec![[0; 32], [0xff; 32], [0x0f; 32], [0xf0; 32]];
        exponents.extend((0..256).step_by(5).map(|bit| {
            let mut exponent = [0; 32];
            exponent[bit / 8] = 1 << (bit % 8);
            exponent
        }));
        exponents.extend((0..50).map(|_| random.bytes()));
        for exponent in exponents {
            let fast = GROUP.power_of_g(&exponent).to_bytes();
            let number = Number::from_bytes(&exponent);
            let slow = GROUP.modulus.power(&reduced(&[G]), &number, &mut scratch).to_bytes();
            let public = GROUP.modulus.power_of_public(&reduced(&[G]), &number, &mut scratch);
            assert_eq!(hex::encode(*fast), hex::encode(*slow), "{}", hex::encode(exponent));
            assert_eq!(*public.to_bytes(), *slow);
        }
    }

    #[test]
    fn numbers_are_hashed_as_java_writes_them() {
        let whole = |number: &[u8]| signed(number).concat();
        assert_eq!(whole(&[]), [0]);
        assert_eq!(whole(&[0, 0]), [0]);
        assert_eq!(whole(&[0, 0, 0x7f, 0]), [0x7f, 0]);
        assert_eq!(whole(&[0x80]), [0, 0x80]);
        assert_eq!(whole(&[0, 0xff, 1]), [0, 0xff, 1]);
    }

    #[test]
    fn salts_are_read_alike_by_every_client() {
        for top in 0..=255 {
            let mut salt = [0; 16];
            salt[0] = top;
            assert!((0x10..=0x7f).contains(&shape_salt(salt)[0]));
        }
        let random = SeededRandom::new(4);
        assert_ne!(fresh_salt(&random), fresh_salt(&random));
    }

    #[test]
    fn a_challenge_never_begins_with_a_zero() {
        let secret = password("Correct-Horse7!");
        let verifier = Verifier::derive(POOL, "alice", &secret, [0x20; 16]);
        let random = SeededRandom::new(5);
        for _ in 0..100 {
            let (b, public_b) = begin(&verifier, &random);
            assert_eq!(public_b.to_hex().len(), 768);
            assert!(!public_b.to_hex().starts_with('0'));
            assert_eq!(challenge(&verifier, &b), public_b);
        }
    }

    #[test]
    fn a_decoy_looks_like_a_verifier_and_proves_nothing() {
        let mut noise = [0xff; 400];
        let decoy = Verifier::decoy(&noise);
        assert_eq!(decoy.salt_hex(), Verifier::decoy(&noise).salt_hex());
        assert_eq!(decoy.salt_hex().len(), 32);
        assert!(Verifier::from_bytes(&decoy.to_bytes()).is_ok());
        assert!(!decoy.matches(POOL, "alice", &password("Correct-Horse7!")));
        noise.fill(0);
        assert!(Verifier::from_bytes(&Verifier::decoy(&noise).to_bytes()).is_ok());
        assert_eq!(begin(&decoy, &SeededRandom::new(6)).1.to_hex().len(), 768);
    }

    #[test]
    fn a_kept_verifier_must_be_in_range() {
        let secret = password("Correct-Horse7!");
        let bytes = Verifier::derive(POOL, "alice", &secret, [0x20; 16]).to_bytes();
        assert!(Verifier::from_bytes(&bytes).unwrap().matches(POOL, "alice", &secret));
        assert!(Verifier::from_bytes(&bytes[1..]).is_err());
        assert!(Verifier::from_bytes(&[]).is_err());
        assert!(Verifier::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(Verifier::from_bytes(&[0; VERIFIER_LEN]).is_err());
        assert!(Verifier::from_bytes(&[0xff; VERIFIER_LEN]).is_err());
        let prime = hex::decode(N).unwrap();
        assert!(Verifier::from_bytes(&[&[1; 16], prime.as_slice()].concat()).is_err());
    }
}
