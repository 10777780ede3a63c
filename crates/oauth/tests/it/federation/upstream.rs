//! A provider that behaves as it is told: an OpenID Connect server without sockets, with hostile modes.

use async_trait::async_trait;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use crypto::SigningKey;
use http::{Request, Response};
use oauth::federation::{Http, Unreached};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use testkit::{StoppedClock, fixed_key};

/// Changes what the provider would say.
pub type Twist<T> = Option<Box<dyn Fn(T) -> T + Send>>;

/// A provider, its one user, and how it misbehaves.
pub struct Upstream {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    pub key: SigningKey,
    pub clock: StoppedClock,
    /// Claims of the ID token besides those that every token has.
    pub claims: Value,
    /// The answer of the user info endpoint; there is none without it.
    pub user_info: Option<Value>,
    pub twist_claims: Twist<Value>,
    pub twist_token: Twist<String>,
    pub twist_document: Twist<Value>,
    pub token_error: Option<(u16, Value)>,
    codes: BTreeMap<String, Sent>,
    /// The paths that were called.
    pub heard: Vec<String>,
}

struct Sent {
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

/// All providers of a test. The port to them is their name.
#[derive(Clone, Default)]
pub struct Internet(pub Arc<Mutex<BTreeMap<String, Upstream>>>);

impl Internet {
    pub fn add(&self, name: &str, clock: &StoppedClock) {
        let upstream = Upstream {
            issuer: format!("https://{name}.example.com"),
            client_id: "app".to_owned(),
            client_secret: Some("s3cret&+ ".to_owned()),
            key: SigningKey::from_pkcs8(name, &fixed_key().unwrap()).unwrap(),
            clock: clock.clone(),
            claims: json!({ "sub": "12345", "email": "ann@example.com", "email_verified": true,
                "given_name": "Ann" }),
            user_info: None,
            twist_claims: None,
            twist_token: None,
            twist_document: None,
            token_error: None,
            codes: BTreeMap::new(),
            heard: Vec::new(),
        };
        self.0.lock().unwrap().insert(format!("{name}.example.com"), upstream);
    }

    pub fn with<T>(&self, name: &str, change: impl FnOnce(&mut Upstream) -> T) -> T {
        change(self.0.lock().unwrap().get_mut(&format!("{name}.example.com")).unwrap())
    }

    /// The person says yes at the provider that the browser was sent to: the code and the state.
    pub fn approve(&self, location: &str) -> (String, String) {
        let uri: http::Uri = location.parse().unwrap();
        let query = fields(uri.query().unwrap());
        let mut all = self.0.lock().unwrap();
        let upstream = all.get_mut(uri.host().unwrap()).expect("a provider of the test");
        assert_eq!(query["client_id"], upstream.client_id);
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        let code = format!("code-{}", upstream.codes.len());
        let sent = Sent {
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            redirect_uri: query["redirect_uri"].clone(),
        };
        upstream.codes.insert(code.clone(), sent);
        (code, query["state"].clone())
    }
}

impl Upstream {
    fn answer(&mut self, request: &Request<Bytes>) -> (u16, Value) {
        let path = request.uri().path().to_owned();
        self.heard.push(path.clone());
        match path.as_str() {
            "/.well-known/openid-configuration" => (200, self.document()),
            "/keys" => (200, json!({ "keys": [{ "kty": "oct", "k": 7 }, self.key.jwk()] })),
            "/token" => self.token(request),
            "/me" => {
                assert_eq!(request.headers()["authorization"], "Bearer opaque");
                (200, self.user_info.clone().unwrap())
            }
            _ => (404, Value::Null),
        }
    }

    fn document(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        let mut document = json!({ "issuer": self.issuer, "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"), "jwks_uri": at("/keys") });
        if self.user_info.is_some() {
            document["userinfo_endpoint"] = at("/me").into();
        }
        match &self.twist_document {
            Some(twist) => twist(document),
            None => document,
        }
    }

    fn token(&mut self, request: &Request<Bytes>) -> (u16, Value) {
        if let Some(error) = self.token_error.clone() {
            return error;
        }
        let form = fields(std::str::from_utf8(request.body()).unwrap());
        if let Some(secret) = &self.client_secret {
            let basic = request.headers()["authorization"].to_str().unwrap();
            let basic = STANDARD.decode(basic.strip_prefix("Basic ").unwrap()).unwrap();
            let (id, sent) = std::str::from_utf8(&basic).unwrap().split_once(':').unwrap();
            assert_eq!((decoded(id), decoded(sent)), (self.client_id.clone(), secret.clone()));
        }
        let Some(sent) = self.codes.remove(&form["code"]) else {
            return (400, json!({ "error": "invalid_grant", "error_description": "used" }));
        };
        assert_eq!(form["redirect_uri"], sent.redirect_uri);
        let digest = crypto::sha256(form["code_verifier"].as_bytes());
        assert_eq!(URL_SAFE_NO_PAD.encode(digest), sent.challenge);

        let now = self.clock.now().as_second();
        let mut claims = self.claims.clone();
        claims["iss"] = self.issuer.clone().into();
        claims["aud"] = self.client_id.clone().into();
        claims["nonce"] = sent.nonce.into();
        claims["iat"] = now.into();
        claims["exp"] = (now + 300).into();
        if let Some(twist) = &self.twist_claims {
            claims = twist(claims);
        }
        let mut token = self.key.sign(claims.to_string().as_bytes()).unwrap().reveal().to_owned();
        if let Some(twist) = &self.twist_token {
            token = twist(token);
        }
        (200, json!({ "id_token": token, "access_token": "opaque", "token_type": "Bearer" }))
    }
}

#[async_trait]
impl Http for Internet {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unreached> {
        let mut all = self.0.lock().unwrap();
        let host = request.uri().host().unwrap();
        let upstream = all.get_mut(host).ok_or(Unreached::Broken("no such host".to_owned()))?;
        let (status, body) = upstream.answer(&request);
        Ok(Response::builder().status(status).body(body.to_string().into()).unwrap())
    }
}

/// A form or query as its fields, none of them twice.
pub fn fields(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap());
    let fields: Vec<_> = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let count = fields.len();
    let fields: BTreeMap<_, _> = fields.into_iter().collect();
    assert_eq!(fields.len(), count, "a field stands twice");
    fields
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}
