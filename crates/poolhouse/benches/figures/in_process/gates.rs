//! Which gateway, before which authorizer?

use async_trait::async_trait;
use bytes::Bytes;
use crypto::{Jwks, SystemRandom, VerifyingKey};
use events::authorizer::{AuthorizerRequest, TokenRequest};
use functions::{Functions, InProcess, Settings, Thrown};
use gateway::{
    Api, ApiKind, Authorizer as Guard, Config, Environment, Gateway, KeySets,
    LambdaTokenAuthorizer, NoSignatures, NoUpstream, Route, Unavailable, UsageInMemory,
};
use http::{Request, Uri};
use jiff::Timestamp;
use kit::authorizer::{Authorizer, KeySource};
use names::{FunctionArn, Issuer, Token};
use serde_json::{Value, json};
use std::{net::Ipv4Addr, sync::Arc, time::Duration};

/// The keys of the one pool.
pub struct PoolKeys(pub Jwks);

#[async_trait]
impl KeySource for PoolKeys {
    async fn fetch(&self) -> Result<Jwks, kit::Unavailable> {
        Ok(self.0.clone())
    }
}

/// No keys: a Lambda authorizer brings its own.
struct NoKeys;

#[async_trait]
impl KeySets for NoKeys {
    async fn key(&self, _: &Issuer, _: &str) -> Result<Option<Arc<VerifyingKey>>, Unavailable> {
        Ok(None)
    }
}

/// Our authorizer for the tokens of this issuer.
pub fn authorizer(issuer: &Issuer, keys: &Jwks) -> Authorizer {
    let environment = [("ISSUER".to_owned(), issuer.to_string())].into();
    let keys = Arc::new(PoolKeys(keys.clone()));
    Authorizer::from_environment(&environment, keys, Arc::new(Timestamp::now)).unwrap()
}

/// What the authorizer is asked about a token.
pub fn question(token: &Token) -> AuthorizerRequest {
    AuthorizerRequest::Token(TokenRequest {
        authorization_token: format!("Bearer {}", token.reveal()),
        method_arn: "arn:aws:execute-api:eu-west-1:000000000000:api/v1/GET/whoami".to_owned(),
    })
}

/// An API with one route, behind our authorizer, whose verdicts are kept for this long.
pub fn gateway(authorizer: Authorizer, ttl: Duration) -> Gateway {
    let functions = Arc::new(Functions::new(Arc::new(|| "request".to_owned())));
    functions.register("authorizer", Settings::default(), Arc::new(authorizer.into_function()));
    let hello = InProcess::new(|_: Value| async {
        Ok::<_, Thrown>(json!({ "statusCode": 200, "body": "hello" }))
    });
    functions.register("hello", Settings::default(), Arc::new(hello));

    let (region, account) = ("eu-west-1".parse().unwrap(), "000000000000".parse().unwrap());
    let url = Uri::from_static("http://127.0.0.1:3000");
    let mut api = Api::new("api", ApiKind::Rest, "v1", region, account, url);
    let guard = LambdaTokenAuthorizer { ttl, ..LambdaTokenAuthorizer::new(arn("authorizer")) };
    api.authorizers.insert("guard".to_owned(), Guard::LambdaToken(guard));
    let mut route = Route::new("GET".parse().unwrap(), "/whoami", arn("hello"));
    route.authorizer = Some("guard".to_owned());
    api.routes.push(route);
    let environment = Environment {
        functions,
        keys: Arc::new(NoKeys),
        clock: Arc::new(Timestamp::now),
        random: Arc::new(SystemRandom),
        upstream: Arc::new(NoUpstream),
        signatures: Arc::new(NoSignatures),
        usage: Arc::new(UsageInMemory::default()),
    };
    Gateway::new(Config { apis: vec![api], throttle: None }, environment).unwrap()
}

/// Asks the route, which must let the token in.
pub async fn pass(gateway: &Gateway, token: &Token) {
    let request =
        Request::get("/whoami").header("authorization", format!("Bearer {}", token.reveal()));
    let request = request.body(Bytes::new()).unwrap();
    let response = gateway.answer(request, Ipv4Addr::LOCALHOST.into()).await;
    assert_eq!(response.status(), 200);
}

pub fn arn(name: &str) -> FunctionArn {
    format!("arn:aws:lambda:eu-west-1:000000000000:function:{name}").parse().unwrap()
}
