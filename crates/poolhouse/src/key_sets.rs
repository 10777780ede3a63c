//! Which keys do issuers sign with whose tokens the gateway takes?
//!
//! A pool of this server answers from memory. Any other issuer is asked, as its discovery document says where
//! (OpenID Connect Discovery), over the same way out that sign-ins with other providers take: what that way
//! does not reach is not reached from here either. Only issuers of the template are asked, never one that a
//! token names.

use crate::beside::IssuersBeside;
use async_trait::async_trait;
use bytes::Bytes;
use crypto::{Jwk, VerifyingKey};
use gateway::{KeySets, Unavailable};
use http::{Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use names::{Clock, Issuer};
use oauth::federation::Http;
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::Mutex;

/// How long keys are good for, as on AWS: a key that an issuer withdraws is believed no longer than that.
const LIFE: SignedDuration = SignedDuration::from_hours(2);
/// After how long keys are fetched anew, while those that are known are still good.
const FRESH: SignedDuration = SignedDuration::from_mins(60);
/// How long an issuer is left alone after it was asked, whatever key ids come along.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// As many keys of a set are looked at.
const MOST_KEYS: usize = 50;

/// The keys of pools of this server and of other issuers.
pub struct AllKeySets {
    ours: IssuersBeside,
    others: Others,
}

impl AllKeySets {
    pub fn new(ours: IssuersBeside, http: Arc<dyn Http>, clock: Clock) -> Self {
        Self { ours, others: Others { http, clock, known: RwLock::default() } }
    }
}

#[async_trait]
impl KeySets for AllKeySets {
    async fn key(
        &self,
        issuer: &Issuer,
        kid: &str,
    ) -> Result<Option<Arc<VerifyingKey>>, Unavailable> {
        if self.ours.has(issuer) {
            return self.ours.key(issuer, kid).await;
        }
        self.others.key(issuer, kid).await
    }
}

/// Issuers elsewhere.
struct Others {
    http: Arc<dyn Http>,
    clock: Clock,
    /// As many as the template names.
    known: RwLock<HashMap<Issuer, Arc<Remembered>>>,
}

/// What is known of an issuer.
#[derive(Default)]
struct Remembered {
    fetched: RwLock<Option<Fetched>>,
    /// When it was asked last. Held while it is asked, so that a crowd asks once.
    asked: Mutex<Option<Timestamp>>,
}

struct Fetched {
    at: Timestamp,
    keys: HashMap<String, Arc<VerifyingKey>>,
}

impl Remembered {
    /// Keys that are good, and since when.
    fn look(
        &self,
        kid: &str,
        now: Timestamp,
    ) -> Option<(Option<Arc<VerifyingKey>>, SignedDuration)> {
        let fetched = self.fetched.read().unwrap_or_else(PoisonError::into_inner);
        let fetched = fetched.as_ref()?;
        let age = now.duration_since(fetched.at);
        (age < LIFE && !age.is_negative()).then(|| (fetched.keys.get(kid).cloned(), age))
    }
}

impl Others {
    async fn key(
        &self,
        issuer: &Issuer,
        kid: &str,
    ) -> Result<Option<Arc<VerifyingKey>>, Unavailable> {
        let remembered = self.remembered(issuer);
        let now = (self.clock)();
        if let Some((Some(key), age)) = remembered.look(kid, now)
            && age < FRESH
        {
            return Ok(Some(key));
        }
        let mut asked = remembered.asked.lock().await;
        let now = (self.clock)();
        let is_left_alone = asked.is_some_and(|at| {
            let since = now.duration_since(at);
            since < PAUSE && !since.is_negative()
        });
        if !is_left_alone {
            *asked = Some(now);
            match self.fetch(issuer).await {
                Ok(keys) => {
                    let mut fetched =
                        remembered.fetched.write().unwrap_or_else(PoisonError::into_inner);
                    *fetched = Some(Fetched { at: now, keys });
                }
                Err(problem) => {
                    tracing::warn!(%issuer, problem, "the keys of an issuer were not fetched");
                }
            }
        }
        drop(asked);
        match remembered.look(kid, now) {
            Some((key, _)) => Ok(key),
            None => Err(Unavailable(format!("the keys of {issuer} could not be fetched"))),
        }
    }

    fn remembered(&self, issuer: &Issuer) -> Arc<Remembered> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        known.unwrap_or_else(|| {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.entry(issuer.clone()).or_default().clone()
        })
    }

    async fn fetch(&self, issuer: &Issuer) -> Result<HashMap<String, Arc<VerifyingKey>>, String> {
        let place = issuer.as_str().trim_end_matches('/');
        let document = self.get(&format!("{place}/.well-known/openid-configuration")).await?;
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        // The slash at the end is the difference between what a template says and what an issuer is.
        if text("issuer").map(|name| name.trim_end_matches('/')) != Some(place) {
            return Err("the discovery document is of another issuer".to_owned());
        }
        let url = text("jwks_uri").ok_or("the discovery document lacks jwks_uri")?;
        let set = self.get(url).await?;
        let listed = set.get("keys").and_then(Value::as_array).into_iter().flatten();
        // Keys of other kinds and algorithms stand beside those for RS256.
        let keys = listed.take(MOST_KEYS).filter_map(|key| {
            let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
            let key = VerifyingKey::from_jwk(&jwk).ok()?;
            (!jwk.kid.is_empty()).then(|| (jwk.kid, Arc::new(key)))
        });
        Ok(keys.collect())
    }

    async fn get(&self, url: &str) -> Result<Map<String, Value>, String> {
        let request = Request::get(url).header(header::ACCEPT, "application/json");
        let request = request.body(Bytes::new()).map_err(|_| format!("{url} is no URL"))?;
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|unreached| format!("{url}: {unreached}"))?;
        if answer.status() != StatusCode::OK {
            return Err(format!("{url} answers {}", answer.status().as_u16()));
        }
        serde_json::from_slice(answer.body()).map_err(|_| format!("{url} is no JSON object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SigningKey;
    use http::Response;
    use oauth::federation::Unreached;
    use serde_json::json;
    use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

    /// An issuer with one key.
    struct Elsewhere {
        kid: RwLock<&'static str>,
        jwk: Jwk,
        asked: AtomicUsize,
        is_gone: AtomicBool,
        document_of: &'static str,
    }

    const ISSUER: &str = "https://issuer.example";

    #[async_trait]
    impl Http for Elsewhere {
        async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unreached> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if self.is_gone.load(Ordering::SeqCst) {
                return Err(Unreached::TimedOut);
            }
            let body = match request.uri().path() {
                "/.well-known/openid-configuration" => {
                    json!({ "issuer": self.document_of, "jwks_uri": "https://keys.example/set" })
                }
                "/set" => {
                    let jwk =
                        Jwk { kid: (*self.kid.read().unwrap()).to_owned(), ..self.jwk.clone() };
                    let elliptic =
                        json!({ "kty": "EC", "kid": "e", "crv": "P-256", "x": "", "y": "" });
                    json!({ "keys": [elliptic, "x", jwk] })
                }
                other => panic!("{other}"),
            };
            Ok(Response::new(body.to_string().into()))
        }
    }

    struct World {
        elsewhere: Arc<Elsewhere>,
        others: Others,
        now: Arc<AtomicI64>,
    }

    fn world(document_of: &'static str) -> World {
        let key = SigningKey::from_pkcs8("a", &SigningKey::generate()).unwrap();
        let elsewhere = Arc::new(Elsewhere {
            kid: RwLock::new("a"),
            jwk: key.jwk(),
            asked: AtomicUsize::new(0),
            is_gone: AtomicBool::new(false),
            document_of,
        });
        let now = Arc::new(AtomicI64::new(1_000_000));
        let clock: Clock = {
            let now = now.clone();
            Arc::new(move || Timestamp::from_second(now.load(Ordering::SeqCst)).unwrap())
        };
        let others = Others { http: elsewhere.clone(), clock, known: RwLock::default() };
        World { elsewhere, others, now }
    }

    impl World {
        async fn key(&self, kid: &str) -> Result<bool, Unavailable> {
            let key = self.others.key(&ISSUER.parse().unwrap(), kid).await;
            key.map(|key| key.is_some())
        }

        fn asked(&self) -> usize {
            self.elsewhere.asked.load(Ordering::SeqCst)
        }

        fn wait(&self, seconds: i64) {
            self.now.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// TOK-06.
    #[tokio::test]
    async fn a_thousand_made_up_key_ids_fetch_once_in_thirty_seconds() {
        let world = world(ISSUER);
        assert_eq!(world.key("a").await, Ok(true));
        assert_eq!(world.asked(), 2);
        world.wait(29);
        for made_up in 0..1000 {
            assert_eq!(world.key(&made_up.to_string()).await, Ok(false));
        }
        assert_eq!(world.asked(), 2);
        world.wait(1);
        let crowd = (0..100).map(|made_up| {
            let world = &world;
            async move { world.key(&made_up.to_string()).await }
        });
        assert!(futures::future::join_all(crowd).await.into_iter().all(|found| found == Ok(false)));
        assert_eq!(world.asked(), 4);
    }

    #[tokio::test]
    async fn a_new_key_is_found_and_a_withdrawn_one_forgotten() {
        let world = world(ISSUER);
        assert_eq!(world.key("a").await, Ok(true));
        *world.elsewhere.kid.write().unwrap() = "b";
        world.wait(60);
        assert_eq!(world.key("b").await, Ok(true));
        assert_eq!(world.key("a").await, Ok(false));
    }

    #[tokio::test]
    async fn keys_outlive_an_issuer_that_is_gone_by_two_hours() {
        let world = world(ISSUER);
        assert_eq!(world.key("a").await, Ok(true));
        world.elsewhere.is_gone.store(true, Ordering::SeqCst);
        world.wait(2 * 3600 - 1);
        assert_eq!(world.key("a").await, Ok(true));
        world.wait(1);
        assert!(world.key("a").await.is_err());
        let asked = world.asked();
        assert!(world.key("a").await.is_err());
        assert_eq!(world.asked(), asked);
        world.elsewhere.is_gone.store(false, Ordering::SeqCst);
        world.wait(30);
        assert_eq!(world.key("a").await, Ok(true));
    }

    #[tokio::test]
    async fn a_document_of_another_issuer_is_not_believed() {
        assert!(world("https://evil.example").key("a").await.is_err());
        assert_eq!(world("https://issuer.example/").key("a").await, Ok(true));
    }
}
