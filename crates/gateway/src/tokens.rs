//! Who signed this token, and what does it claim?
//!
//! Checking a signature costs twenty times what everything else about a token costs, so claims that were
//! proven once are remembered under the SHA-256 of the token. The token itself is not kept. Whether the
//! claims let anyone in is asked at every use, and by others.

use crate::{
    fault::Broken,
    trail::{Step, Trail},
};
use async_trait::async_trait;
use crypto::jwt::{Presented, VerifyingKey};
use jiff::Timestamp;
use moka::sync::Cache;
use names::{Issuer, Scope, Token};
use serde_json::{Map, Value};
use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

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
    /// As functions are told of them, in the form of a Cognito and of a JWT authorizer: put into words once
    /// for as long as the proof is remembered.
    told: [OnceLock<Map<String, Value>>; 2],
}

/// How a function is told of claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    Cognito,
    Jwt,
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
        trail: &Trail,
    ) -> Result<Result<Arc<Claims>, Unproven>, Broken> {
        let refused = |unproven: Unproven, why: &str| {
            trail.stop(Ok(Err(unproven)), || Step::failed("token", why))
        };
        let proven = |claims: Arc<Claims>, how: &str| {
            trail.note(|| {
                let text = format!("the token's signature is {}'s{how}", claims.issuer);
                Step::passed("token", text).with("issuer", claims.issuer.as_str())
            });
            Ok(Ok(claims))
        };
        let digest = crypto::sha256(token.reveal().as_bytes());
        if let Some(remembered) = self.proven.get(&digest) {
            if (remembered.since..remembered.until).contains(&now) {
                // Another authorizer may have let it in, for other issuers.
                let is_ours = issuers.contains(&remembered.claims.issuer);
                return match is_ours {
                    true => proven(remembered.claims, ", as was found before"),
                    false => refused(Unproven::Signature, "the token is of another issuer"),
                };
            }
            self.proven.invalidate(&digest);
        }
        let presented = match Presented::parse(token.reveal()) {
            Ok(presented) => presented,
            Err(bad) => return refused(Unproven::Malformed, &bad.to_string()),
        };
        let mut has_key = false;
        for issuer in issuers {
            let key = self.keys.key(issuer, presented.kid()).await;
            let key = key.map_err(|unavailable| {
                trail.stop(Broken::Keys(unavailable.0.clone()), || {
                    let text = format!("the keys of {issuer} are unavailable: {unavailable}");
                    Step::failed("token", text)
                })
            })?;
            let Some(key) = key else { continue };
            has_key = true;
            // Two issuers may have given one name to two keys, so a key that does not fit is not the end.
            let Ok(payload) = presented.verify(&key) else { continue };
            let Ok(all) = serde_json::from_slice::<Map<String, Value>>(&payload) else {
                return refused(Unproven::Malformed, "the token's claims are no JSON object");
            };
            // Some issuers have a slash at their end, which ours never have: whoever has signed it is known.
            let named = all.get("iss").and_then(Value::as_str);
            if named.map(|named| named.strip_suffix('/').unwrap_or(named)) != Some(issuer.as_str())
            {
                let why = "the token is signed by one issuer and claims to be of another (iss)";
                return refused(Unproven::Issuer, why);
            }
            let claims = Arc::new(Claims::of(issuer.clone(), all));
            self.remember(digest, &claims, payload.len(), now);
            return proven(claims, "");
        }
        let why = match has_key {
            true => "the token's signature does not fit the key that it names (kid)",
            false => "no issuer that is accepted here has the key that the token names (kid)",
        };
        refused(Unproven::Signature, why)
    }

    fn remember(&self, digest: [u8; 32], claims: &Arc<Claims>, length: usize, now: Timestamp) {
        let expiry = claims.expiry().and_then(|second| Timestamp::from_second(second).ok());
        let Some(expiry) = expiry else { return };
        let until = expiry.min(now.saturating_add(REMEMBERED).unwrap_or(now));
        if until > now {
            // A parsed claim takes several times the space of its text, and is kept in two or three forms.
            let size = u32::try_from(length.saturating_mul(8)).unwrap_or(u32::MAX);
            let claims = claims.clone();
            self.proven.insert(digest, Remembered { claims, since: now, until, size });
        }
    }
}

impl Claims {
    fn of(issuer: Issuer, all: Map<String, Value>) -> Self {
        Self { issuer, all, told: Default::default() }
    }

    /// The claims in the form in which functions are told of them, made by `tell` if they were not yet.
    pub(crate) fn told(
        &self,
        telling: Telling,
        tell: impl FnOnce(&Self) -> Map<String, Value>,
    ) -> &Map<String, Value> {
        let [cognito, jwt] = &self.told;
        let told = match telling {
            Telling::Cognito => cognito,
            Telling::Jwt => jwt,
        };
        told.get_or_init(|| tell(self))
    }

    #[cfg(test)]
    pub(crate) fn new(issuer: &str, all: Value) -> Self {
        let Value::Object(all) = all else { panic!("claims are an object") };
        Self::of(Issuer::parse(issuer).unwrap(), all)
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

    /// Until when the token is good, in words.
    pub(crate) fn told_expiry(&self, now: Timestamp) -> Step {
        let passed = !self.has_expired(now);
        let time = self.expiry().and_then(|second| Timestamp::from_second(second).ok());
        let text = match (time, passed) {
            (None, _) => "the token has no expiry (exp)".to_owned(),
            (Some(time), true) => format!("the token is good until {time}"),
            (Some(time), false) => format!("the token has expired at {time}"),
        };
        Step { passed, ..Step::passed("token", text) }
    }

    fn expiry(&self) -> Option<i64> {
        second(self.all.get("exp")?)
    }
}

/// A token that does not stand where and how it should, in words.
pub(crate) fn misplaced(place: &str) -> Step {
    Step::failed(
        "identity",
        format!("{place} is neither a token nor \"Bearer\", one space and a token"),
    )
}

/// Which scopes were wanted and which were there, in words.
pub(crate) fn told_scopes(wanted: &[Scope], has: &[&str]) -> Step {
    let wanted: Vec<&str> = wanted.iter().map(Scope::as_str).collect();
    let passed = wanted.is_empty() || wanted.iter().any(|scope| has.contains(scope));
    let text = match (wanted.is_empty(), passed) {
        (true, _) => "the route asks for no scope".to_owned(),
        (false, true) => format!("one of the scopes {} is in the token", wanted.join(", ")),
        (false, false) => format!(
            "none of the scopes {} is in the token, which has {}",
            wanted.join(", "),
            if has.is_empty() { "none".to_owned() } else { has.join(", ") }
        ),
    };
    let step = Step { passed, ..Step::passed("scope", text) };
    step.with("wanted", wanted).with("present", has.to_vec())
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
