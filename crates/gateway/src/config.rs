//! What does a gateway need to be told?
//!
//! The types know no template: who has one maps it onto these. [`crate::Gateway::new`] checks them as a
//! whole, so that a gateway that runs has no route to an authorizer that is not there.

use crate::{Cors, GatewayResponses, IdentitySource, Integration, RequiredParameter};
use http::{HeaderName, Method, Uri, header::AUTHORIZATION};
use names::{AccountId, ClientId, FunctionArn, Issuer, Region, Scope};
use regex::Regex;
use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

/// The longest a verdict may be kept (an AWS limit).
pub const LONGEST_TTL: Duration = Duration::from_secs(3600);

/// Everything a gateway serves.
#[derive(Debug, Clone, Default)]
pub struct Config {
    pub apis: Vec<Api>,
    /// How fast all APIs together may be asked. On AWS it is 10,000 requests a second, 5,000 at once.
    pub throttle: Option<Throttle>,
}

/// One stage of one API. Two stages of an API are two of these with one `id`.
#[derive(Debug, Clone)]
pub struct Api {
    /// The API's id, which is part of every method ARN.
    pub id: String,
    pub kind: ApiKind,
    pub region: Region,
    pub account: AccountId,
    /// The stage's name; `$default` is the unnamed stage of an HTTP API.
    pub stage: String,
    pub stage_variables: BTreeMap<String, String>,
    /// Where the API is reached, for the functions' eyes: `http://127.0.0.1:3000`. Scheme, host and port
    /// come from here and never from a request's `Host`.
    pub public_url: Uri,
    /// The path prefixes under which the API is served, `""` for all of them: `["/prod"]`. A request
    /// belongs to the API with the longest prefix that fits.
    pub mounts: Vec<String>,
    pub routes: Vec<Route>,
    pub authorizers: BTreeMap<String, Authorizer>,
    pub cors: Option<Cors>,
    /// The usage plans that include this stage. A key is in one of them at most.
    pub usage_plans: Vec<UsagePlan>,
    /// Where a REST API looks for the key of a caller.
    pub api_key_source: ApiKeySource,
    /// The media types whose bodies are bytes to a REST API. HTTP APIs know by themselves.
    pub binary_media_types: Vec<String>,
    /// What a REST API says instead of its own words.
    pub responses: GatewayResponses,
}

/// The two kinds of API, which differ in nearly every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKind {
    /// `AWS::Serverless::Api`, API Gateway version 1.
    Rest,
    /// `AWS::Serverless::HttpApi`, API Gateway version 2.
    Http,
}

/// Who answers which requests, and who may ask.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: RouteMethod,
    /// `/items/{id}`, `/files/{proxy+}`, or `$default` in an HTTP API.
    pub path: String,
    pub integration: Integration,
    /// What a REST API's request validator asks to be there, as `method.request.header.X`.
    pub required: Vec<RequiredParameter>,
    /// How the function is spoken to. A REST API always speaks format 1.0.
    pub payload: PayloadFormat,
    /// The authorizer's name in [`Api::authorizers`]. Without one the route is open.
    pub authorizer: Option<String>,
    /// Scopes of which a token needs one. For Cognito and JWT authorizers only.
    pub scopes: Vec<Scope>,
    /// Whether a REST API asks for an API key as well.
    pub api_key_required: bool,
    /// How fast the route may be asked in this stage, by all callers together.
    pub throttle: Option<Throttle>,
    /// How long the function may take, if that is less than API Gateway's own limit (29 s for REST, 30 s
    /// for HTTP).
    pub timeout: Option<Duration>,
}

/// The method of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteMethod {
    Any,
    One(Method),
}

/// The two forms of proxy and authorizer events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadFormat {
    V1,
    V2,
}

/// Who decides whether a request may pass.
#[derive(Debug, Clone)]
pub enum Authorizer {
    /// `COGNITO_USER_POOLS` of a REST API.
    Cognito(CognitoAuthorizer),
    /// `JWT` of an HTTP API.
    Jwt(JwtAuthorizer),
    /// A function that is shown one header; REST APIs only.
    LambdaToken(LambdaTokenAuthorizer),
    /// A function that is shown the request.
    LambdaRequest(LambdaRequestAuthorizer),
    /// Whoever has signed the request with a key that [`crate::Signatures`] knows.
    Iam,
}

