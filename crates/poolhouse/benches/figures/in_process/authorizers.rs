//! What does each kind of authorizer cost, on top of a request that needs none?
//!
//! A gateway with a REST API and an HTTP API, the same function behind every route, which looks at nothing: what it
//! makes of claims and context is its own affair. Requests come one after the other, each with a token of its own. For
//! a line about something new they come to a gateway that has just been made; for all others they have come to it
//! twice before.
//!
//! Lines take turns of a few milliseconds, and the figure of a line is that of its quickest tenth: in the others a
//! neighbour had a share of the core's caches or of the core itself.

use super::gates;
use crate::harness::{
    cpu,
    scale::Scale,
    table::{Figures, us},
};
use async_trait::async_trait;
use bytes::Bytes;
use crypto::{Presented, SigningKey, SystemRandom, VerifyingKey};
use functions::{Call, Failure, Function, Functions, InProcess, Settings, Thrown};
use gateway::{
    Api, ApiKey, ApiKind, Authorizer, BadSignature, CognitoAuthorizer, Config, Environment,
    Gateway, IdentitySource, JwtAuthorizer, KeySets, LambdaRequestAuthorizer,
    LambdaTokenAuthorizer, NoUpstream, PayloadFormat, Quota, QuotaPeriod, Route, Signatures,
    Signer, Throttle, Unavailable, UsageInMemory, UsagePlan,
};
use http::{Request, Uri, header::AUTHORIZATION, request::Parts};
use jiff::Timestamp;
use names::Issuer;
use serde_json::{Value, json};
use std::{
    hint::black_box,
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, Instant},
};
use wire::sigv4::{self, AccessKey, Verifier};

const ISSUER: &str = "http://127.0.0.1:9229/eu-west-1_Ab1Cd2Ef3";
const CLIENT: &str = "1example23456789";
const API_KEY: &str = "an-api-key-of-the-benchmark";
/// How long a verdict is kept.
const KEPT: Duration = Duration::from_secs(3600);
/// The requests of a turn.
const TURN: usize = 128;

/// The key of the one issuer.
struct OneKey(Arc<VerifyingKey>);

#[async_trait]
impl KeySets for OneKey {
    async fn key(&self, _: &Issuer, _: &str) -> Result<Option<Arc<VerifyingKey>>, Unavailable> {
        Ok(Some(self.0.clone()))
    }
}

struct SignedHere(Verifier);

impl Signatures for SignedHere {
    fn signer(&self, head: &Parts, body: &Bytes) -> Result<Signer, BadSignature> {
        let signer = self.0.verify(head, body, "execute-api").map_err(|refused| BadSignature {
            name: refused.code(),
            message: refused.to_string(),
        })?;
        let (account, user_arn) = ("000000000000".to_owned(), "arn".to_owned());
        Ok(Signer { access_key: signer.access_key_id, user_id: account.clone(), account, user_arn })
    }
}

/// The function behind every route.
struct Hello;

#[async_trait]
impl Function for Hello {
    async fn invoke(&self, _: Call) -> Result<Bytes, Failure> {
        Ok(Bytes::from_static(br#"{"statusCode":200,"body":"hello"}"#))
    }
}

struct World {
    key: SigningKey,
    bearers: Vec<String>,
    access_key: AccessKey,
    signed: Parts,
}

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Open,
    /// Somebody new is let in.
    New,
    /// Somebody is let in who was let in before.
    Again,
    /// Whoever comes is looked at anew each time.
    Each,
}

/// A line of the table: its name, its path, what it is about, and the line that it is on top of.
type Line = (&'static str, &'static str, About, usize);

const LINES: [Line; 15] = [
    ("REST, open", "/open", About::Open, 0),
    ("Cognito, token new", "/cognito", About::New, 0),
    ("Cognito, token seen before", "/cognito", About::Again, 0),
    ("TOKEN, verdict new", "/token", About::New, 0),
    ("TOKEN, verdict kept", "/token", About::Again, 0),
    ("REQUEST, verdict new", "/request", About::New, 0),
    ("REQUEST, verdict kept", "/request", About::Again, 0),
    ("API key with throttle and quota", "/key", About::Again, 0),
    ("AWS_IAM, a signature each time", "/iam", About::Each, 0),
    ("HTTP, open", "/http/open", About::Open, 9),
    ("JWT, token new", "/http/jwt", About::New, 9),
    ("JWT, token seen before", "/http/jwt", About::Again, 9),
    ("REQUEST 2.0, verdict new", "/http/request", About::New, 9),
    ("REQUEST 2.0, verdict kept", "/http/request", About::Again, 9),
    ("REQUEST 2.0, simple answer kept", "/http/simple", About::Again, 9),
];

/// What one request of each turn of a line cost, as CPU time.
#[derive(Default)]
struct Turns(Vec<Duration>);

impl Turns {
    /// A turn that began when this process had taken so much CPU time.
    fn take(&mut self, before: Duration) {
        self.0.push((cpu::own() - before) / u32::try_from(TURN).unwrap());
    }

