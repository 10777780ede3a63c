//! The API over a house of the testkit: a pool, profiles in the same store, a mailbox, two keys.

use async_trait::async_trait;
use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex};
use store::Store;
use testkit::{House, PASSWORD};
use tower::ServiceExt;
use users::{
    At, BesidePool, Caller, Problem, Profiles, Source, UserApi,
    api_keys::{ApiKeys, Grant, KeyId, KeyScope},
    assets::{Avatars, StoredPictures, StoredUploads},
    events::Drain,
    letters::{Letter, LetterAbout, Letters, Undelivered},
    sessions::SessionsBesidePool,
};

pub const TABLE: &str = "people";

/// The API and the house it stands in. Clones are the same.
#[derive(Clone)]
pub struct Stage {
    pub house: House,
    pub api: UserApi,
    pub letters: Postbox,
    router: Router,
}

/// The letters that were sent, as address and code; or nobody who carries them.
#[derive(Clone, Default)]
pub struct Postbox {
    sent: Arc<Mutex<Vec<(String, String)>>>,
    pub is_broken: Arc<Mutex<bool>>,
}

#[async_trait]
impl Letters for Postbox {
    async fn send(&self, letter: Letter, _: Timestamp) -> Result<(), Undelivered> {
        if *self.is_broken.lock().unwrap() {
            return Err(Undelivered("nobody carries letters".to_owned()));
        }
        let code = match letter.about {
            LetterAbout::Activation { link, code } => {
                assert_eq!(
                    link,
                    format!("https://api.example.com/v1/user/activate/{}", code.reveal())
                );
                code
            }
            LetterAbout::EmailChange { code } => code,
        };
        self.sent.lock().unwrap().push((letter.to, code.reveal().to_owned()));
        Ok(())
    }
}

impl Postbox {
    pub fn all(&self) -> Vec<(String, String)> {
        self.sent.lock().unwrap().clone()
    }

    /// The newest code for an address.
    pub fn code(&self, to: &str) -> String {
        let all = self.all();
        all.into_iter().rev().find(|(other, _)| other == to).expect("a letter was sent").1
    }
}

/// Two keys that say what they are for.
struct TwoKeys;

#[async_trait]
impl ApiKeys for TwoKeys {
    async fn check(&self, presented: &str, _: Timestamp) -> Result<Option<Grant>, Problem> {
        let scope = match presented {
            "reads" => KeyScope::Read,
            "writes" | "writes-too" => KeyScope::Write,
            _ => return Ok(None),
        };
        Ok(Some(Grant { id: KeyId::parse(presented).unwrap(), name: presented.to_owned(), scope }))
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// Status and kind: `409 taken`.
    pub fn line(&self) -> String {
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        let kind = kind.trim_start_matches("urn:poolhouse:problem:").to_owned();
        format!("{} {kind}", self.status).trim_end().to_owned()
    }

    /// Where things are wrong.
    pub fn pointers(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }
}

/// A request on its way.
pub struct Asking<'a> {
    stage: &'a Stage,
    request: Request<Body>,
}

impl Asking<'_> {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().append(name, value.parse().unwrap());
        self
    }

    /// With one of the keys `reads`, `writes` and `writes-too`.
    pub fn key(self, key: &str) -> Self {
        self.header("x-api-key", key)
    }

    /// As somebody whom an authorizer of a REST API let in.
    pub fn caller(mut self, claims: Value) -> Self {
        let mut context = Map::new();
        context.insert("claims".to_owned(), claims);
        self.request.extensions_mut().insert(Caller { context });
        self
    }

    pub fn person(self, sub: &str) -> Self {
        self.caller(json!({ "sub": sub, "client_id": "web" }))
    }

    pub fn from(mut self, address: &str) -> Self {
        self.request.extensions_mut().insert(Source(Some(address.parse().unwrap())));
        self
    }

    /// Sent at another moment than now.
    pub fn at(mut self, moment: Timestamp) -> Self {
        self.request.extensions_mut().insert(At(moment));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(self, kind: &str, body: impl Into<Body>) -> Self {
        let mut this = self.header("content-type", kind);
        *this.request.body_mut() = body.into();
        this
    }

    pub async fn send(self) -> Answer {
        let response = self.stage.router.clone().oneshot(self.request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        assert_ne!(head.status, StatusCode::INTERNAL_SERVER_ERROR, "{body:?}");
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status: head.status.as_u16(), headers: head.headers, text }
    }
}