/// Accepts the tokens of user pools: ID tokens on routes without scopes, access tokens on the others.
#[derive(Debug, Clone)]
pub struct CognitoAuthorizer {
    /// The issuers of the pools; the key sets are asked for these and no other.
    pub pools: Vec<Issuer>,
    /// The header with the token.
    pub header: HeaderName,
    /// What the client that a token was made for (`aud`, or `client_id` of an access token) has to match.
    pub validation: Option<Validation>,
    /// If it is not empty, only tokens made for these clients. AWS has no such list.
    pub clients: Vec<ClientId>,
}

/// Accepts the tokens of an issuer that are made for an audience.
#[derive(Debug, Clone)]
pub struct JwtAuthorizer {
    pub issuer: Issuer,
    /// A token's `aud`, or its `client_id` if it has no `aud`, must be one of these.
    pub audience: Vec<String>,
    /// Where the token is.
    pub identity_source: IdentitySource,
}

/// Shows a header to a function and obeys its policy.
#[derive(Debug, Clone)]
pub struct LambdaTokenAuthorizer {
    pub function: FunctionArn,
    pub header: HeaderName,
    /// What the whole header has to match for the function to be asked.
    pub validation: Option<Validation>,
    /// How long a verdict is kept; zero for not at all.
    pub ttl: Duration,
}

/// Shows a request to a function and obeys its policy or its simple answer.
#[derive(Debug, Clone)]
pub struct LambdaRequestAuthorizer {
    pub function: FunctionArn,
    /// What tells one caller from another. A verdict is kept under all of them together, and without any
    /// it is never kept, whatever `ttl` says.
    pub identity_sources: Vec<IdentitySource>,
    /// How long a verdict is kept; zero for not at all.
    pub ttl: Duration,
    /// A REST API always speaks format 1.0.
    pub payload: PayloadFormat,
    /// Whether the answer is `{"isAuthorized": …}` and not a policy; format 2.0 only.
    pub simple_responses: bool,
}

/// An expression that a whole text has to match.
#[derive(Debug, Clone)]
pub struct Validation(Regex);

/// How much the holders of some keys may ask.
#[derive(Debug, Clone, Default)]
pub struct UsagePlan {
    /// Under which it is counted, over all stages and nodes.
    pub id: String,
    /// How fast each key may ask, over all methods of all stages of the plan.
    pub throttle: Option<Throttle>,
    /// How fast each key may ask for one method of this stage, besides.
    pub method_throttles: Vec<MethodThrottle>,
    /// How much each key may ask.
    pub quota: Option<Quota>,
    pub keys: Vec<ApiKey>,
}

/// How fast something may be asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// Requests a second.
    pub rate: f64,
    /// Requests at once.
    pub burst: u32,
}

/// The throttle of one method in a usage plan.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodThrottle {
    pub method: RouteMethod,
    pub path: String,
    pub throttle: Throttle,
}

/// How much may be asked in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub limit: u64,
    /// By how much the first period is shorter.
    pub offset: u64,
    pub period: QuotaPeriod,
}

/// The period of a quota, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaPeriod {
    Day,
    /// From Sunday on.
    Week,
    Month,
}

impl fmt::Display for QuotaPeriod {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        })
    }
}

/// A key that lets a caller in to routes that ask for one. Its value is not kept, only its digest.
#[derive(Clone)]
pub struct ApiKey {
    id: String,
    pub(crate) digest: [u8; 32],
    is_enabled: bool,
}

/// Where a REST API looks for a caller's API key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ApiKeySource {
    /// The header `x-api-key`.
    #[default]
    Header,
    /// The `usageIdentifierKey` that a Lambda authorizer answers.
    Authorizer,
}

/// A configuration that a gateway must not run with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("API {api}, stage {stage}: {problem}")]
pub struct Misconfigured {
    pub api: String,
    pub stage: String,
    pub problem: String,
}

impl fmt::Display for ApiKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Rest => "REST",
            Self::Http => "HTTP",
        })
    }
}