    fn cost(&self) -> Duration {
        let mut costs = self.0.clone();
        costs.sort_unstable();
        costs[costs.len() / 10]
    }

    /// As many requests as a core has time for.
    fn a_second(&self) -> String {
        format!("{:.0}", 1.0 / self.cost().as_secs_f64())
    }
}

pub async fn run(scale: &Scale) {
    let world = World::open();
    let mut verifications = Turns::default();
    let mut all: [Turns; LINES.len()] = Default::default();
    let began = Instant::now();
    while all[0].0.len() < 10 || began.elapsed() < scale.flow * 15 {
        world.verify(&mut verifications);
        for ((_, path, about, _), turns) in LINES.iter().zip(&mut all) {
            world.turn(path, *about, turns).await;
        }
    }
    let headers =
        ["request to an API in process", "CPU µs", "on top of open", "aim", "a second of a core"];
    let mut figures = Figures::new(&headers);
    let alone = (us(verifications.cost()), verifications.a_second());
    let name = "an RSA verification alone".to_owned();
    figures.row([name, alone.0, String::new(), String::new(), alone.1]);
    for (at, (name, _, about, beside)) in LINES.iter().enumerate() {
        let cost = all[at].cost();
        let above = us(cost.saturating_sub(all[*beside].cost()));
        let (above, aim) = match about {
            About::Open => (String::new(), ""),
            About::New | About::Each => (above, "22"),
            About::Again => (above, "2"),
        };
        figures.row([(*name).to_owned(), us(cost), above, aim.to_owned(), all[at].a_second()]);
    }
    figures.print("CPU time of a request through the gateway for each kind of authorizer");
}

impl World {
    fn open() -> Self {
        let key = SigningKey::from_pkcs8("kid", &SigningKey::generate()).unwrap();
        let now = Timestamp::now().as_second();
        let bearer = |number| {
            let access = json!({
                "iss": ISSUER, "sub": "d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa", "token_use": "access",
                "client_id": CLIENT, "scope": "aws.cognito.signin.user.admin users/read",
                "cognito:groups": ["readers", "admins"], "username": "ann", "version": 2,
                "jti": format!("7d3c4f0a-6a55-4e0e-9b9a-{number:012x}"), "auth_time": now,
                "iat": now, "exp": now + 24 * 3600,
            });
            format!("Bearer {}", key.sign(access.to_string().as_bytes()).unwrap().reveal())
        };
        let bearers = (0..TURN).map(bearer).collect();
        let access_key =
            AccessKey::permanent("AKIAIOSFODNN7EXAMPLE", "a secret of forty characters or so");
        let request = Request::get("/iam").header("host", "127.0.0.1").body(Bytes::new()).unwrap();
        let signed =
            sigv4::sign(request, &access_key, "eu-west-1", "execute-api", Timestamp::now());
        let signed = signed.unwrap().into_parts().0;
        Self { key, bearers, access_key, signed }
    }

    fn gateway(&self) -> Gateway {
        let clock = Arc::new(Timestamp::now);
        let verifier = Verifier::new(Arc::new(vec![self.access_key.clone()]), clock.clone());
        let environment = Environment {
            functions: functions(&self.key),
            keys: Arc::new(OneKey(Arc::new(self.key.verifying_key()))),
            clock,
            random: Arc::new(SystemRandom),
            upstream: Arc::new(NoUpstream),
            signatures: Arc::new(SignedHere(verifier)),
            usage: Arc::new(UsageInMemory::default()),
        };
        let config = Config { apis: vec![rest(), http_api()], throttle: None };
        Gateway::new(config, environment).unwrap()
    }

    /// Asks a path once for each token.
    async fn turn(&self, path: &str, about: About, turns: &mut Turns) {
        let gateway = self.gateway();
        // The function's keys are fetched, and what is made once is made.
        let stranger = format!("Bearer {}", self.key.sign(b"{}").unwrap().reveal());
        self.ask(&gateway, path, &stranger).await;
        self.ask(&gateway, "/open", &stranger).await;
        if about != About::New {
            for bearer in self.bearers.iter().chain(&self.bearers) {
                self.ask(&gateway, path, bearer).await;
            }
        }
        let before = cpu::own();
        for bearer in &self.bearers {
            let status = self.ask(&gateway, path, bearer).await;
            assert_eq!(status, 200, "{path}");
        }
        turns.take(before);
    }

