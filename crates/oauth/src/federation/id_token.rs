//! Is this ID token the provider's, for us, about this sign-in, and fresh?
//!
//! The key decides the algorithm: a header may only name one that its key is for, and keys or addresses that
//! a header brings along are never read (RFC 8725). The claims can only be had from [`verify`].

use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};

/// No ID token longer than this is parsed.
const LONGEST_TOKEN: usize = 64 * 1024;
/// The longest subject that OpenID Connect allows.
const LONGEST_SUBJECT: usize = 255;
/// The most keys of a set that are looked at.
const MOST_KEYS: usize = 100;
/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: i64 = 60;

/// What an ID token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
}

/// What a verified ID token says.
#[derive(Debug)]
pub(super) struct Claims {
    pub subject: String,
    pub all: Map<String, Value>,
}

/// Why an ID token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unbelieved {
    #[error("it is no signed token")]
    Malformed,
    #[error("its algorithm is not one that is accepted")]
    Algorithm,
    #[error("its key is not one of the provider's")]
    UnknownKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("its issuer is another")]
    Issuer,
    #[error("it is for another client")]
    Audience,
    #[error("it has expired")]
    Expired,
    #[error("it is of another time")]
    Time,
    #[error("its nonce is not ours")]
    Nonce,
    #[error("it names no subject")]
    Subject,
}

/// A key of a provider's set (RFC 7517). Members of other types than they should have make it no key at all,
/// which is no reason to refuse the others.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    n: String,
    e: String,
    crv: String,
    x: String,
    y: String,
}

/// The keys of a set that can be read.
pub(super) fn keys(set: &Map<String, Value>) -> Vec<Key> {
    let listed = set.get("keys").and_then(Value::as_array).into_iter().flatten();
    listed.take(MOST_KEYS).filter_map(|key| Key::deserialize(key).ok()).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Es256,
    Es384,
    EdDsa,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl Algorithm {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Whether a key is one for this algorithm.
    fn fits(self, key: &Key) -> bool {
        let is_kind = match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 => key.kty == "RSA",
            Self::Es256 => key.kty == "EC" && key.crv == "P-256",
            Self::Es384 => key.kty == "EC" && key.crv == "P-384",
            Self::EdDsa => key.kty == "OKP" && key.crv == "Ed25519",
        };
        is_kind
            && key.alg.as_deref().is_none_or(|alg| alg == self.name())
            && key.usage.as_deref().is_none_or(|usage| usage == "sig")
    }

    fn verify(self, key: &Key, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rs256 => rsa(&RSA_PKCS1_2048_8192_SHA256, key, message, signature),
            Self::Rs384 => rsa(&RSA_PKCS1_2048_8192_SHA384, key, message, signature),
            Self::Rs512 => rsa(&RSA_PKCS1_2048_8192_SHA512, key, message, signature),
            Self::Ps256 => rsa(&RSA_PSS_2048_8192_SHA256, key, message, signature),
            Self::Es256 => ec(&ECDSA_P256_SHA256_FIXED, 32, key, message, signature),
            Self::Es384 => ec(&ECDSA_P384_SHA384_FIXED, 48, key, message, signature),
            Self::EdDsa => decode(&key.x, 32).is_some_and(|x| {
                UnparsedPublicKey::new(&ED25519, x).verify(message, signature).is_ok()
            }),
        }
    }
}

fn rsa(parameters: &'static RsaParameters, key: &Key, message: &[u8], signature: &[u8]) -> bool {
    // 1,366 characters hold 8192 bits; an exponent above 32 bits only serves to make verifying slow.
    if key.n.len() > 1366 || key.e.len() > 6 {
        return false;
    }
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let (Some(n), Some(e)) = (decode(&key.n), decode(&key.e)) else { return false };
    RsaPublicKeyComponents { n: &n, e: &e }.verify(parameters, message, signature).is_ok()
}