impl Api {
    /// An API without routes, at the root of its address.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        kind: ApiKind,
        stage: impl Into<String>,
        region: Region,
        account: AccountId,
        public_url: Uri,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            region,
            account,
            stage: stage.into(),
            stage_variables: BTreeMap::new(),
            public_url,
            mounts: vec![String::new()],
            routes: Vec::new(),
            authorizers: BTreeMap::new(),
            cors: None,
            usage_plans: Vec::new(),
            api_key_source: ApiKeySource::Header,
            binary_media_types: Vec::new(),
            responses: GatewayResponses::default(),
        }
    }

    /// Everything about an API that can be wrong without looking at others. The routes' paths are
    /// checked by who arranges them.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_plain = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if !is_plain(&self.id) {
            return Err("its id has characters that do not belong into an ARN".to_owned());
        }
        let is_unnamed = self.kind == ApiKind::Http && self.stage == "$default";
        if !is_unnamed && !is_plain(&self.stage) {
            return Err("its stage has characters that do not belong into an ARN".to_owned());
        }
        if self.public_url.authority().is_none() || self.public_url.scheme().is_none() {
            return Err("its public URL is not absolute".to_owned());
        }
        if self.mounts.is_empty() {
            return Err("it is mounted nowhere".to_owned());
        }
        if let Some(cors) = &self.cors {
            cors.check()?;
        }
        let throttles = self.usage_plans.iter().flat_map(|plan| {
            let methods = plan.method_throttles.iter().map(|method| method.throttle);
            plan.throttle.into_iter().chain(methods)
        });
        let mut throttles = throttles.chain(self.routes.iter().filter_map(|route| route.throttle));
        if throttles.any(|throttle| !throttle.rate.is_finite() || throttle.rate < 0.0) {
            return Err("a throttle's rate is no number of requests a second".to_owned());
        }
        if self.kind == ApiKind::Http && !self.usage_plans.is_empty() {
            return Err("an HTTP API has no usage plans".to_owned());
        }
        for (name, authorizer) in &self.authorizers {
            self.check_authorizer(authorizer)
                .map_err(|problem| format!("authorizer {name}: {problem}"))?;
        }
        for route in &self.routes {
            self.check_route(route)
                .map_err(|problem| format!("route {} {}: {problem}", route.method, route.path))?;
        }
        Ok(())
    }

    fn check_authorizer(&self, authorizer: &Authorizer) -> Result<(), &'static str> {
        let ttl = match (authorizer, self.kind) {
            (Authorizer::Cognito(_), ApiKind::Http) => {
                return Err("an HTTP API has JWT authorizers instead of Cognito authorizers");
            }
            (Authorizer::LambdaToken(_), ApiKind::Http) => {
                return Err("an HTTP API has no TOKEN authorizers");
            }
            (Authorizer::Jwt(_), ApiKind::Rest) => return Err("a REST API has no JWT authorizers"),
            (Authorizer::Cognito(cognito), ApiKind::Rest) if cognito.pools.is_empty() => {
                return Err("it names no user pool");
            }
            (Authorizer::Jwt(jwt), ApiKind::Http) if jwt.audience.is_empty() => {
                return Err("it names no audience");
            }
            (Authorizer::Cognito(_) | Authorizer::Jwt(_) | Authorizer::Iam, _) => Duration::ZERO,
            (Authorizer::LambdaToken(token), _) => token.ttl,
            (Authorizer::LambdaRequest(request), kind) => {
                if kind == ApiKind::Rest && request.payload == PayloadFormat::V2 {
                    return Err("a REST API speaks format 1.0 to its authorizers");
                }
                if request.simple_responses && request.payload == PayloadFormat::V1 {
                    return Err("simple responses belong to format 2.0");
                }
                request.ttl
            }
        };
        if ttl > LONGEST_TTL { Err("a verdict is kept for an hour at most") } else { Ok(()) }
    }

    fn check_route(&self, route: &Route) -> Result<(), String> {
        if self.kind == ApiKind::Rest && route.payload == PayloadFormat::V2 {
            return Err("a REST API speaks format 1.0 to its functions".to_owned());
        }
        if self.kind == ApiKind::Http && route.api_key_required {
            return Err("an HTTP API has no API keys".to_owned());
        }
        if self.kind == ApiKind::Http && !route.required.is_empty() {
            return Err("an HTTP API has no request validators".to_owned());
        }
        if self.kind == ApiKind::Http && matches!(route.integration, Integration::Mock(_)) {
            return Err("an HTTP API has no mock integrations".to_owned());
        }
        let authorizer = match &route.authorizer {
            None => None,
            Some(name) => {
                let found = self.authorizers.get(name);
                Some(found.ok_or_else(|| format!("there is no authorizer {name}"))?)
            }
        };
        let knows_scopes = matches!(authorizer, Some(Authorizer::Cognito(_) | Authorizer::Jwt(_)));
        if !route.scopes.is_empty() && !knows_scopes {
            // Better not to start than to serve a route whose scopes nobody looks at.
            return Err("scopes need a Cognito or JWT authorizer".to_owned());
        }
        Ok(())
    }
}