impl Stage {
    /// Over a store in memory, with a pool in which people sign in with their address.
    pub async fn new() -> Self {
        Self::of(House::empty(), json!({ "UsernameAttributes": ["email"] })).await
    }

    /// Over this store.
    pub async fn over(store: Arc<dyn Store>) -> Self {
        Self::of(House::over(store), json!({ "UsernameAttributes": ["email"] })).await
    }

    /// In a pool with these settings.
    pub async fn in_pool(settings: Value) -> Self {
        Self::of(House::empty(), settings).await
    }

    async fn of(mut house: House, settings: Value) -> Self {
        house.pool = house.make_pool(settings).await;
        house.client = house.make_client(json!({})).await;
        let pools = house.idp.pools.clone();
        let records = pools.records().clone();
        let pool = house.pool.parse().unwrap();
        let profiles = Profiles::new(records.clone(), TABLE);
        let random: Arc<dyn crypto::Random> = Arc::new(crypto::SystemRandom);
        let public_url = "https://api.example.com/v1";
        let letters = Postbox::default();
        let client = house.client.parse().unwrap();
        let accounts = BesidePool { pools: pools.clone(), pool };
        let sessions = SessionsBesidePool { pools, pool: house.pool.parse().unwrap(), client };
        let api = UserApi {
            avatars: Avatars::new(
                profiles.clone(),
                Arc::new(StoredPictures::new(records.clone(), TABLE)),
                Arc::new(StoredUploads::new(records, public_url)),
                random.clone(),
            ),
            profiles,
            accounts: Arc::new(accounts),
            keys: Arc::new(TwoKeys),
            letters: Arc::new(letters.clone()),
            sessions: Arc::new(sessions),
            drain: None,
            random,
            public_url: public_url.to_owned(),
        };
        let router = users::router(api.clone());
        Self { house, api, letters, router }
    }

    /// From now on somebody takes what happens to whoever listens.
    pub fn listen(&mut self, drain: Drain) {
        self.api.drain = Some(drain);
        self.router = users::router(self.api.clone());
    }

    pub fn ask(&self, method: &str, path: &str) -> Asking<'_> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        *request.uri_mut() = path.parse().unwrap();
        request.extensions_mut().insert(At(self.house.clock.now()));
        Asking { stage: self, request }
    }

    pub fn get(&self, path: &str) -> Asking<'_> {
        self.ask("GET", path).key("reads")
    }

    pub fn post(&self, path: &str) -> Asking<'_> {
        self.ask("POST", path).key("writes")
    }

    pub fn put(&self, path: &str) -> Asking<'_> {
        self.ask("PUT", path).key("writes")
    }

    pub fn patch(&self, path: &str) -> Asking<'_> {
        self.ask("PATCH", path).key("writes")
    }

    pub fn delete(&self, path: &str) -> Asking<'_> {
        self.ask("DELETE", path).key("writes")
    }

    /// Asks for a user of this name, with further members.
    pub async fn make(&self, name: &str, further: Value) -> Answer {
        let mut body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        if let (Some(body), Value::Object(further)) = (body.as_object_mut(), further) {
            body.extend(further);
        }
        self.post("/user").json(&body).send().await
    }

    /// A user who waits, by their id.
    pub async fn pending(&self, name: &str) -> String {
        let made = self.make(name, json!({ "handle": name, "name": name })).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }

    /// A user who is active, by their id.
    pub async fn active(&self, name: &str) -> String {
        let id = self.pending(name).await;
        let code = self.letters.code(&format!("{name}@example.com"));
        let answer = self.ask("POST", &format!("/user/activate/{code}")).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        id
    }

    pub async fn profile(&self, id: &str) -> Value {
        self.get(&format!("/user/{id}")).send().await.ok()
    }

    pub async fn status(&self, id: &str) -> String {
        self.profile(id).await["status"].as_str().unwrap().to_owned()
    }

    /// The status of a sign-in in the pool, with the error if there is one.
    pub async fn sign_in(&self, name: &str) -> String {
        let answer = self.house.sign_in(&format!("{name}@example.com"), PASSWORD).await;
        if answer.status == 200 { "200".to_owned() } else { answer.line() }
    }

    pub fn advance(&self, by: SignedDuration) {
        self.house.advance(by);
    }
}
