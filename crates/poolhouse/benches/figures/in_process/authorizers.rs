//! What does each kind of authorizer cost, on top of a request that needs none?
//!
//! One gateway with a REST API and an HTTP API, the same function behind every route. A token is looked at
//! anew where the line says so: the gateway's clock then moves on by more than the time for which it
//! remembers a proof.

use super::{gates, house::AT_ONCE};
use crate::harness::{
    cpu,
    drive::{Driven, Limit, drive},
    primitives::{Needs, Primitives},
    scale::Scale,
    table::{Figures, us},
};
use async_trait::async_trait;
use bytes::Bytes;
use crypto::{SigningKey, SystemRandom, VerifyingKey};
use functions::{Functions, InProcess, Settings, Thrown};
use gateway::{
    Api, ApiKey, ApiKind, Authorizer, BadSignature, CognitoAuthorizer, Config, Environment,
    Gateway, IdentitySource, JwtAuthorizer, KeySets, LambdaRequestAuthorizer,
    LambdaTokenAuthorizer, NoUpstream, PayloadFormat, Quota, QuotaPeriod, Route, Signatures,
    Signer, Throttle, Unavailable, UsageInMemory, UsagePlan,
};
use http::{Request, Uri, header::AUTHORIZATION, request::Parts};
use jiff::Timestamp;
use names::{Clock, Issuer};
use serde_json::{Value, json};
use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use wire::sigv4::{self, AccessKey, Verifier};

const ISSUER: &str = "http://127.0.0.1:9229/eu-west-1_Ab1Cd2Ef3";
const CLIENT: &str = "1example23456789";
const API_KEY: &str = "an-api-key-of-the-benchmark";
/// Longer than a proof or a verdict is remembered.
const LONG: i64 = 4000;

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

struct World {
    gateway: Gateway,
    /// By how much the clock is ahead, and by how much more with each look at it.
    step: Arc<AtomicI64>,
    bearer: String,
    signed: Parts,
}

/// A line of the table.
struct Line {
    name: &'static str,
    path: &'static str,
    is_new: bool,
    needs: Needs,
    /// The line that it is on top of.
    beside: usize,
}

const fn line(
    name: &'static str,
    path: &'static str,
    is_new: bool,
    needs: Needs,
    beside: usize,
) -> Line {
    Line { name, path, is_new, needs, beside }
}

const LINES: [Line; 15] = [
    line("REST, open", "/open", false, Needs::NOTHING, 0),
    line("Cognito, token new", "/cognito", true, Needs::LOOK, 0),
    line("Cognito, token seen before", "/cognito", false, Needs::NOTHING, 0),
    line("TOKEN, verdict new", "/token-new", true, Needs::LOOK, 0),
    line("TOKEN, verdict kept", "/token-kept", false, Needs::NOTHING, 0),
    line("REQUEST, verdict new", "/request-new", true, Needs::LOOK, 0),
    line("REQUEST, verdict kept", "/request-kept", false, Needs::NOTHING, 0),
    line("API key with throttle and quota", "/key", false, Needs::NOTHING, 0),
    line("AWS_IAM", "/iam", false, Needs::NOTHING, 0),
    line("HTTP, open", "/http/open", false, Needs::NOTHING, 9),
    line("JWT, token new", "/http/jwt", true, Needs::LOOK, 9),
    line("JWT, token seen before", "/http/jwt", false, Needs::NOTHING, 9),
    line("REQUEST 2.0, verdict new", "/http/request-new", true, Needs::LOOK, 9),
    line("REQUEST 2.0, verdict kept", "/http/request-kept", false, Needs::NOTHING, 9),
    line("REQUEST 2.0, simple answer kept", "/http/simple-kept", false, Needs::NOTHING, 9),
];