impl Route {
    /// An open route.
    #[must_use]
    pub fn new(
        method: RouteMethod,
        path: impl Into<String>,
        integration: impl Into<Integration>,
    ) -> Self {
        Self {
            method,
            path: path.into(),
            integration: integration.into(),
            required: Vec::new(),
            payload: PayloadFormat::V1,
            authorizer: None,
            scopes: Vec::new(),
            api_key_required: false,
            throttle: None,
            timeout: None,
        }
    }

    /// The route as HTTP APIs write it: `GET /items/{id}`, `ANY /x`, `$default`.
    pub(crate) fn key(&self) -> String {
        if self.path == "$default" {
            return self.path.clone();
        }
        format!("{} {}", self.method, self.path)
    }
}

impl Authorizer {
    /// What it is, in AWS's words.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Cognito(_) => "COGNITO_USER_POOLS",
            Self::Jwt(_) => "JWT",
            Self::LambdaToken(_) => "TOKEN",
            Self::LambdaRequest(_) => "REQUEST",
            Self::Iam => "AWS_IAM",
        }
    }
}

impl CognitoAuthorizer {
    /// An authorizer for the tokens of these pools in the `Authorization` header.
    #[must_use]
    pub const fn new(pools: Vec<Issuer>) -> Self {
        Self { pools, header: AUTHORIZATION, validation: None, clients: Vec::new() }
    }
}

impl JwtAuthorizer {
    /// An authorizer for the tokens of an issuer in the `Authorization` header.
    #[must_use]
    pub const fn new(issuer: Issuer, audience: Vec<String>) -> Self {
        Self { issuer, audience, identity_source: IdentitySource::Header(AUTHORIZATION) }
    }
}

impl LambdaTokenAuthorizer {
    /// An authorizer that is shown the `Authorization` header, with API Gateway's time of 300 seconds.
    #[must_use]
    pub const fn new(function: FunctionArn) -> Self {
        Self { function, header: AUTHORIZATION, validation: None, ttl: Duration::from_secs(300) }
    }
}

impl Validation {
    /// Compiles the expression. However it is anchored, the whole text has to match.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn parse(expression: &str) -> Result<Self, regex::Error> {
        // Compiled alone first, so that no parenthesis can step out of the anchors.
        Regex::new(expression)?;
        Regex::new(&format!(r"\A(?:{expression})\z")).map(Self)
    }

    pub(crate) fn accepts(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl ApiKey {
    /// A key of this id and value.
    #[must_use]
    pub fn new(id: impl Into<String>, value: &str) -> Self {
        Self { id: id.into(), digest: crypto::sha256(value.as_bytes()), is_enabled: true }
    }

    /// The same key, which lets nobody in.
    #[must_use]
    pub fn disabled(self) -> Self {
        Self { is_enabled: false, ..self }
    }

    /// Whether it lets anybody in.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.is_enabled
    }

    /// The key's id, which functions are told.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ApiKey({})", self.id)
    }
}

impl FromStr for RouteMethod {
    type Err = http::method::InvalidMethod;

    /// `ANY`, or a method in any case, as templates write it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.to_ascii_uppercase();
        if text == "ANY" || text == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
            return Ok(Self::Any);
        }
        text.parse().map(Self::One)
    }
}

