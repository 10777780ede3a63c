//! What the tests have in common: a clock, a key source, profiles, and somebody who makes tokens.

use async_trait::async_trait;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::jwt::{Jwks, SigningKey};
use events::UserEvent;
use jiff::{SignedDuration, Timestamp};
use kit::{
    Environment, NewProfile, Profile, Profiles, Unavailable,
    authorizer::KeySource,
    passwordless::{Mail, Mailer},
    user_events::{MetricSink, Publisher},
    user_migration::{Directory, Person},
};
use names::{Clock, Password, Sub, Username};
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
    pub signed_in: Mutex<Vec<(Sub, Timestamp)>>,
    pub is_away: AtomicBool,
    pub is_silent: AtomicBool,
    pub tells: AtomicBool,
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
        if self.is_silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.ask()?;
        self.kept.lock().unwrap().entry(new.sub.clone()).or_default();
        self.created.lock().unwrap().push(new);
        Ok(())
    }

    async fn signed_in(&self, sub: &Sub, at: Timestamp) -> Result<bool, Unavailable> {
        if self.is_silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.ask()?;
        let is_there = self.kept.lock().unwrap().contains_key(sub);
        if is_there {
            self.signed_in.lock().unwrap().push((sub.clone(), at));
        }
        Ok(is_there)
    }

    fn tells(&self) -> bool {
        self.tells.load(Ordering::SeqCst)
    }
}

/// What an adapter to the world may do, well or badly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    Failing,
    Hanging,
    Panicking,
}

impl Mood {
    async fn act(self, what: &'static str) -> Result<(), Unavailable> {
        match self {
            Self::Well => Ok(()),
            Self::Failing => Err(Unavailable::new(what, "connection refused")),
            Self::Hanging => std::future::pending().await,
            Self::Panicking => panic!("an adapter with a bug"),
        }
    }
}

/// A publisher that remembers what it was told.
#[derive(Default)]
pub struct MemoryPublisher {
    pub mood: Mood,
    pub told: Mutex<Vec<UserEvent>>,
}

#[async_trait]
impl Publisher for MemoryPublisher {
    async fn publish(&self, event: &UserEvent) -> Result<(), Unavailable> {
        self.mood.act("the topic").await?;
        self.told.lock().unwrap().push(event.clone());
        Ok(())
    }
}

/// Lines of metrics.
#[derive(Default)]
pub struct MemoryMetrics(pub Mutex<Vec<Value>>);

impl MetricSink for MemoryMetrics {
    fn write(&self, line: &str) {
        self.0.lock().unwrap().push(serde_json::from_str(line).unwrap());
    }
}

/// A mailer that keeps what it was given.
#[derive(Default)]
pub struct MemoryMailer {
    pub mood: Mood,
    pub mails: Mutex<Vec<Mail>>,
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, mail: Mail) -> Result<(), Unavailable> {
        self.mood.act("the mailer").await?;
        self.mails.lock().unwrap().push(mail);
        Ok(())
    }
}

/// A directory with one person in it, who may be answered for somebody else.
pub struct MemoryDirectory {
    pub mood: Mood,
    pub password: String,
    pub person: Person,
    pub answers_anybody: bool,
}

impl MemoryDirectory {
    async fn look_up(&self, name: &Username) -> Result<Option<Person>, Unavailable> {
        self.mood.act("the directory").await?;
        let is_asked = self.answers_anybody || name.as_str() == self.person.name;
        Ok(is_asked.then(|| self.person.clone()))
    }
}

#[async_trait]
impl Directory for MemoryDirectory {
    async fn authenticate(
        &self,
        name: &Username,
        password: &Password,
    ) -> Result<Option<Person>, Unavailable> {
        let person = self.look_up(name).await?;
        Ok(person.filter(|_| password.reveal() == self.password))
    }

    async fn find(&self, name: &Username) -> Result<Option<Person>, Unavailable> {
        self.look_up(name).await
    }
}

/// An environment of these variables.
pub fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The event of a trigger.
pub fn trigger(source: &str, user: &str, request: Value, response: Value) -> Value {
    json!({
        "version": "1",
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab1Cd2Ef3",
        "userName": user,
        "callerContext": {"awsSdkVersion": "x", "clientId": "web"},
        "request": request,
        "response": response,
    })
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
