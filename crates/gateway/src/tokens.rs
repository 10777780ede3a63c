//! Who signed this token?
//!
//! Checking a signature costs ten times what everything else about a token costs, so claims that were
//! proven once are remembered under the SHA-256 of the token. The token itself is not kept. Whether the
//! claims let anyone in is asked at every use, and by others.

use crate::{
    claims::{Claims, Telling, Unreadable},
    fault::Broken,
    trail::{Step, Trail},
};
use async_trait::async_trait;
use crypto::jwt::{Presented, VerifyingKey};
use jiff::Timestamp;
use moka::sync::Cache;
use names::{Issuer, Scope};
use std::{sync::Arc, time::Duration};

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

/// Proven claims are remembered for this long at most, so that a key that is withdrawn is missed soon.
const REMEMBERED: Duration = Duration::from_secs(300);

/// How many bytes of claims are remembered, roughly.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// Checks tokens.
pub(crate) struct Tokens {
    keys: Arc<dyn KeySets>,
    proven: Cache<Key, Arc<Remembered>>,
}

/// The digest of a token, and in whose words its claims are kept.
type Key = (Telling, [u8; 32]);

struct Remembered {
    claims: Arc<Claims>,
    since: Timestamp,
    until: Timestamp,
}

impl Tokens {
    pub(crate) fn new(keys: Arc<dyn KeySets>) -> Self {
        let proven = Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(|_, remembered: &Arc<Remembered>| {
                u32::try_from(remembered.claims.size()).unwrap_or(u32::MAX)
            })
            .build();
        Self { keys, proven }
    }

    /// The claims of a token that one of the issuers has signed. They may have expired.
    pub(crate) async fn prove(
        &self,
        token: &str,
        issuers: &[Issuer],
        telling: Telling,
        now: Timestamp,
        trail: &Trail,
    ) -> Result<Result<Arc<Claims>, Unproven>, Broken> {
        let key = (telling, crypto::sha256(token.as_bytes()));
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
        if let Some(remembered) = self.proven.get(&key) {
            if (remembered.since..remembered.until).contains(&now) {
                // Another authorizer may have let it in, for other issuers.
                let is_ours = issuers.contains(&remembered.claims.issuer);
                return match is_ours {
                    true => proven(remembered.claims.clone(), ", as was found before"),
                    false => refused(Unproven::Signature, "the token is of another issuer"),
                };
            }
            self.proven.invalidate(&key);
        }
        let presented = match Presented::parse(token) {
            Ok(presented) => presented,
            Err(bad) => return refused(Unproven::Malformed, &bad.to_string()),
        };
        let mut has_key = false;
        for issuer in issuers {
            let public = self.keys.key(issuer, presented.kid()).await;
            let public = public.map_err(|unavailable| {
                trail.stop(Broken::Keys(unavailable.0.clone()), || {
                    let text = format!("the keys of {issuer} are unavailable: {unavailable}");
                    Step::failed("token", text)
                })
            })?;
            let Some(public) = public else { continue };
            has_key = true;
            // Two issuers may have given one name to two keys, so a key that does not fit is not the end.
            let Ok(payload) = presented.verify(&public) else { continue };
            let claims = match Claims::read(issuer, &payload, telling) {
                Ok(claims) => Arc::new(claims),
                Err(Unreadable::Malformed) => {
                    return refused(Unproven::Malformed, "the token's claims are no JSON object");
                }
                Err(Unreadable::Issuer) => {
                    let why = "the token is signed by one issuer and claims to be of another (iss)";
                    return refused(Unproven::Issuer, why);
                }
            };
            self.remember(key, &claims, now);
            return proven(claims, "");
        }
        let why = match has_key {
            true => "the token's signature does not fit the key that it names (kid)",
            false => "no issuer that is accepted here has the key that the token names (kid)",
        };
        refused(Unproven::Signature, why)
    }