impl fmt::Display for RouteMethod {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("ANY"),
            Self::One(method) => out.write_str(method.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(kind: ApiKind) -> Api {
        Api::new(
            "api",
            kind,
            "prod",
            Region::parse("eu-west-1").unwrap(),
            AccountId::parse("000000000000").unwrap(),
            Uri::from_static("http://127.0.0.1:3000"),
        )
    }

    fn function() -> FunctionArn {
        FunctionArn::parse("arn:aws:lambda:eu-west-1:000000000000:function:f").unwrap()
    }

    fn request(payload: PayloadFormat, simple_responses: bool, ttl: u64) -> Authorizer {
        Authorizer::LambdaRequest(LambdaRequestAuthorizer {
            function: function(),
            identity_sources: Vec::new(),
            ttl: Duration::from_secs(ttl),
            payload,
            simple_responses,
        })
    }

    #[test]
    fn an_expression_matches_the_whole_text_or_nothing() {
        let validation = Validation::parse("^Bearer [a-z]+|x").unwrap();
        assert!(validation.accepts("Bearer abc") && validation.accepts("x"));
        assert!(!validation.accepts("Bearer abc ") && !validation.accepts("Bearer abc\n"));
        assert!(!validation.accepts("yx"));
        assert!(Validation::parse("a)|(b").is_err());
    }

    #[test]
    fn an_authorizer_belongs_to_its_kind_of_api() {
        let issuer = Issuer::parse("http://127.0.0.1/pool_a").unwrap();
        let cognito = Authorizer::Cognito(CognitoAuthorizer::new(vec![issuer.clone()]));
        let jwt = Authorizer::Jwt(JwtAuthorizer::new(issuer.clone(), vec!["client".into()]));
        let token = Authorizer::LambdaToken(LambdaTokenAuthorizer::new(function()));
        let (v1, v2) = (PayloadFormat::V1, PayloadFormat::V2);
        for (authorizer, rest, http) in [
            (cognito, true, false),
            (Authorizer::Cognito(CognitoAuthorizer::new(vec![])), false, false),
            (jwt, false, true),
            (Authorizer::Jwt(JwtAuthorizer::new(issuer, vec![])), false, false),
            (token, true, false),
            (request(v1, false, 3600), true, true),
            (request(v1, false, 3601), false, false),
            (request(v2, false, 0), false, true),
            (request(v2, true, 0), false, true),
            (request(v1, true, 0), false, false),
        ] {
            for (kind, fits) in [(ApiKind::Rest, rest), (ApiKind::Http, http)] {
                let mut api = api(kind);
                api.authorizers.insert("a".into(), authorizer.clone());
                assert_eq!(api.check().is_ok(), fits, "{kind:?} {authorizer:?}");
            }
        }
    }

    #[test]
    fn a_route_with_scopes_nobody_checks_is_refused() {
        let mut api = api(ApiKind::Rest);
        let mut route = Route::new(RouteMethod::Any, "/a", function());
        route.scopes.push(Scope::parse("read").unwrap());
        api.routes.push(route);
        assert!(api.check().unwrap_err().contains("scopes"));
        api.routes[0].authorizer = Some("absent".into());
        assert!(api.check().unwrap_err().contains("no authorizer absent"));
        api.authorizers.insert("absent".into(), request(PayloadFormat::V1, false, 0));
        assert!(api.check().unwrap_err().contains("scopes"));
    }

    #[test]
    fn ids_and_stages_cannot_reach_into_the_arn() {
        for (id, stage) in [("a/b", "prod"), ("", "prod"), ("a", "*"), ("a", "$default"), ("a", "")]
        {
            let mut api = api(ApiKind::Rest);
            (api.id, api.stage) = (id.into(), stage.into());
            assert!(api.check().is_err(), "{id} {stage}");
        }
        let mut api = api(ApiKind::Http);
        api.stage = "$default".into();
        assert_eq!(api.check(), Ok(()));
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", ApiKey::new("id", "value")), "ApiKey(id)");
    }

    #[test]
    fn a_method_is_read_in_any_case() {
        assert_eq!("get".parse::<RouteMethod>().unwrap(), RouteMethod::One(Method::GET));
        assert_eq!("any".parse::<RouteMethod>().unwrap(), RouteMethod::Any);
    }
}
