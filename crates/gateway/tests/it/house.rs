//! A gateway in a line, with a clock that stands still, two pools and functions that are closures.

use async_trait::async_trait;
use bytes::Bytes;
use crypto::{
    SeededRandom,
    jwt::{SigningKey, VerifyingKey},
};
use functions::{Failure, Functions, InProcess, Settings, Thrown};
use gateway::{
    Api, ApiKind, Authorizer, BadSignature, Config, Environment, Gateway, KeySets,
    LambdaRequestAuthorizer, LambdaTokenAuthorizer, Misconfigured, NoUpstream, NotPermitted,
    PayloadFormat, Route, Signatures, Signer, Throttle, Unavailable, Upstream, UsageInMemory,
    UsageLedger,
};
use http::{Request, Response, Uri, request::Parts};
use jiff::Timestamp;
use names::{FunctionArn, Issuer, Token};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

pub const POOL_A: &str = "http://127.0.0.1:9229/eu-west-1_AAAAAAAAA";
pub const POOL_B: &str = "http://127.0.0.1:9229/eu-west-1_BBBBBBBBB";
pub const NOW: i64 = 1_800_000_000;

static KEYS: LazyLock<HashMap<&str, SigningKey>> = LazyLock::new(|| {
    let key = |kid| SigningKey::from_pkcs8(kid, &SigningKey::generate()).unwrap();
    [(POOL_A, key("a")), (POOL_B, key("b"))].into()
});

pub struct House {
    pub gateway: Gateway,
    now: Arc<AtomicI64>,
    pub keys: Arc<Keys>,
    /// What each function was sent, in order.
    pub heard: Arc<Mutex<Vec<(String, Value)>>>,
}

/// The key sets of the two pools.
pub struct Keys {
    known: HashMap<(String, String), Arc<VerifyingKey>>,
    pub asked: AtomicUsize,
    pub are_gone: AtomicBool,
}

#[async_trait]
impl KeySets for Keys {
    async fn key(
        &self,
        issuer: &Issuer,
        kid: &str,
    ) -> Result<Option<Arc<VerifyingKey>>, Unavailable> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.are_gone.load(Ordering::Relaxed) {
            return Err(Unavailable("gone".into()));
        }
        Ok(self.known.get(&(issuer.to_string(), kid.to_owned())).cloned())
    }
}

/// Takes whoever is named in a header for the signer.
struct SignedByHeader;

impl Signatures for SignedByHeader {
    fn signer(&self, head: &Parts, body: &Bytes) -> Result<Signer, BadSignature> {
        let said = head.headers.get("signed-by").and_then(|value| value.to_str().ok());
        let bad = |name, message: &str| BadSignature { name, message: message.to_owned() };
        match said {
            None => Err(bad("MissingAuthenticationTokenException", "Missing Authentication Token")),
            Some("ann") => Ok(Signer {
                access_key: "AKIAANN".to_owned(),
                account: "000000000000".to_owned(),
                user_id: "AIDAANN".to_owned(),
                // What was signed is the whole request as it was sent.
                user_arn: format!("{} {} {}", head.method, head.uri, body.len()),
            }),
            Some("carl") => Ok(Signer {
                access_key: "AKIACARL".to_owned(),
                account: "000000000000".to_owned(),
                user_id: "AIDACARL".to_owned(),
                user_arn: "arn:aws:iam::000000000000:user/carl".to_owned(),
            }),
            Some(_) => Err(bad("InvalidSignatureException", "Signature expired: too old")),
        }
    }

    fn permit(
        &self,
        signer: &Signer,
        method_arn: &str,
        _: &Parts,
        peer: IpAddr,
    ) -> Result<(), NotPermitted> {
        match signer.access_key.as_str() {
            "AKIACARL" => Err(NotPermitted(format!("not {method_arn} from {peer}"))),
            _ => Ok(()),
        }
    }
}

pub struct Builder {
    apis: Vec<Api>,
    throttle: Option<Throttle>,
    usage: Arc<dyn UsageLedger>,
    functions: Arc<Functions>,
    heard: Arc<Mutex<Vec<(String, Value)>>>,
    upstream: Arc<dyn Upstream>,
}

