//! Who signed this token, and what does it claim?
//!
//! Checking a signature costs twenty times what everything else about a token costs, so claims that were
//! proven once are remembered under the SHA-256 of the token. The token itself is not kept. Whether the
//! claims let anyone in is asked at every use, and by others.

use crate::fault::Broken;
use async_trait::async_trait;
use crypto::jwt::{Presented, VerifyingKey};
use jiff::Timestamp;
use moka::sync::Cache;
use names::{Issuer, Token};
use serde_json::{Map, Value};
use std::{fmt, sync::Arc, time::Duration};

/// Where the keys of issuers come from.
///
/// A pool beside the gateway answers from memory; a remote issuer's key set is fetched, kept and bounded
/// by who implements this. It is asked for configured issuers only, with a key id that anyone may have
/// made up.
#[async_trait]
pub trait KeySets: Send + Sync {
    /// The key of this id, or none if the issuer has no such key.
    ///
    /// # Errors
    /// [`Unavailable`] if there is no telling.
    async fn key(
        &self,
        issuer: &Issuer,
        kid: &str,
    ) -> Result<Option<Arc<VerifyingKey>>, Unavailable>;
}

/// The keys of an issuer cannot be had at the moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// Proven claims, as a token authorizer looks at them.
#[derive(Clone, PartialEq)]
pub(crate) struct Claims {
    /// Whose key proved them; it is also their `iss`.
    pub(crate) issuer: Issuer,
    all: Map<String, Value>,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It is no token, or none that we would check.
    Malformed,
    /// None of the issuers has this key, or the signature is not that key's.
    Signature,
    /// It is signed by one issuer and claims to be of another.
    Issuer,
}

/// How far ahead of us the clock of another node may be. An expired token gets no such grace.
const SKEW: i64 = 60;

/// Proven claims are remembered for this long at most, so that a key that is withdrawn is missed soon.
const REMEMBERED: Duration = Duration::from_secs(300);

/// How many bytes of claims are remembered, roughly.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// Checks tokens.
pub(crate) struct Tokens {
    keys: Arc<dyn KeySets>,
    proven: Cache<[u8; 32], Remembered>,
}

#[derive(Clone)]
struct Remembered {
    claims: Arc<Claims>,
    since: Timestamp,
    until: Timestamp,
    size: u32,
}

impl Tokens {
    pub(crate) fn new(keys: Arc<dyn KeySets>) -> Self {
        let proven = Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(|_, remembered: &Remembered| remembered.size)
            .build();
        Self { keys, proven }
    }

    /// The claims of a token that one of the issuers has signed. They may have expired.
    pub(crate) async fn prove(
        &self,
        token: &Token,
        issuers: &[Issuer],
        now: Timestamp,
    ) -> Result<Result<Arc<Claims>, Unproven>, Broken> {
        let digest = crypto::sha256(token.reveal().as_bytes());
        if let Some(remembered) = self.proven.get(&digest) {
            if (remembered.since..remembered.until).contains(&now) {
                // Another authorizer may have let it in, for other issuers.
                let is_ours = issuers.contains(&remembered.claims.issuer);
                return Ok(if is_ours { Ok(remembered.claims) } else { Err(Unproven::Signature) });
            }
            self.proven.invalidate(&digest);
        }
        let Ok(presented) = Presented::parse(token.reveal()) else {
            return Ok(Err(Unproven::Malformed));
        };
        for issuer in issuers {
            let key = self.keys.key(issuer, presented.kid()).await;
            let key = key.map_err(|unavailable| Broken::Keys(unavailable.0))?;
            let Some(key) = key else { continue };
            // Two issuers may have given one name to two keys, so a key that does not fit is not the end.
            let Ok(payload) = presented.verify(&key) else { continue };
            let Ok(all) = serde_json::from_slice::<Map<String, Value>>(&payload) else {
                return Ok(Err(Unproven::Malformed));
            };
            if all.get("iss").and_then(Value::as_str) != Some(issuer.as_str()) {
                return Ok(Err(Unproven::Issuer));
            }
            let claims = Arc::new(Claims { issuer: issuer.clone(), all });
            self.remember(digest, &claims, payload.len(), now);
            return Ok(Ok(claims));
        }
        Ok(Err(Unproven::Signature))
    }

    fn remember(&self, digest: [u8; 32], claims: &Arc<Claims>, length: usize, now: Timestamp) {
        let expiry = claims.expiry().and_then(|second| Timestamp::from_second(second).ok());
        let Some(expiry) = expiry else { return };
        let until = expiry.min(now.saturating_add(REMEMBERED).unwrap_or(now));
        if until > now {
            // A parsed claim takes several times the space of its text.
            let size = u32::try_from(length.saturating_mul(4)).unwrap_or(u32::MAX);
            let claims = claims.clone();
            self.proven.insert(digest, Remembered { claims, since: now, until, size });
        }
    }
}

impl Claims {
    #[cfg(test)]
    pub(crate) fn new(issuer: &str, all: Value) -> Self {
        let Value::Object(all) = all else { panic!("claims are an object") };
        Self { issuer: Issuer::parse(issuer).unwrap(), all }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name)?.as_str()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.all.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.all.iter()
    }

    /// The scopes in `scope`, which are separated by spaces.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.text("scope").unwrap_or_default().split(' ').filter(|scope| !scope.is_empty())
    }

    /// Claims without an expiry count as expired.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expiry().is_none_or(|expiry| now.as_second() >= expiry)
    }

    /// Whether `nbf` or `iat` lies ahead, beyond what clocks differ by, or is no time.
    pub(crate) fn is_early(&self, now: Timestamp) -> bool {
        ["nbf", "iat"]
            .into_iter()
            .filter_map(|name| self.all.get(name))
            .any(|time| second(time).is_none_or(|time| time > now.as_second().saturating_add(SKEW)))
    }

    fn expiry(&self) -> Option<i64> {
        second(self.all.get("exp")?)
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Claims({} …)", self.issuer)
    }
}

/// A `NumericDate` (RFC 7519): seconds, whole or not.
fn second(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let float = value.as_f64().filter(|float| float.abs() < 1e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
        let whole = float.floor() as i64;
        Some(whole)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_lives_until_its_expiry_and_not_a_second_longer() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let claims = Claims::new("http://x/p_a", json!({ "exp": 100 }));
        assert!(!claims.has_expired(at(99)) && claims.has_expired(at(100)));
        for exp in [json!("200"), json!(null), json!(1e300), json!([200])] {
            assert!(Claims::new("http://x/p_a", json!({ "exp": exp })).has_expired(at(0)));
        }
        assert!(Claims::new("http://x/p_a", json!({})).has_expired(at(0)));
        assert!(!Claims::new("http://x/p_a", json!({ "exp": 100.5 })).has_expired(at(99)));
    }

    #[test]
    fn a_token_from_the_future_is_early() {
        let now = Timestamp::from_second(1000).unwrap();
        for (claims, early) in [
            (json!({}), false),
            (json!({ "iat": 1000, "nbf": 1000 }), false),
            (json!({ "iat": 1060 }), false),
            (json!({ "iat": 1061 }), true),
            (json!({ "nbf": 1600 }), true),
            (json!({ "nbf": "0" }), true),
        ] {
            assert_eq!(
                Claims::new("http://x/p_a", claims.clone()).is_early(now),
                early,
                "{claims}"
            );
        }
    }
}