    fn remember(&self, key: Key, claims: &Arc<Claims>, now: Timestamp) {
        let Some(expiry) = claims.expiry() else { return };
        let until = expiry.min(now.saturating_add(REMEMBERED).unwrap_or(now));
        if until > now {
            let claims = claims.clone();
            self.proven.insert(key, Arc::new(Remembered { claims, since: now, until }));
        }
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
pub(crate) fn told_scopes<'a>(wanted: &[Scope], has: impl Iterator<Item = &'a str>) -> Step {
    let has: Vec<&str> = has.collect();
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
    step.with("wanted", wanted).with("present", has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SigningKey;
    use serde_json::json;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const ISSUER: &str = "http://x/p_a";
    const OTHER: &str = "http://x/p_b";

    /// One key for every issuer, and how often it was asked for.
    struct OneKey(VerifyingKey, AtomicUsize);

    #[async_trait]
    impl KeySets for OneKey {
        async fn key(&self, _: &Issuer, _: &str) -> Result<Option<Arc<VerifyingKey>>, Unavailable> {
            self.1.fetch_add(1, Ordering::Relaxed);
            Ok(Some(Arc::new(self.0.clone())))
        }
    }

    struct World {
        keys: Arc<OneKey>,
        tokens: Tokens,
        token: names::Token,
    }

    impl World {
        fn new(expiry: i64) -> Self {
            let key = SigningKey::from_pkcs8("k", &SigningKey::generate()).unwrap();
            let claims = json!({ "iss": ISSUER, "exp": expiry, "groups": ["a", "b"] });
            let token = key.sign(claims.to_string().as_bytes()).unwrap();
            let keys = Arc::new(OneKey(key.verifying_key(), AtomicUsize::new(0)));
            Self { tokens: Tokens::new(keys.clone()), keys, token }
        }

        async fn prove(
            &self,
            issuer: &str,
            telling: Telling,
            now: i64,
        ) -> Result<Arc<Claims>, Unproven> {
            let issuers = [issuer.parse().unwrap()];
            let now = Timestamp::from_second(now).unwrap();
            let token = self.token.reveal();
            self.tokens.prove(token, &issuers, telling, now, &Trail::off()).await.unwrap()
        }

        fn proofs(&self) -> usize {
            self.keys.1.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn a_proof_is_remembered_for_five_minutes_and_not_beyond_the_end_of_the_token() {
        for (expiry, until) in [(5000, 1300), (1100, 1100)] {
            let world = World::new(expiry);
            for (now, proofs) in [(1000, 1), (1001, 1), (until - 1, 1), (until, 2), (999, 3)] {
                let claims = world.prove(ISSUER, Telling::Cognito, now).await.unwrap();
                assert_eq!(claims.expiry(), Timestamp::from_second(expiry).ok());
                assert_eq!(world.proofs(), proofs, "{expiry} {now}");
            }
        }
    }

    #[tokio::test]
    async fn what_was_proven_for_one_authorizer_is_nothing_to_the_issuers_and_words_of_another() {
        let world = World::new(5000);
        let groups = async |telling| {
            let claims = world.prove(ISSUER, telling, 1000).await.unwrap();
            let told: serde_json::Value = serde_json::from_str(claims.told().get()).unwrap();
            told["groups"].as_str().unwrap().to_owned()
        };
        for _ in 0..2 {
            assert_eq!(groups(Telling::Cognito).await, "a,b");
            assert_eq!(groups(Telling::Jwt).await, "[a b]");
            assert_eq!(world.proofs(), 2);
            for telling in [Telling::Cognito, Telling::Jwt] {
                let refused = world.prove(OTHER, telling, 1000).await;
                assert_eq!(refused.err(), Some(Unproven::Signature));
            }
        }
        let fresh = World::new(5000);
        assert_eq!(fresh.prove(OTHER, Telling::Jwt, 1000).await.err(), Some(Unproven::Issuer));
        assert_eq!(fresh.prove(OTHER, Telling::Jwt, 1000).await.err(), Some(Unproven::Issuer));
        assert_eq!(fresh.proofs(), 2);
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let tokens = World::new(5000).tokens;
        let claims = json!({ "exp": 5000, "long": "x".repeat(10_000) });
        let claims = Arc::new(Claims::new(ISSUER, &claims, Telling::Jwt));
        assert!(claims.size() > 10_000);
        for number in 0_u32..2000 {
            let key = (Telling::Jwt, crypto::sha256(&number.to_be_bytes()));
            tokens.remember(key, &claims, Timestamp::UNIX_EPOCH);
        }
        tokens.proven.run_pending_tasks();
        assert!((1..=CAPACITY).contains(&tokens.proven.weighted_size()));
        assert!((500..2000).contains(&tokens.proven.entry_count()));
    }
}