pub fn house() -> Builder {
    let heard = Arc::default();
    let functions = Arc::new(Functions::new(Arc::new(|| "request".to_owned())));
    let (upstream, usage) = (Arc::new(NoUpstream), Arc::new(UsageInMemory::default()));
    Builder { apis: Vec::new(), throttle: None, usage, functions, heard, upstream }
        .function("hello", |_| Ok(json!({ "statusCode": 200, "body": "hello" })))
}

impl Builder {
    pub fn function(
        self,
        name: &'static str,
        handler: impl Fn(Value) -> Result<Value, Thrown> + Send + Sync + 'static,
    ) -> Self {
        let heard = self.heard.clone();
        let handler = Arc::new(handler);
        let function = InProcess::new(move |event: Value| {
            heard.lock().unwrap().push((name.to_owned(), event.clone()));
            let handler = handler.clone();
            async move {
                tokio::task::yield_now().await;
                handler(event)
            }
        });
        self.functions.register(name, Settings::default(), Arc::new(function));
        self
    }

    /// A function that answers after this many seconds of tokio's clock, with this long a limit itself.
    pub fn slow(self, name: &'static str, seconds: u64, limit: u64) -> Self {
        let function = InProcess::new(move |_: Value| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Ok::<Value, Thrown>(json!({ "statusCode": 200 }))
        });
        let settings = Settings { timeout: Duration::from_secs(limit) };
        self.functions.register(name, settings, Arc::new(function));
        self
    }

    pub fn upstream(mut self, upstream: impl Upstream + 'static) -> Self {
        self.upstream = Arc::new(upstream);
        self
    }

    pub fn api(mut self, api: Api) -> Self {
        self.apis.push(api);
        self
    }

    /// The throttle of the account.
    pub fn throttle(self, rate: f64, burst: u32) -> Self {
        Self { throttle: Some(Throttle { rate, burst }), ..self }
    }

    /// Counts quotas there, as other nodes do.
    pub fn usage(self, usage: Arc<dyn UsageLedger>) -> Self {
        Self { usage, ..self }
    }

    pub fn open(self) -> House {
        self.try_open().unwrap()
    }

    pub fn try_open(self) -> Result<House, Misconfigured> {
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = now.clone();
        let known = KEYS.iter().map(|(issuer, key)| {
            let name = ((*issuer).to_owned(), key.kid().to_owned());
            (name, Arc::new(key.verifying_key()))
        });
        let keys = Arc::new(Keys {
            known: known.collect(),
            asked: AtomicUsize::new(0),
            are_gone: AtomicBool::new(false),
        });
        let gateway = Gateway::new(
            Config { apis: self.apis, throttle: self.throttle },
            Environment {
                functions: self.functions,
                keys: keys.clone(),
                clock: Arc::new(move || {
                    Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()
                }),
                random: Arc::new(SeededRandom::new(1)),
                signatures: Arc::new(SignedByHeader),
                usage: self.usage,
                upstream: self.upstream,
            },
        )?;
        Ok(House { gateway, now, keys, heard: self.heard })
    }
}

impl House {
    pub fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// How often a function was called.
    pub fn calls(&self, name: &str) -> usize {
        self.heard.lock().unwrap().iter().filter(|(called, _)| called == name).count()
    }

    /// What a function was sent last.
    pub fn last(&self, name: &str) -> Value {
        let heard = self.heard.lock().unwrap();
        heard.iter().rev().find(|(called, _)| called == name).unwrap().1.clone()
    }

    pub async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.gateway.answer(request, [192, 0, 2, 7].into()).await
    }

    /// `GET /path` with headers, as a line: status, error type or challenge, body.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> String {
        line(&self.send(request("GET", path, headers)).await)
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> String {
        line(&self.send(request(method, path, headers)).await)
    }

    pub async fn bearer(&self, path: &str, token: &Token) -> String {
        let value = format!("Bearer {}", token.reveal());
        self.get(path, &[("authorization", &value)]).await
    }
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::new()).unwrap()
}