fn ec(
    algorithm: &'static signature::EcdsaVerificationAlgorithm,
    length: usize,
    key: &Key,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let (Some(x), Some(y)) = (decode(&key.x, length), decode(&key.y, length)) else { return false };
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok()
}

fn decode(text: &str, length: usize) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == length)
}

/// Believes an ID token, or says why not. [`Unbelieved::UnknownKey`] may mean that the provider has new keys.
pub(super) fn verify(
    token: &str,
    keys: &[Key],
    expected: &Expected<'_>,
) -> Result<Claims, Unbelieved> {
    if token.len() > LONGEST_TOKEN {
        return Err(Unbelieved::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Unbelieved::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(Unbelieved::Malformed)?;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Unbelieved::Malformed);
    let (header, payload, signature) = (bytes(header)?, bytes(payload)?, bytes(signature)?);
    let header: Header = serde_json::from_slice(&header).map_err(|_| Unbelieved::Malformed)?;
    if header.crit.is_some() {
        return Err(Unbelieved::Malformed);
    }
    let algorithm = Algorithm::parse(&header.alg).ok_or(Unbelieved::Algorithm)?;
    let key = find(keys, algorithm, header.kid.as_deref()).ok_or(Unbelieved::UnknownKey)?;
    if !algorithm.verify(key, message.as_bytes(), &signature) {
        return Err(Unbelieved::Signature);
    }
    let claims: Map<String, Value> =
        serde_json::from_slice(&payload).map_err(|_| Unbelieved::Malformed)?;
    check(claims, expected)
}

/// The key that the header names; without a name, the only one that fits.
fn find<'a>(keys: &'a [Key], algorithm: Algorithm, kid: Option<&str>) -> Option<&'a Key> {
    let mut fitting = keys.iter().filter(|key| algorithm.fits(key));
    match kid {
        Some(kid) => fitting.find(|key| key.kid.as_deref() == Some(kid)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
}

fn check(all: Map<String, Value>, expected: &Expected<'_>) -> Result<Claims, Unbelieved> {
    let text = |name: &str| all.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Unbelieved::Issuer);
    }
    let client = expected.client_id;
    let (is_for_us, is_for_others) = match all.get("aud") {
        Some(Value::String(audience)) => (audience == client, false),
        Some(Value::Array(audiences)) => {
            (audiences.iter().any(|audience| audience == client), audiences.len() > 1)
        }
        _ => (false, false),
    };
    let is_our_party = match all.get("azp") {
        None => !is_for_others,
        Some(party) => party == client,
    };
    if !is_for_us || !is_our_party {
        return Err(Unbelieved::Audience);
    }
    let now = expected.now.as_second();
    let seconds =
        |name: &str| all.get(name).map(|value| whole_seconds(value).ok_or(Unbelieved::Time));
    let expires_at = seconds("exp").transpose()?.ok_or(Unbelieved::Expired)?;
    if expires_at.saturating_add(LEEWAY) <= now {
        return Err(Unbelieved::Expired);
    }
    let issued_at = seconds("iat").transpose()?.ok_or(Unbelieved::Time)?;
    let begins_at = seconds("nbf").transpose()?.unwrap_or(issued_at);
    if issued_at.max(begins_at) > now.saturating_add(LEEWAY) {
        return Err(Unbelieved::Time);
    }
    let is_ours = text("nonce")
        .is_some_and(|nonce| crypto::equal(nonce.as_bytes(), expected.nonce.as_bytes()));
    if !is_ours {
        return Err(Unbelieved::Nonce);
    }
    let subject = text("sub").filter(|sub| !sub.is_empty() && sub.len() <= LONGEST_SUBJECT);
    let subject = subject.ok_or(Unbelieved::Subject)?.to_owned();
    Ok(Claims { subject, all })
}

/// A time of a token (RFC 7519, 2): a number, which may have a fraction.
fn whole_seconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a time out of range is a time far away")]
    let floor = |seconds: f64| seconds as i64;
    value.as_i64().or_else(|| value.as_f64().map(floor))
}