pub async fn run(scale: &Scale) {
    let primitives = Primitives::measure(scale.flow / 6);
    let world = World::open();
    for line in &LINES {
        world.ask(line.path).await;
    }
    let headers = ["request to an API in process", "CPU µs", "on top of open", "aim", "a second"];
    let mut figures = Figures::new(&headers);
    // Round and round, so that a neighbour who is busy for a while is in every line alike.
    const ROUNDS: u32 = 5;
    let mut all: Vec<Option<Driven>> = LINES.iter().map(|_| None).collect();
    for _ in 0..ROUNDS {
        for (line, sum) in LINES.iter().zip(&mut all) {
            world.step.store(if line.is_new { LONG } else { 0 }, Ordering::Relaxed);
            let mut workers = vec![(); AT_ONCE];
            let limit = Limit::time(scale.flow / ROUNDS);
            let done = drive(&mut workers, limit, cpu::own, async |(), _| {
                world.ask(line.path).await;
            });
            let done = done.await;
            *sum = Some(match sum.take() {
                Some(sum) => sum.beside(done),
                None => done,
            });
        }
    }
    let costs: Vec<&Driven> = all.iter().flatten().collect();
    for (at, line) in LINES.iter().enumerate() {
        let cost = costs[at].cost();
        let above = cost.saturating_sub(costs[line.beside].cost());
        let is_open = line.beside == at;
        let aim = match (is_open, line.is_new) {
            (true, _) => "",
            (false, true) => "22",
            (false, false) => "2",
        };
        figures.row([
            line.name.to_owned(),
            us(cost),
            if is_open { String::new() } else { us(above) },
            aim.to_owned(),
            format!("{:.0}", costs[at].a_second()),
        ]);
    }
    let needed = primitives.cost(Needs::LOOK);
    figures.print(&format!(
        "CPU time of a request through the gateway for each kind of authorizer; an RSA verification alone took {} µs",
        us(needed)
    ));
    assert!(LINES.iter().all(|line| line.needs.verifications == 0 || line.is_new));
}

impl World {
    fn open() -> Self {
        let key = SigningKey::from_pkcs8("kid", &SigningKey::generate()).unwrap();
        let now = Timestamp::now().as_second();
        let access = json!({
            "iss": ISSUER, "sub": "d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa", "token_use": "access",
            "client_id": CLIENT, "scope": "aws.cognito.signin.user.admin users/read",
            "cognito:groups": ["readers", "admins"], "username": "ann", "version": 2,
            "jti": "7d3c4f0a-6a55-4e0e-9b9a-0e5a3c1b2d4f", "auth_time": now, "iat": now,
            "exp": now + 100 * 365 * 24 * 3600,
        });
        let token = key.sign(access.to_string().as_bytes()).unwrap();
        let access_key =
            AccessKey::permanent("AKIAIOSFODNN7EXAMPLE", "a secret of forty characters or so");
        let request = Request::get("/iam").header("host", "127.0.0.1").body(Bytes::new()).unwrap();
        let signed =
            sigv4::sign(request, &access_key, "eu-west-1", "execute-api", Timestamp::now());
        let (step, ahead) = (Arc::new(AtomicI64::new(0)), AtomicI64::new(0));
        let clock: Clock = {
            let step = step.clone();
            Arc::new(move || {
                let step = step.load(Ordering::Relaxed);
                let ahead = ahead.fetch_add(step, Ordering::Relaxed) + step;
                let now = Timestamp::now();
                now.checked_add(jiff::SignedDuration::from_secs(ahead)).unwrap_or(now)
            })
        };
        let environment = Environment {
            functions: functions(&key),
            keys: Arc::new(OneKey(Arc::new(key.verifying_key()))),
            clock,
            random: Arc::new(SystemRandom),
            upstream: Arc::new(NoUpstream),
            signatures: Arc::new(SignedHere(Verifier::new(
                Arc::new(vec![access_key]),
                Arc::new(Timestamp::now),
            ))),
            usage: Arc::new(UsageInMemory::default()),
        };
        let config = Config { apis: vec![rest(), http_api()], throttle: None };
        Self {
            gateway: Gateway::new(config, environment).unwrap(),
            step,
            bearer: format!("Bearer {}", token.reveal()),
            signed: signed.unwrap().into_parts().0,
        }
    }