pub fn line(response: &Response<Bytes>) -> String {
    let mut line = response.status().as_u16().to_string();
    for name in ["x-amzn-errortype", "www-authenticate"] {
        if let Some(value) = response.headers().get(name) {
            line = format!("{line} {}", value.to_str().unwrap());
        }
    }
    format!("{line} {}", String::from_utf8_lossy(response.body()))
}

pub fn arn(name: &str) -> FunctionArn {
    format!("arn:aws:lambda:eu-west-1:000000000000:function:{name}").parse().unwrap()
}

pub fn api(id: &str, kind: ApiKind, stage: &str) -> Api {
    let (region, account) = ("eu-west-1".parse().unwrap(), "000000000000".parse().unwrap());
    let url = Uri::from_static("http://api.example.com:3000");
    Api::new(id, kind, stage, region, account, url)
}

pub fn rest() -> Api {
    api("rest", ApiKind::Rest, "prod")
}

pub fn http_api() -> Api {
    api("http", ApiKind::Http, "$default")
}

/// `GET /items/{id}` to the function `hello`.
pub fn route(key: &str) -> Route {
    let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
    Route::new(method.parse().unwrap(), path, arn("hello"))
}

pub fn guarded(key: &str, authorizer: &str) -> Route {
    Route { authorizer: Some(authorizer.to_owned()), ..route(key) }
}

pub fn scoped(key: &str, authorizer: &str, scopes: &[&str]) -> Route {
    let scopes = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
    Route { scopes, ..guarded(key, authorizer) }
}

pub fn with(mut api: Api, authorizer: Authorizer, routes: Vec<Route>) -> Api {
    api.authorizers.insert("guard".to_owned(), authorizer);
    api.routes = routes;
    api
}

/// A TOKEN authorizer in front of the function `judge`, with this TTL.
pub fn token_authorizer(ttl: u64) -> Authorizer {
    let authorizer = LambdaTokenAuthorizer::new(arn("judge"));
    Authorizer::LambdaToken(LambdaTokenAuthorizer { ttl: Duration::from_secs(ttl), ..authorizer })
}

/// A REQUEST authorizer in front of the function `judge`.
pub fn request_authorizer(
    sources: &[&str],
    ttl: u64,
    payload: PayloadFormat,
    simple_responses: bool,
) -> Authorizer {
    Authorizer::LambdaRequest(LambdaRequestAuthorizer {
        function: arn("judge"),
        identity_sources: sources.iter().map(|source| source.parse().unwrap()).collect(),
        ttl: Duration::from_secs(ttl),
        payload,
        simple_responses,
    })
}

/// A policy that allows these resources.
pub fn allow(resources: &[&str]) -> Value {
    json!({
        "principalId": "user|ann",
        "policyDocument": { "Version": "2012-10-17", "Statement": [
            { "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": resources }
        ] },
        "context": { "text": "x", "number": 1, "truth": true },
    })
}

/// A token of a pool; `claims` are added to, and win over, the usual ones.
pub fn sign(pool: &str, claims: &Value) -> Token {
    let mut all = json!({ "iss": pool, "sub": "s", "iat": NOW - 10, "exp": NOW + 3600 });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    KEYS[pool].sign(all.to_string().as_bytes()).unwrap()
}

pub fn id_token() -> Token {
    sign(
        POOL_A,
        &json!({ "token_use": "id", "aud": "web", "email_verified": true,
                 "cognito:groups": ["admins", "readers"] }),
    )
}

pub fn access_token(scope: &str) -> Token {
    sign(POOL_A, &json!({ "token_use": "access", "client_id": "web", "scope": scope }))
}

/// The key of pool A, for forging.
pub fn public_modulus() -> String {
    KEYS[POOL_A].jwk().n
}

/// A function that fails in a way no closure can.
pub struct Failing(pub Failure);

#[async_trait]
impl functions::Function for Failing {
    async fn invoke(&self, _: functions::Call) -> Result<Bytes, Failure> {
        Err(self.0.clone())
    }
}

impl Builder {
    pub fn failing(self, name: &'static str, failure: Failure) -> Self {
        self.functions.register(name, Settings::default(), Arc::new(Failing(failure)));
        self
    }
}
