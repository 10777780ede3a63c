//! What the tests have in common: a clock, a key source, profiles, and somebody who makes tokens.

use async_trait::async_trait;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::jwt::{Jwks, SigningKey};
use jiff::{SignedDuration, Timestamp};
use kit::{NewProfile, Profile, Profiles, Unavailable, authorizer::KeySource};
use names::{Clock, Sub};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

pub const SUB: &str = "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa";
pub const ISSUER: &str = "https://id.example.com/eu-west-1_Ab1Cd2Ef3";
pub const CLIENT: &str = "57cbishk4j24pabc1234567890";
pub const ARN: &str = "arn:aws:execute-api:eu-west-1:000000000000:a1b2c3/prod/GET/whoami";
pub const KID: &str = "cG9vbC1rZXk=";

/// The pool's key and an attacker's: making one takes a while, so all tests share them.
pub static POOL_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| SigningKey::generate().to_vec());
pub static OTHER_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| SigningKey::generate().to_vec());

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct StoppedClock(Arc<Mutex<Timestamp>>);

impl StoppedClock {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new("2026-11-21T08:00:00Z".parse().unwrap())))
    }

    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    pub fn advance(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }

    pub fn clock(&self) -> Clock {
        let this = self.clone();
        Arc::new(move || this.now())
    }
}

/// A key set that counts how often it is asked for, and can be away.
pub struct CountingKeys {
    pub set: Mutex<Jwks>,
    pub fetches: AtomicUsize,
    pub is_away: AtomicBool,
    pub is_silent: AtomicBool,
}

impl CountingKeys {
    pub fn new(keys: &[(&str, &[u8])]) -> Arc<Self> {
        let this = Self {
            set: Mutex::default(),
            fetches: AtomicUsize::new(0),
            is_away: AtomicBool::new(false),
            is_silent: AtomicBool::new(false),
        };
        this.publish(keys);
        Arc::new(this)
    }

    pub fn publish(&self, keys: &[(&str, &[u8])]) {
        let keys = keys.iter().map(|(kid, key)| SigningKey::from_pkcs8(kid, key).unwrap().jwk());
        self.set.lock().unwrap().keys = keys.collect();
    }

    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl KeySource for CountingKeys {
    async fn fetch(&self) -> Result<Jwks, Unavailable> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        // A fetch takes a moment, in which others come.
        tokio::task::yield_now().await;
        if self.is_silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Unavailable::new("the keys", "connection refused"));
        }
        Ok(self.set.lock().unwrap().clone())
    }
}

/// Profiles in memory, which can be away.
#[derive(Default)]
pub struct MemoryProfiles {
    pub kept: Mutex<HashMap<Sub, Profile>>,
    pub created: Mutex<Vec<NewProfile>>,
    pub finds: AtomicUsize,
    pub is_away: AtomicBool,
}

impl MemoryProfiles {
    pub fn with(profile: Value) -> Arc<Self> {
        let this = Self::default();
        let Value::Object(profile) = profile else { panic!("a profile is an object") };
        this.kept.lock().unwrap().insert(Sub::parse(SUB).unwrap(), profile);
        Arc::new(this)
    }

    fn ask(&self) -> Result<(), Unavailable> {
        match self.is_away.load(Ordering::SeqCst) {
            true => Err(Unavailable::new("the profiles", "the table is throttled")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Profiles for MemoryProfiles {
    async fn find(&self, sub: &Sub) -> Result<Option<Profile>, Unavailable> {
        self.finds.fetch_add(1, Ordering::SeqCst);
        self.ask()?;
        Ok(self.kept.lock().unwrap().get(sub).cloned())
    }

    async fn create(&self, new: NewProfile) -> Result<(), Unavailable> {
        self.ask()?;
        self.created.lock().unwrap().push(new);
        Ok(())
    }
}

/// The claims of a good access token.
pub fn access_claims(now: Timestamp) -> Value {
    json!({
        "sub": SUB,
        "iss": ISSUER,
        "token_use": "access",
        "client_id": CLIENT,
        "username": "ann",
        "scope": "aws.cognito.signin.user.admin users/read",
        "cognito:groups": ["readers", "writers"],
        "interesting_value": "blue-7-whale",
        "iat": now.as_second() - 60,
        "auth_time": now.as_second() - 60,
        "exp": now.as_second() + 3600,
        "jti": "6b7d7f4e-0000-0000-0000-000000000000",
        "origin_jti": "6b7d7f4e-0000-0000-0000-000000000001",
        "event_id": "6b7d7f4e-0000-0000-0000-000000000002",
    })
}

/// Signs whatever header and claims with a key, as nobody but an attacker or a pool would.
pub fn token(header: &Value, claims: &Value, pkcs8: &[u8]) -> String {
    let text = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let key = RsaKeyPair::from_pkcs8(pkcs8).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", encode(signature))
}

/// Signs as the pool does.
pub fn pool_token(claims: &Value) -> String {
    token(&json!({"kid": KID, "alg": "RS256"}), claims, &POOL_KEY)
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