    async fn ask(&self, path: &'static str) {
        let request = match path {
            "/iam" => Request::from_parts(self.signed.clone(), Bytes::new()),
            // As every caller sends the same headers, what is on top is not a header more to read.
            _ => Request::get(path)
                .header(AUTHORIZATION, &self.bearer)
                .header("x-api-key", API_KEY)
                .body(Bytes::new())
                .unwrap(),
        };
        let response = self.gateway.answer(request, Ipv4Addr::LOCALHOST.into()).await;
        assert_eq!(response.status(), 200, "{path}");
    }
}

fn functions(key: &SigningKey) -> Arc<Functions> {
    let functions = Functions::new(Arc::new(|| "request".to_owned()));
    let issuer = ISSUER.parse().unwrap();
    let jwks = crypto::Jwks { keys: vec![key.jwk()] };
    let authorizer = gates::authorizer(&issuer, &jwks);
    functions.register("authorizer", Settings::default(), Arc::new(authorizer.into_function()));
    let hello = InProcess::new(|_: Value| async {
        Ok::<_, Thrown>(json!({ "statusCode": 200, "body": "hello" }))
    });
    functions.register("hello", Settings::default(), Arc::new(hello));
    let yes = InProcess::new(|_: Value| async { Ok::<_, Thrown>(json!({ "isAuthorized": true })) });
    functions.register("yes", Settings::default(), Arc::new(yes));
    Arc::new(functions)
}

fn rest() -> Api {
    let mut api = api("rest", ApiKind::Rest, "v1");
    let token = |ttl| {
        let token = LambdaTokenAuthorizer::new(gates::arn("authorizer"));
        Authorizer::LambdaToken(LambdaTokenAuthorizer { ttl, ..token })
    };
    let request = |ttl| request("authorizer", ttl, PayloadFormat::V1, false);
    let cognito = CognitoAuthorizer::new(vec![ISSUER.parse().unwrap()]);
    api.authorizers = [
        ("cognito", Authorizer::Cognito(cognito)),
        ("token-new", token(Duration::ZERO)),
        ("token-kept", token(Duration::from_secs(3600))),
        ("request-new", request(Duration::ZERO)),
        ("request-kept", request(Duration::from_secs(3600))),
        ("iam", Authorizer::Iam),
    ]
    .map(|(name, authorizer)| (name.to_owned(), authorizer))
    .into();
    api.routes =
        ["open", "cognito", "token-new", "token-kept", "request-new", "request-kept", "iam"]
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
    let kept = Duration::from_secs(3600);
    let request = |function, ttl, is_simple| request(function, ttl, PayloadFormat::V2, is_simple);
    let jwt = JwtAuthorizer::new(ISSUER.parse().unwrap(), vec![CLIENT.to_owned()]);
    api.authorizers = [
        ("jwt", Authorizer::Jwt(jwt)),
        ("request-new", request("authorizer", Duration::ZERO, false)),
        ("request-kept", request("authorizer", kept, false)),
        ("simple-kept", request("yes", kept, true)),
    ]
    .map(|(name, authorizer)| (name.to_owned(), authorizer))
    .into();
    api.routes = ["open", "jwt", "request-new", "request-kept", "simple-kept"]
        .map(|name| route(name, PayloadFormat::V2))
        .into();
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

fn request(
    function: &str,
    ttl: Duration,
    payload: PayloadFormat,
    simple_responses: bool,
) -> Authorizer {
    Authorizer::LambdaRequest(LambdaRequestAuthorizer {
        function: gates::arn(function),
        identity_sources: vec![IdentitySource::Header(AUTHORIZATION)],
        ttl,
        payload,
        simple_responses,
    })
}
