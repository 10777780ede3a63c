//! How is a token signed, and how is a presented one believed?
//!
//! Only RS256 in compact form (RFC 7515), with keys that stay loaded. The key decides the
//! algorithm; a header that names another one is refused before any key is looked at, and keys or
//! addresses that a header brings along are never read. The claims can only be had from
//! [`Presented::verify`].

use crate::{Random, always};
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeySize, PublicKeyComponents},
    signature::{
        KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use names::{Malformed, Token};
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};
use std::fmt;
use zeroize::Zeroizing;

/// No token longer than this is parsed.
pub const LONGEST_TOKEN: usize = 16 * 1024;
const LONGEST_KEY_ID: usize = 128;

/// A new key id in the form that Cognito uses: standard base64 of 32 random bytes, 44 characters.
#[must_use]
pub fn key_id(random: &dyn Random) -> String {
    STANDARD.encode(random.bytes::<32>())
}

/// The claims are too large for a token: the whole text would be longer than a [`Token`] may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claims are too large for a token")]
pub struct TooLarge;

/// A private RSA key that signs tokens, with the header it signs them under.
pub struct SigningKey {
    key: RsaKeyPair,
    kid: String,
    /// The first segment of every token and its dot.
    header: String,
}

impl SigningKey {
    /// A new RSA-2048 key in PKCS #8, to be sealed and kept. It takes between 20 and 300 ms, and
    /// the randomness is aws-lc's own.
    #[must_use]
    pub fn generate() -> Zeroizing<Vec<u8>> {
        let key = always(RsaKeyPair::generate(KeySize::Rsa2048), "generating an RSA key");
        Zeroizing::new(always(key.as_der(), "encoding an RSA key").as_ref().to_vec())
    }

    /// Loads a key that [`SigningKey::generate`] gave.
    ///
    /// # Errors
    /// [`Malformed`] when it is no RSA key of at least 2048 bits in PKCS #8, or the id is empty or
    /// longer than a header may carry.
    pub fn from_pkcs8(kid: &str, pkcs8: &[u8]) -> Result<Self, Malformed> {
        #[derive(Serialize)]
        struct Header<'a> {
            kid: &'a str,
            alg: &'a str,
        }
        let malformed = Malformed { what: "SigningKey" };
        let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| malformed)?;
        if kid.is_empty() || kid.len() > LONGEST_KEY_ID {
            return Err(malformed);
        }
        let header = serde_json::to_vec(&Header { kid, alg: "RS256" }).map_err(|_| malformed)?;
        let header = URL_SAFE_NO_PAD.encode(header) + ".";
        Ok(Self { key, kid: kid.into(), header })
    }

    /// The id that tokens and the key set know this key by.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs the claims as they are, byte for byte.
    ///
    /// # Errors
    /// [`TooLarge`] when the token would be longer than a [`Token`] may be.
    pub fn sign(&self, claims_json: &[u8]) -> Result<Token, TooLarge> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let length = self.header.len() + claims_json.len() / 3 * 4 + signature.len() / 3 * 4 + 16;
        let mut token = String::with_capacity(length);
        token.push_str(&self.header);
        URL_SAFE_NO_PAD.encode_string(claims_json, &mut token);
        let signed = self.key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            token.as_bytes(),
            &mut signature,
        );
        always(signed, "signing with a loaded key");
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        Token::parse(token).map_err(|_| TooLarge)
    }

    /// The public half, as a key set lists it.
    #[must_use]
    pub fn jwk(&self) -> Jwk {
        let (modulus, exponent) =
            always(public_parts(self.key.public_key().as_ref()).ok_or(()), "reading our own key");
        Jwk {
            alg: Some("RS256".into()),
            e: URL_SAFE_NO_PAD.encode(exponent),
            kid: self.kid.clone(),
            kty: "RSA".into(),
            n: URL_SAFE_NO_PAD.encode(modulus),
            usage: Some("sig".into()),
        }
    }

    /// The public half, ready to verify.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        always(VerifyingKey::from_jwk(&self.jwk()), "reading our own key")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Modulus and exponent out of `RSAPublicKey` (RFC 8017, A.1.1): a sequence of two integers.