    async fn ask(&self, gateway: &Gateway, path: &str, bearer: &str) -> u16 {
        let request = match path {
            "/iam" => Request::from_parts(self.signed.clone(), Bytes::new()),
            // As every caller sends the same headers, what is on top is not a header more to read.
            _ => Request::get(path)
                .header(AUTHORIZATION, bearer)
                .header("x-api-key", API_KEY)
                .body(Bytes::new())
                .unwrap(),
        };
        gateway.answer(request, Ipv4Addr::LOCALHOST.into()).await.status().as_u16()
    }

    /// Looks at the signature of each token.
    fn verify(&self, turns: &mut Turns) {
        let key = self.key.verifying_key();
        let before = cpu::own();
        for bearer in &self.bearers {
            let token = bearer.strip_prefix("Bearer ").unwrap();
            _ = black_box(Presented::parse(token).unwrap().verify(&key).unwrap());
        }
        turns.take(before);
    }
}

fn functions(key: &SigningKey) -> Arc<Functions> {
    let functions = Functions::new(Arc::new(|| "request".to_owned()));
    let issuer = ISSUER.parse().unwrap();
    let jwks = crypto::Jwks { keys: vec![key.jwk()] };
    let authorizer = gates::authorizer(&issuer, &jwks);
    functions.register("authorizer", Settings::default(), Arc::new(authorizer.into_function()));
    functions.register("hello", Settings::default(), Arc::new(Hello));
    let yes = InProcess::new(|_: Value| async { Ok::<_, Thrown>(json!({ "isAuthorized": true })) });
    functions.register("yes", Settings::default(), Arc::new(yes));
    Arc::new(functions)
}

fn rest() -> Api {
    let mut api = api("rest", ApiKind::Rest, "v1");
    let token = LambdaTokenAuthorizer::new(gates::arn("authorizer"));
    let token = LambdaTokenAuthorizer { ttl: KEPT, ..token };
    let cognito = CognitoAuthorizer::new(vec![ISSUER.parse().unwrap()]);
    api.authorizers = [
        ("cognito", Authorizer::Cognito(cognito)),
        ("token", Authorizer::LambdaToken(token)),
        ("request", request("authorizer", PayloadFormat::V1, false)),
        ("iam", Authorizer::Iam),
    ]
    .map(|(name, authorizer)| (name.to_owned(), authorizer))
    .into();
    api.routes = ["open", "cognito", "token", "request", "iam"]
        .map(|name| route(name, PayloadFormat::V1))
        .into();
    api.routes[1].scopes = vec!["users/read".parse().unwrap()];
    api.routes.push(Route { api_key_required: true, ..route("open", PayloadFormat::V1) });
    api.routes.last_mut().unwrap().path = "/key".to_owned();
    api.usage_plans = vec![UsagePlan {
        id: "plan".to_owned(),
        throttle: Some(Throttle { rate: 1e9, burst: u32::MAX }),
        quota: Some(Quota { limit: u64::MAX, offset: 0, period: QuotaPeriod::Month }),
        keys: vec![ApiKey::new("key", API_KEY)],
        ..UsagePlan::default()
    }];
    api
}

fn http_api() -> Api {
    let mut api = api("http", ApiKind::Http, "$default");
    api.mounts = vec!["/http".to_owned()];
    let jwt = JwtAuthorizer::new(ISSUER.parse().unwrap(), vec![CLIENT.to_owned()]);
    api.authorizers = [
        ("jwt", Authorizer::Jwt(jwt)),
        ("request", request("authorizer", PayloadFormat::V2, false)),
        ("simple", request("yes", PayloadFormat::V2, true)),
    ]
    .map(|(name, authorizer)| (name.to_owned(), authorizer))
    .into();
    api.routes =
        ["open", "jwt", "request", "simple"].map(|name| route(name, PayloadFormat::V2)).into();
    api.routes[1].scopes = vec!["users/read".parse().unwrap()];
    api
}

fn api(id: &str, kind: ApiKind, stage: &str) -> Api {
    let (region, account) = ("eu-west-1".parse().unwrap(), "000000000000".parse().unwrap());
    Api::new(id, kind, stage, region, account, Uri::from_static("http://127.0.0.1:3000"))
}

/// A route behind the authorizer of its name.
fn route(name: &str, payload: PayloadFormat) -> Route {
    let route = Route::new("GET".parse().unwrap(), format!("/{name}"), gates::arn("hello"));
    let authorizer = (name != "open").then(|| name.to_owned());
    Route { authorizer, payload, ..route }
}

fn request(function: &str, payload: PayloadFormat, simple_responses: bool) -> Authorizer {
    Authorizer::LambdaRequest(LambdaRequestAuthorizer {
        function: gates::arn(function),
        identity_sources: vec![IdentitySource::Header(AUTHORIZATION)],
        ttl: KEPT,
        payload,
        simple_responses,
    })
}