fn public_parts(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    let (parts, rest) = take_der(der, SEQUENCE)?;
    let (modulus, parts) = take_der(parts, INTEGER)?;
    let (exponent, parts) = take_der(parts, INTEGER)?;
    (rest.is_empty() && parts.is_empty()).then(|| (unsigned(modulus), unsigned(exponent)))
}

/// The contents of the element that `der` begins with, and what follows it.
fn take_der(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, der) = der.split_first()?;
    let (&first, der) = der.split_first()?;
    let (length, der) = match first {
        0..=0x7f => (usize::from(first), der),
        0x81 => der.split_first().map(|(&length, der)| (usize::from(length), der))?,
        0x82 => der
            .split_first_chunk::<2>()
            .map(|(&length, der)| (usize::from(u16::from_be_bytes(length)), der))?,
        _ => return None,
    };
    (found == tag).then(|| der.split_at_checked(length))?
}

/// A DER integer without the zero that keeps it positive.
fn unsigned(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

/// A public key as a key set lists it (RFC 7517). A set may hold keys of other kinds, so what this
/// kind needs may be missing; [`VerifyingKey::from_jwk`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// The algorithm the key is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The exponent, base64url.
    #[serde(default)]
    pub e: String,
    /// The key's id.
    #[serde(default)]
    pub kid: String,
    /// The kind of key.
    #[serde(default)]
    pub kty: String,
    /// The modulus, base64url.
    #[serde(default)]
    pub n: String,
    /// What the key is for.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
}

/// A key set, as it is served at `/.well-known/jwks.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl Jwks {
    /// The first key of that id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Jwk> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

/// A listed key that no RS256 signature can be checked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA key of 2048 to 8192 bits for RS256")]
pub struct UnusableKey;

/// A public RSA key, loaded once and used often. A clone is cheap.
#[derive(Clone)]
pub struct VerifyingKey(ParsedPublicKey);

impl VerifyingKey {
    /// Loads a listed key.
    ///
    /// # Errors
    /// [`UnusableKey`] unless it is an RSA key of 2048 to 8192 bits whose `alg` is RS256 or absent
    /// and whose `use` is `sig` or absent.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, UnusableKey> {
        let is_for_us = jwk.kty == "RSA"
            && jwk.alg.as_deref().is_none_or(|alg| alg == "RS256")
            && jwk.usage.as_deref().is_none_or(|usage| usage == "sig");
        // 1,366 characters hold 8192 bits. An exponent above 32 bits only serves to make verifying
        // slow.
        if !is_for_us || jwk.n.len() > 1366 || jwk.e.len() > 6 {
            return Err(UnusableKey);
        }
        let n = URL_SAFE_NO_PAD.decode(&jwk.n).map_err(|_| UnusableKey)?;
        let e = URL_SAFE_NO_PAD.decode(&jwk.e).map_err(|_| UnusableKey)?;
        rsa_key(&n, &e).map(Self)
    }
}

/// A public RSA key for PKCS #1 signatures over SHA-256, from its modulus and exponent.
pub(crate) fn rsa_key(n: &[u8], e: &[u8]) -> Result<ParsedPublicKey, UnusableKey> {
    let top = n.first().ok_or(UnusableKey)?;
    let bits = n.len().saturating_mul(8).saturating_sub(top.leading_zeros() as usize);
    if !(2048..=8192).contains(&bits) || e.len() > 4 {
        return Err(UnusableKey);
    }
    let exponent = e.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    if exponent < 3 || exponent % 2 == 0 {
        return Err(UnusableKey);
    }
    PublicKeyComponents { n, e }
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .map_err(|_| UnusableKey)
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("VerifyingKey(RSA)")
    }
}

/// Why a presented text is not believed. For the log; whoever presented it learns only that it is
/// so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Longer than [`LONGEST_TOKEN`].
    #[error("the token is too long")]
    TooLong,
    /// Not three segments of base64url, joined by dots.
    #[error("the token is not in compact form")]
    NotCompact,
    /// The first segment is no JSON object, or names a member twice.
    #[error("the token's header is not readable")]
    Header,
    /// The header's `alg` is missing or anything but `RS256`.
    #[error("the token's algorithm is not RS256")]
    Algorithm,
    /// The header's `kid` is missing, empty, too long or no text.
    #[error("the token names no key")]
    KeyId,
    /// The header asks for extensions (`crit`), of which we understand none.
    #[error("the token demands an extension")]
    Critical,
    /// The signature is not this key's over this text.
    #[error("the token's signature does not fit")]
    Signature,
}

/// A token somebody presents, of which nothing is believed yet. All it tells is which key to try.
pub struct Presented<'a> {
    kid: String,
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Presented<'a> {
    /// Takes the compact form apart and reads the header.
    ///
    /// # Errors
    /// [`BadToken`], which is never [`BadToken::Signature`] here.
    pub fn parse(token: &'a str) -> Result<Self, BadToken> {
        if token.len() > LONGEST_TOKEN {
            return Err(BadToken::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(BadToken::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(BadToken::NotCompact)?;
        // To the end, whatever comes: so many bytes are looked at at once.
        if !payload.bytes().fold(true, |is_it, byte| is_it & is_base64url(byte)) {
            return Err(BadToken::NotCompact);
        }
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| BadToken::NotCompact)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadToken::NotCompact)?;
        let kid = Header::read(&header)?;
        Ok(Self { kid, signed, payload, signature })
    }

    /// The id of the key that is said to have signed this. Any text of at most 128 bytes: look it
    /// up, and do nothing else with it.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The claims, as JSON, if `key` has signed them.
    ///
    /// # Errors
    /// [`BadToken::Signature`] if not; [`BadToken::NotCompact`] if it signed something that is no
    /// base64url.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Vec<u8>, BadToken> {
        key.0
            .verify_sig(self.signed.as_bytes(), &self.signature)
            .map_err(|_| BadToken::Signature)?;
        URL_SAFE_NO_PAD.decode(self.payload).map_err(|_| BadToken::NotCompact)
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Presented").field("kid", &self.kid).finish_non_exhaustive()
    }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | matches!(byte, b'-' | b'_')
}

/// The members of a header that we look at. The others, `jwk`, `jku` and `x5u` among them, are
/// skipped unread.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(default, borrow)]
    alg: Option<&'a RawValue>,
    #[serde(default, borrow)]
    kid: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
}

impl<'a> Header<'a> {
    fn read(json: &'a [u8]) -> Result<String, BadToken> {
        // Serde would also take an array for a struct.
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err(BadToken::Header);
        }
        let header: Self = serde_json::from_slice(json).map_err(|_| BadToken::Header)?;
        if text(header.alg)?.as_deref() != Some("RS256") {
            return Err(BadToken::Algorithm);
        }
        if header.crit {
            return Err(BadToken::Critical);
        }
        let kid = text(header.kid)?.filter(|kid| (1..=LONGEST_KEY_ID).contains(&kid.len()));
        kid.ok_or(BadToken::KeyId)
    }
}

/// A member that should be a text, and may be anything or absent.
fn text(member: Option<&RawValue>) -> Result<Option<String>, BadToken> {
    let Some(member) = member else { return Ok(None) };
    match serde_json::from_str(member.get()) {
        Ok(Value::String(text)) => Ok(Some(text)),
        Ok(_) => Ok(None),
        Err(_) => Err(BadToken::Header),
    }
}

/// Present is present, whatever the value: `null` too.
fn is_there<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(from).map(|_| true)
}
