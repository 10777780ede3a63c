//! Which APIs does the template ask for, who may call which route, and what answers?

mod authorizer;
mod integration;
mod open_api;
mod plain_http;
mod plain_rest;
mod throttles;

pub use integration::{Integration, Mock, MockResponse};
pub use throttles::{MethodThrottle, Throttle};

use crate::{
    functions::{Function, is_function},
    node::{Key, Node},
    problem::{Problem, did_you_mean, quote},
    stack::Resource,
};
use integration::Known;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// An API: `AWS::Serverless::Api`, `AWS::Serverless::HttpApi`, or one that SAM makes for routes that
/// name none.
#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// The name it has in the template.
    pub logical_id: String,
    /// REST or HTTP.
    pub kind: ApiKind,
    /// Its id, the first label of its address.
    pub id: String,
    /// The path that it is served below: the first API is at the root, another one has its name before it,
    /// and another stage of an API its own name besides.
    pub mount: String,
    /// Its stage: the first segment of the path on AWS, and `$default` where there is none.
    pub stage: String,
    /// The variables of the stage.
    pub stage_variables: BTreeMap<String, String>,
    /// The routes, in the template's order.
    pub routes: Vec<Route>,
    /// The authorizers by their names.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// What a route is behind that says nothing.
    pub default_authorizer: RouteAuthorizer,
    /// What a preflight request is behind. SAM puts it behind the default authorizer of a REST API
    /// unless it is told not to.
    pub preflight_authorizer: RouteAuthorizer,
    /// The answer to a preflight request, if the gateway gives it.
    pub cors: Option<Cors>,
    /// The media types whose bodies are passed as base64.
    pub binary_media_types: Vec<String>,
    /// Where the key of a caller is looked for (REST).
    pub api_key_source: ApiKeySource,
    /// What a REST API says instead of its own words.
    pub responses: Vec<GatewayResponse>,
    /// The usage plans of the stage.
    pub usage_plans: Vec<UsagePlan>,
    /// How fast the stage lets its methods be asked.
    pub throttles: Vec<MethodThrottle>,
    /// The paths below which a domain of its own serves the API.
    pub base_paths: Vec<String>,
    /// The line its logical id stands in.
    pub line: u32,
}

/// The two kinds of API differ in their authorizers, their events and their refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKind {
    /// A REST API.
    Rest,
    /// An HTTP API.
    Http,
}

/// Where a REST API looks for the key of a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ApiKeySource {
    /// In the header `x-api-key`.
    #[default]
    Header,
    /// In the answer of a Lambda authorizer.
    Authorizer,
}

/// What a REST API says instead of its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayResponse {
    /// `ACCESS_DENIED`, …, `DEFAULT_4XX`.
    pub response_type: String,
    /// The status, if it is another.
    pub status: Option<String>,
    /// The headers, as mappings.
    pub headers: BTreeMap<String, String>,
    /// The body for each media type.
    pub templates: BTreeMap<String, String>,
    /// The line it stands in.
    pub line: u32,
}

/// A route and what is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET`, …, or `ANY`.
    pub method: String,
    /// `/user/{id}`, `/{proxy+}`, or `$default` of an HTTP API.
    pub path: String,
    /// What answers.
    pub integration: Integration,
    /// What stands before it.
    pub authorizer: RouteAuthorizer,
    /// The scopes, one of which the token has to carry; none means that no scope is asked for.
    pub scopes: Vec<String>,
    /// Whether a key of a usage plan is asked for (REST).
    pub needs_api_key: bool,
    /// Which event the function is handed.
    pub payload: PayloadVersion,
    /// The parameters that a request validator asks for (REST), as `method.request.header.X`.
    pub required_parameters: Vec<String>,
    /// How long the answer may take, if the route says so.
    pub timeout_milliseconds: Option<u32>,
    /// The line the route stands in.
    pub line: u32,
}

/// What a route is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteAuthorizer {
    /// Nothing.
    Open,
    /// The authorizer of this name.
    Named(String),
    /// A SigV4 signature.
    Iam,
}

/// The two forms of events for authorizers and integrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadVersion {
    /// `1.0`
    V1,
    /// `2.0`
    V2,
}

/// An authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorizer {
    /// Tokens of user pools (REST).
    Cognito {
        /// The ARNs of the pools.
        user_pool_arns: Vec<String>,
        /// The header that carries the token.
        header: String,
        /// What the whole audience has to match.
        validation: Option<String>,
        /// The scopes of routes that give none.
        scopes: Vec<String>,
    },
    /// Tokens of an issuer (HTTP).
    Jwt {
        /// The issuer.
        issuer: String,
        /// The audiences, one of which the token has to name.
        audience: Vec<String>,
        /// Where the token is.
        source: IdentitySource,
        /// The scopes of routes that give none.
        scopes: Vec<String>,
    },
    /// A function that is handed a token (REST).
    LambdaToken {
        /// The ARN of the function.
        function_arn: String,
        /// The header that carries the token.
        header: String,
        /// What the whole token has to match before the function is called.
        validation: Option<String>,
        /// How long a verdict is kept; 0 means not at all.
        ttl_seconds: u32,
    },
    /// A function that is handed the request.
    LambdaRequest {
        /// The ARN of the function.
        function_arn: String,
        /// What makes two requests the same to the cache, and what must not be missing.
        sources: Vec<IdentitySource>,
        /// How long a verdict is kept; 0 means not at all.
        ttl_seconds: u32,
        /// Which event the function is handed.
        payload: PayloadVersion,
        /// Whether the function answers `{"isAuthorized": …}` instead of a policy.
        has_simple_responses: bool,
    },
}

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySource {
    /// A header.
    Header(String),
    /// A parameter of the query string.
    Query(String),
    /// A variable of the stage.
    StageVariable(String),
    /// A member of the request context, for example `identity.sourceIp`.
    Context(String),
}

/// What a browser of another origin may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cors {
    /// The origins, or `*`.
    pub origins: Vec<String>,
    /// The methods, or `*`.
    pub methods: Vec<String>,
    /// The headers of the request.
    pub headers: Vec<String>,
    /// The headers of the answer that a script may read.
    pub exposed_headers: Vec<String>,
    /// How long the answer is good for.
    pub max_age_seconds: Option<i64>,
    /// Whether cookies are sent.
    pub allows_credentials: bool,
}

/// How much the holders of some keys may call.
#[derive(Debug, Clone, PartialEq)]
pub struct UsagePlan {
    /// The name it has in the template; `<api>UsagePlan` if SAM makes it.
    pub logical_id: String,
    /// How fast each holder may call.
    pub throttle: Option<Throttle>,
    /// How fast each holder may call one method of the stage, besides.
    pub method_throttles: Vec<MethodThrottle>,
    /// Requests in a period.
    pub quota: Option<Quota>,
    /// The keys.
    pub keys: Vec<ApiKey>,
}

/// Requests in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub limit: u32,
    /// How many count as made at the start of the first period.
    pub offset: u32,
    /// The period.
    pub period: QuotaPeriod,
}

/// The period of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum QuotaPeriod {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

/// An API key.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The name it has in the template; `<api>ApiKey` if SAM makes it.
    pub logical_id: String,
    /// Its id, which is not its value.
    pub id: String,
    /// Its value, if the template gives it. Otherwise somebody has to make one.
    pub value: Option<String>,
    /// Whether it opens anything.
    pub is_enabled: bool,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} (enabled: {})", self.logical_id, self.is_enabled)
    }
}

impl Api {
    /// How fast the stage lets a route be asked, if it says so.
    #[must_use]
    pub fn throttle_of(&self, method: &str, path: &str) -> Option<Throttle> {
        throttles::find(&self.throttles, method, path)
    }
}

/// Reads the throttles of a stage where its properties say them.
fn stage_throttles(
    kind: ApiKind,
    resource: &Resource,
    problems: &mut Vec<Problem>,
) -> Vec<MethodThrottle> {
    let property = |name: &str| resource.properties.get(name);
    let (name, read) = match kind {
        ApiKind::Rest => {
            let settings = property("MethodSettings");
            ("MethodSettings", settings.map_or(Ok(Vec::new()), throttles::of_methods))
        }
        ApiKind::Http => {
            let (default, routes) = (property("DefaultRouteSettings"), property("RouteSettings"));
            ("RouteSettings", throttles::of_routes(default, routes))
        }
    };
    read.unwrap_or_else(|message| {
        problems.push(resource.problem(name, message));
        Vec::new()
    })
}

const METHODS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApiProperties {
    #[serde(default)]
    api_key_source_type: ApiKeySource,
    #[serde(default)]
    auth: Auth,
    #[serde(default)]
    binary_media_types: Vec<String>,
    #[serde(default, alias = "CorsConfiguration")]
    cors: Option<CorsProperties>,
    #[serde(default)]
    domain: Option<Domain>,
    #[serde(default)]
    gateway_responses: BTreeMap<String, ResponseProperties>,
    #[serde(default)]
    merge_definitions: bool,
    #[serde(default)]
    stage_name: Option<String>,
    #[serde(default, alias = "StageVariables")]
    variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Domain {
    #[serde(default)]
    base_path: Vec<String>,
}

/// SAM writes `Headers: {X: "'value'"}` where API Gateway writes `gatewayresponse.header.X`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ResponseProperties {
    status_code: Option<Text>,
    response_parameters: ResponseParameters,
    response_templates: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ResponseParameters {
    headers: BTreeMap<String, String>,
}

/// A text that may look like a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Number(i64),
}

impl Text {
    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Auth {
    #[serde(default)]
    add_default_authorizer_to_cors_preflight: Option<bool>,
    #[serde(default)]
    api_key_required: bool,
    #[serde(default)]
    authorizers: BTreeMap<String, AuthorizerProperties>,
    #[serde(default)]
    default_authorizer: Option<String>,
    #[serde(default)]
    usage_plan: Option<SharedPlan>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AuthorizerProperties {
    #[serde(default)]
    authorization_scopes: Vec<String>,
    #[serde(default)]
    authorizer_payload_format_version: Option<String>,
    #[serde(default)]
    enable_simple_responses: bool,
    #[serde(default)]
    function_arn: Option<String>,
    #[serde(default)]
    function_payload_type: Option<String>,
    #[serde(default)]
    identity: Identity,
    #[serde(default)]
    identity_source: Option<String>,
    #[serde(default)]
    jwt_configuration: Option<JwtConfiguration>,
    #[serde(default)]
    user_pool_arn: Option<Texts>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Identity {
    #[serde(default)]
    context: Vec<String>,
    #[serde(default)]
    header: Option<String>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    query_strings: Vec<String>,
    #[serde(default)]
    reauthorize_every: Option<i64>,
    #[serde(default)]
    stage_variables: Vec<String>,
    #[serde(default)]
    validation_expression: Option<String>,
}

#[derive(Deserialize)]
struct JwtConfiguration {
    issuer: String,
    #[serde(default)]
    audience: Option<Texts>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Texts {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CorsProperties {
    /// `true` of an HTTP API.
    Switch(bool),
    /// The origin of a REST API.
    Origin(String),
    Rest(RestCors),
    Http(HttpCors),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RestCors {
    allow_origin: String,
    #[serde(default)]
    allow_methods: Option<String>,
    #[serde(default)]
    allow_headers: Option<String>,
    #[serde(default)]
    allow_credentials: bool,
    #[serde(default)]
    max_age: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HttpCors {
    #[serde(default)]
    allow_origins: Vec<String>,
    #[serde(default)]
    allow_methods: Vec<String>,
    #[serde(default)]
    allow_headers: Vec<String>,
    #[serde(default)]
    expose_headers: Vec<String>,
    #[serde(default)]
    allow_credentials: bool,
    #[serde(default)]
    max_age: Option<i64>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SharedPlan {
    create_usage_plan: String,
    #[serde(flatten)]
    limits: Limits,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Limits {
    #[serde(default)]
    throttle: throttles::Limit,
    #[serde(default)]
    quota: Option<QuotaProperties>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QuotaProperties {
    limit: u32,
    #[serde(default)]
    offset: u32,
    period: QuotaPeriod,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PlanProperties {
    #[serde(default)]
    api_stages: Vec<ApiStage>,
    #[serde(flatten)]
    limits: Limits,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApiStage {
    api_id: String,
    stage: String,
    #[serde(default)]
    throttle: BTreeMap<String, throttles::Limit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyProperties {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PlanKeyProperties {
    key_id: String,
    usage_plan_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionProperties {
    #[serde(default)]
    events: BTreeMap<String, Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    r#type: String,
    #[serde(default)]
    properties: serde_json::Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EventProperties {
    api_id: Option<String>,
    auth: EventAuth,
    method: Option<String>,
    path: Option<String>,
    payload_format_version: Option<String>,
    request_model: Option<RequestModel>,
    request_parameters: Vec<serde_json::Value>,
    rest_api_id: Option<String>,
    route_settings: Option<serde_json::Value>,
    timeout_in_millis: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RequestModel {
    #[serde(default)]
    validate_body: bool,
    #[serde(default)]
    validate_parameters: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EventAuth {
    api_key_required: Option<bool>,
    authorization_scopes: Option<Vec<String>>,
    authorizer: Option<String>,
}

/// An API before its routes are there, and what its routes inherit.
struct Draft<'a> {
    api: Api,
    resource: &'a Resource,
    needs_api_key: bool,
    plan: Option<SharedPlan>,
    /// Whether events of functions become routes. In a REST API with a document of its own they do not,
    /// unless it says so.
    takes_events: bool,
    /// The operations of the document that say nothing of what answers.
    unfilled: Vec<open_api::Unfilled>,
}

impl<'a> Draft<'a> {
    /// An API in plain CloudFormation, which no event of a function adds to.
    fn plain(api: Api, resource: &'a Resource) -> Self {
        Self {
            api,
            resource,
            needs_api_key: false,
            plan: None,
            takes_events: false,
            unfilled: Vec::new(),
        }
    }
}

/// An API of a kind, a resource and a stage, without anything in it.
fn empty(
    resource: &Resource,
    kind: ApiKind,
    stage: String,
    stage_variables: BTreeMap<String, String>,
) -> Api {
    Api {
        logical_id: resource.logical_id.clone(),
        kind,
        id: resource.physical_id.clone(),
        mount: String::new(),
        stage,
        stage_variables,
        routes: Vec::new(),
        authorizers: BTreeMap::new(),
        default_authorizer: RouteAuthorizer::Open,
        preflight_authorizer: RouteAuthorizer::Open,
        cors: None,
        binary_media_types: Vec::new(),
        api_key_source: ApiKeySource::Header,
        responses: Vec::new(),
        usage_plans: Vec::new(),
        throttles: Vec::new(),
        base_paths: Vec::new(),
        line: resource.line,
    }
}

pub(crate) fn read(
    resources: &[Resource],
    functions: &[Function],
    roots: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Vec<Api> {
    let mut drafts = Vec::new();
    for resource in resources {
        let kind = match resource.kind.as_str() {
            "AWS::Serverless::Api" => ApiKind::Rest,
            "AWS::Serverless::HttpApi" => ApiKind::Http,
            _ => continue,
        };
        // What could not be made out is reported already.
        if !resource.node.has_unknown() {
            drafts.extend(draft(resource, kind, functions, problems));
        }
    }
    for resource in resources.iter().filter(|one| is_function(&one.kind)) {
        if !resource.node.has_unknown() {
            add_routes(resource, resources, functions, &mut drafts, problems);
        }
    }
    for draft in &drafts {
        problems.extend(draft.unfilled.iter().map(open_api::Unfilled::problem));
    }
    drafts.extend(plain_rest::read(resources, functions, roots, problems));
    drafts.extend(plain_http::read(resources, functions, problems));
    add_shared_plans(&mut drafts);
    add_plans(resources, &mut drafts, problems);
    let mut apis: Vec<Api> = Vec::with_capacity(drafts.len());
    for Draft { mut api, .. } in drafts {
        let has_sibling = apis.iter().any(|other| other.logical_id == api.logical_id);
        api.mount = mount(apis.len(), &api.logical_id, &api.stage, has_sibling);
        apis.push(api);
    }
    apis
}

/// The extensions of an API's document that mean nothing here, and the property it stands in.
pub(crate) fn without_meaning(properties: &Node) -> Vec<(&Key, &'static str)> {
    let bodies = ["Body", "DefinitionBody"].into_iter();
    let bodies = bodies.filter_map(|body| Some((body, properties.get(body)?.as_map()?)));
    let keys = bodies.flat_map(|(body, members)| members.iter().map(move |(key, _)| (key, body)));
    keys.filter(|(key, _)| open_api::WITHOUT_MEANING.contains(&key.text.as_str())).collect()
}

/// The path that an API is served below, by its place among all and whether another stage came before.
pub(crate) fn mount(place: usize, logical_id: &str, stage: &str, has_sibling: bool) -> String {
    match (place, has_sibling) {
        (0, _) => String::new(),
        (_, false) => format!("/{logical_id}"),
        (_, true) => format!("/{logical_id}/{stage}"),
    }
}

fn draft<'a>(
    resource: &'a Resource,
    kind: ApiKind,
    functions: &[Function],
    problems: &mut Vec<Problem>,
) -> Option<Draft<'a>> {
    if resource.properties.get("DefinitionUri").is_some() {
        let message = "expected a file beside the template, or the document as DefinitionBody";
        problems.push(resource.problem("DefinitionUri", message));
    }
    let properties = match resource.read::<ApiProperties>() {
        Ok(properties) => properties,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let mut authorizers = BTreeMap::new();
    for (name, given) in properties.auth.authorizers {
        match authorizer(resource, kind, &name, given) {
            Ok(authorizer) => {
                authorizers.insert(name, authorizer);
            }
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        }
    }
    let default_authorizer = match properties.auth.default_authorizer {
        None => RouteAuthorizer::Open,
        Some(name) => match named(&name, &authorizers) {
            Ok(authorizer) => authorizer,
            Err(message) => {
                problems.push(resource.problem("Auth.DefaultAuthorizer", message));
                return None;
            }
        },
    };
    let is_behind = kind == ApiKind::Rest
        && properties.auth.add_default_authorizer_to_cors_preflight.unwrap_or(true);
    let preflight_authorizer =
        if is_behind { default_authorizer.clone() } else { RouteAuthorizer::Open };
    let stage = properties.stage_name.unwrap_or_else(|| "$default".to_owned());
    let mut api = empty(resource, kind, stage, properties.variables);
    api.authorizers = authorizers;
    api.default_authorizer = default_authorizer;
    api.preflight_authorizer = preflight_authorizer;
    api.cors = properties.cors.and_then(cors);
    api.binary_media_types = media_types(properties.binary_media_types);
    api.api_key_source = properties.api_key_source_type;
    api.throttles = stage_throttles(kind, resource, problems);
    api.base_paths = properties.domain.map(|domain| domain.base_path).unwrap_or_default();
    for (response_type, given) in properties.gateway_responses {
        let line = resource.node.position_of(&format!("GatewayResponses.{response_type}")).line;
        api.responses.push(GatewayResponse {
            response_type,
            status: given.status_code.as_ref().map(Text::to_text),
            headers: given.response_parameters.headers,
            templates: given.response_templates,
            line,
        });
    }
    let mut draft = Draft {
        api,
        resource,
        needs_api_key: properties.auth.api_key_required,
        plan: properties.auth.usage_plan,
        takes_events: true,
        unfilled: Vec::new(),
    };
    if let Some(body) = resource.node.get("DefinitionBody") {
        // An event of an HTTP API adds to its document; that of a REST API only if it is told so.
        draft.takes_events = kind == ApiKind::Http || properties.merge_definitions;
        let source = open_api::Source { resource, property: "DefinitionBody", functions };
        draft.unfilled = source.read(
            body,
            &mut draft.api,
            draft.needs_api_key,
            open_api::BasePath::Ignore,
            problems,
        );
    }
    Some(draft)
}

/// `~1` stands for a slash where a slash would end the name.
fn media_types(names: Vec<String>) -> Vec<String> {
    names.into_iter().map(|name| name.replace("~1", "/")).collect()
}

fn authorizer(
    resource: &Resource,
    kind: ApiKind,
    name: &str,
    given: AuthorizerProperties,
) -> Result<Authorizer, Problem> {
    let path = format!("Auth.Authorizers.{name}");
    let header = given.identity.header.clone().unwrap_or_else(|| "Authorization".to_owned());
    // API Gateway keeps the verdicts of a REST API unless it is told not to, those of an HTTP API only
    // if it is told so.
    let ttl = given.identity.reauthorize_every.unwrap_or(match kind {
        ApiKind::Rest => 300,
        ApiKind::Http => 0,
    });
    let ttl_seconds =
        u32::try_from(ttl).ok().filter(|seconds| *seconds <= 3600).ok_or_else(|| {
            let path = format!("{path}.Identity.ReauthorizeEvery");
            resource.problem(&path, format!("expected 0 to 3600 seconds, found {ttl}"))
        })?;
    let validation = given.identity.validation_expression.clone();
    if let Some(expression) = &validation
        && regex::Regex::new(expression).is_err()
    {
        let path = format!("{path}.Identity.ValidationExpression");
        let message = "expected a regular expression without look-around or back-references";
        return Err(resource.problem(&path, message));
    }
    if let Some(jwt) = given.jwt_configuration {
        let source = given.identity_source.as_deref().unwrap_or("$request.header.Authorization");
        let Some(source) = source_of(source) else {
            let path = format!("{path}.IdentitySource");
            let message = format!(
                "expected $request.header.NAME or $request.querystring.NAME, found {}",
                quote(source)
            );
            return Err(resource.problem(&path, message));
        };
        return Ok(Authorizer::Jwt {
            issuer: jwt.issuer,
            audience: jwt.audience.map(Texts::into_vec).unwrap_or_default(),
            source,
            scopes: given.authorization_scopes,
        });
    }
    if let Some(arns) = given.user_pool_arn {
        return Ok(Authorizer::Cognito {
            user_pool_arns: arns.into_vec(),
            header,
            validation,
            scopes: given.authorization_scopes,
        });
    }
    let Some(function_arn) = given.function_arn else {
        let message = "expected UserPoolArn, JwtConfiguration or FunctionArn";
        return Err(resource.problem(&path, message));
    };
    let payload = match (kind, given.authorizer_payload_format_version.as_deref()) {
        (ApiKind::Rest, _) | (ApiKind::Http, Some("1.0" | "1")) => PayloadVersion::V1,
        (ApiKind::Http, Some("2.0" | "2") | None) => PayloadVersion::V2,
        (ApiKind::Http, Some(other)) => {
            let path = format!("{path}.AuthorizerPayloadFormatVersion");
            return Err(
                resource.problem(&path, format!("expected 1.0 or 2.0, found {}", quote(other)))
            );
        }
    };
    match (kind, given.function_payload_type.as_deref()) {
        (ApiKind::Rest, None | Some("TOKEN")) => {
            Ok(Authorizer::LambdaToken { function_arn, header, validation, ttl_seconds })
        }
        (ApiKind::Http, _) | (ApiKind::Rest, Some("REQUEST")) => {
            let sources = sources(given.identity);
            if kind == ApiKind::Rest && sources.is_empty() && ttl_seconds > 0 {
                let message = "expected Identity with Headers, QueryStrings, StageVariables or \
                               Context, or with ReauthorizeEvery: 0";
                return Err(resource.problem(&path, message));
            }
            if given.enable_simple_responses && payload == PayloadVersion::V1 {
                let path = format!("{path}.EnableSimpleResponses");
                let message = "simple responses need AuthorizerPayloadFormatVersion: 2.0";
                return Err(resource.problem(&path, message));
            }
            Ok(Authorizer::LambdaRequest {
                function_arn,
                sources,
                ttl_seconds,
                payload,
                has_simple_responses: given.enable_simple_responses,
            })
        }
        (ApiKind::Rest, Some(other)) => {
            let path = format!("{path}.FunctionPayloadType");
            Err(resource
                .problem(&path, format!("expected TOKEN or REQUEST, found {}", quote(other))))
        }
    }
}

fn sources(identity: Identity) -> Vec<IdentitySource> {
    let headers = identity.headers.into_iter().map(IdentitySource::Header);
    let queries = identity.query_strings.into_iter().map(IdentitySource::Query);
    let variables = identity.stage_variables.into_iter().map(IdentitySource::StageVariable);
    let context = identity.context.into_iter().map(IdentitySource::Context);
    headers.chain(queries).chain(variables).chain(context).collect()
}

fn source_of(text: &str) -> Option<IdentitySource> {
    let name = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
    if let Some(header) = text.strip_prefix("$request.header.") {
        return name(header).map(IdentitySource::Header);
    }
    text.strip_prefix("$request.querystring.").and_then(name).map(IdentitySource::Query)
}

/// The authorizer a name stands for, or what was expected.
fn named(
    name: &str,
    authorizers: &BTreeMap<String, Authorizer>,
) -> Result<RouteAuthorizer, String> {
    match name {
        "NONE" => Ok(RouteAuthorizer::Open),
        "AWS_IAM" => Ok(RouteAuthorizer::Iam),
        _ if authorizers.contains_key(name) => Ok(RouteAuthorizer::Named(name.to_owned())),
        _ => {
            let hint = did_you_mean(name, authorizers.keys());
            Err(format!("the API has no authorizer {}{hint}", quote(name)))
        }
    }
}

fn add_routes(
    resource: &Resource,
    resources: &[Resource],
    functions: &[Function],
    drafts: &mut [Draft<'_>],
    problems: &mut Vec<Problem>,
) {
    let properties = match resource.read::<FunctionProperties>() {
        Ok(properties) => properties,
        Err(problem) => {
            problems.push(problem);
            return;
        }
    };
    // Routes stand in the template's order, which a map of names has lost.
    let mut events = properties.events.into_iter().collect::<Vec<_>>();
    events.sort_by_key(|(name, _)| resource.node.position_of(&format!("Events.{name}")));
    for (name, event) in events {
        let (kind, property, implicit) = match event.r#type.as_str() {
            "Api" => (ApiKind::Rest, "RestApiId", crate::globals::IMPLICIT_REST),
            "HttpApi" => (ApiKind::Http, "ApiId", crate::globals::IMPLICIT_HTTP),
            _ => continue,
        };
        let path = format!("Events.{name}.Properties");
        let given = match event.properties {
            serde_json::Value::Null => EventProperties::default(),
            value => match EventProperties::deserialize(value) {
                Ok(given) => given,
                Err(error) => {
                    problems.push(resource.problem(&path, error.to_string()));
                    continue;
                }
            },
        };
        let id = if kind == ApiKind::Rest { &given.rest_api_id } else { &given.api_id };
        let is_meant = |one: &Resource| match id {
            Some(id) => one.physical_id == *id,
            None => one.logical_id == implicit,
        };
        let Some(draft) =
            drafts.iter_mut().find(|draft| draft.api.kind == kind && is_meant(draft.resource))
        else {
            let is_reported = resources
                .iter()
                .any(|one| is_meant(one) && one.kind.contains("::") && is_api(&one.kind));
            if !is_reported {
                let kind = match kind {
                    ApiKind::Rest => "AWS::Serverless::Api",
                    ApiKind::Http => "AWS::Serverless::HttpApi",
                };
                let message = format!("expected a Ref to an {kind} of this template");
                problems.push(resource.problem(&format!("{path}.{property}"), message));
            }
            continue;
        };
        if !draft.takes_events {
            continue;
        }
        match route(resource, &path, given, draft, functions) {
            Ok(Some(route)) => draft.api.routes.push(route),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
}

/// Whether a type of resource is an API. A route of an API in plain CloudFormation is a permission only.
fn is_api(kind: &str) -> bool {
    matches!(
        kind,
        "AWS::Serverless::Api"
            | "AWS::Serverless::HttpApi"
            | "AWS::ApiGateway::RestApi"
            | "AWS::ApiGatewayV2::Api"
    )
}

/// The route of an event. None if the document of the API says already what answers there.
fn route(
    resource: &Resource,
    at: &str,
    given: EventProperties,
    draft: &mut Draft<'_>,
    functions: &[Function],
) -> Result<Option<Route>, Problem> {
    let kind = draft.api.kind;
    // A route of an HTTP API without a path takes whatever no other route takes.
    let path = given.path.unwrap_or_else(|| "$default".to_owned());
    let method = given.method.map_or_else(|| "ANY".to_owned(), |method| method.to_uppercase());
    let method = if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" { "ANY".to_owned() } else { method };
    if !METHODS.contains(&method.as_str()) {
        let message = format!("expected one of {}, found {}", METHODS.join(", "), quote(&method));
        return Err(resource.problem(&format!("{at}.Method"), message));
    }
    let is_default = kind == ApiKind::Http && path == "$default";
    if !is_default && let Err(expected) = check_path(&path) {
        let message = format!("{expected}, found {}", quote(&path));
        return Err(resource.problem(&format!("{at}.Path"), message));
    }
    if let Some(settings) = given.route_settings {
        let throttle = throttles::of_route(&method, &path, &settings)
            .map_err(|message| resource.problem(&format!("{at}.RouteSettings"), message))?;
        draft.api.throttles.extend(throttle);
    }
    let is_same = |other: &&Route| other.method == method && shape(&other.path) == shape(&path);
    let is_here =
        |one: &open_api::Unfilled| one.method == method && shape(&one.path) == shape(&path);
    let unfilled = draft.unfilled.iter().position(is_here).map(|at| draft.unfilled.remove(at));
    if let Some(other) = draft.api.routes.iter().find(is_same) {
        if kind == ApiKind::Http && draft.resource.node.get("DefinitionBody").is_some() {
            return Ok(None);
        }
        let message = format!(
            "{} has this route already: {} {} in line {}",
            draft.api.logical_id, other.method, other.path, other.line
        );
        return Err(resource.problem(at, message));
    }
    let authorizer = match (&given.auth.authorizer, unfilled.as_ref()) {
        // What the document guards stays guarded.
        (None, Some(unfilled)) => unfilled.authorizer.clone(),
        (None, None) => draft.api.default_authorizer.clone(),
        (Some(name), _) => named(name, &draft.api.authorizers)
            .map_err(|message| resource.problem(&format!("{at}.Auth.Authorizer"), message))?,
    };
    let inherited = match &authorizer {
        RouteAuthorizer::Named(name) => match draft.api.authorizers.get(name) {
            Some(Authorizer::Cognito { scopes, .. } | Authorizer::Jwt { scopes, .. }) => {
                scopes.clone()
            }
            _ => Vec::new(),
        },
        RouteAuthorizer::Open | RouteAuthorizer::Iam => Vec::new(),
    };
    let payload = match (kind, given.payload_format_version.as_deref()) {
        (ApiKind::Rest, _) | (ApiKind::Http, Some("1.0" | "1")) => PayloadVersion::V1,
        (ApiKind::Http, None | Some("2.0" | "2")) => PayloadVersion::V2,
        (ApiKind::Http, Some(other)) => {
            let message = format!("expected 1.0 or 2.0, found {}", quote(other));
            return Err(resource.problem(&format!("{at}.PayloadFormatVersion"), message));
        }
    };
    let function = functions.iter().find(|one| one.logical_id == resource.logical_id);
    let limit = if kind == ApiKind::Rest { 29_000 } else { 30_000 };
    let timeout_milliseconds = integration::timeout(given.timeout_in_millis, limit)
        .map_err(|(_, message)| resource.problem(&format!("{at}.TimeoutInMillis"), message))?;
    if given.request_model.as_ref().is_some_and(|model| model.validate_body) {
        let path = format!("{at}.RequestModel.ValidateBody");
        return Err(resource.problem(&path, BODIES_ARE_NOT_VALIDATED));
    }
    // Without a validator a parameter that is required is only named.
    let is_validated = given.request_model.is_some_and(|model| model.validate_parameters);
    let mut required_parameters = Vec::new();
    let settings = given.request_parameters.iter().filter_map(serde_json::Value::as_object);
    for (name, settings) in settings.flatten().filter(|_| is_validated) {
        if settings.get("Required").and_then(serde_json::Value::as_bool) == Some(true) {
            required_parameters.push(name.clone());
        }
    }
    let scopes = given.auth.authorization_scopes.or_else(|| {
        let unfilled = unfilled.as_ref()?;
        (unfilled.authorizer == authorizer).then(|| unfilled.scopes.clone())
    });
    Ok(Some(Route {
        method,
        path,
        integration: Integration::Function {
            logical_id: resource.logical_id.clone(),
            arn: function.map(|one| one.arn.clone()).unwrap_or_default(),
        },
        authorizer,
        scopes: scopes.unwrap_or(inherited),
        needs_api_key: given.auth.api_key_required.unwrap_or(draft.needs_api_key),
        payload,
        required_parameters,
        timeout_milliseconds,
        line: resource.node.position_of(at).line,
    }))
}

const BODIES_ARE_NOT_VALIDATED: &str =
    "bodies are not validated here: expected a validator of parameters only";

/// Segments of letters or one whole parameter each; a greedy parameter comes last.
fn check_path(path: &str) -> Result<(), &'static str> {
    let Some(rest) = path.strip_prefix('/') else {
        return Err("expected a path that starts with /");
    };
    let mut names = BTreeSet::new();
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        let name = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
        let Some(name) = name else {
            if segment.contains(['{', '}']) {
                return Err("expected a parameter to be a whole segment, as in /user/{id}");
            }
            continue;
        };
        let is_greedy = name.ends_with('+');
        let name = name.strip_suffix('+').unwrap_or(name);
        if name.is_empty()
            || !name.bytes().all(|next| next.is_ascii_alphanumeric() || b"_.-:".contains(&next))
        {
            return Err("expected a name in {}");
        }
        if is_greedy && segments.peek().is_some() {
            return Err("expected {name+} to be the last segment");
        }
        if !names.insert(name) {
            return Err("expected a name in {} to be there once");
        }
    }
    Ok(())
}

/// The path without the names of its parameters, which tell no two routes apart.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.strip_prefix('{') {
        Some(name) if name.ends_with("+}") => "{+}",
        Some(_) => "{}",
        None => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

fn cors(given: CorsProperties) -> Option<Cors> {
    // SAM writes the values into a mapping template, where a text stands in single quotes.
    let list = |text: &str| {
        let text = text.trim().trim_matches('\'');
        text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    };
    match given {
        CorsProperties::Switch(false) => None,
        CorsProperties::Switch(true) => Some(Cors {
            origins: vec!["*".to_owned()],
            methods: vec!["*".to_owned()],
            headers: vec!["*".to_owned()],
            ..Cors::default()
        }),
        CorsProperties::Origin(origin) => Some(Cors { origins: list(&origin), ..Cors::default() }),
        CorsProperties::Rest(cors) => Some(Cors {
            origins: list(&cors.allow_origin),
            methods: cors.allow_methods.as_deref().map(list).unwrap_or_default(),
            headers: cors.allow_headers.as_deref().map(list).unwrap_or_default(),
            exposed_headers: Vec::new(),
            max_age_seconds: cors
                .max_age
                .and_then(|age| age.trim().trim_matches('\'').parse::<i64>().ok()),
            allows_credentials: cors.allow_credentials,
        }),
        CorsProperties::Http(cors) => Some(Cors {
            origins: cors.allow_origins,
            methods: cors.allow_methods,
            headers: cors.allow_headers,
            exposed_headers: cors.expose_headers,
            max_age_seconds: cors.max_age,
            allows_credentials: cors.allow_credentials,
        }),
    }
}

/// The plans that SAM makes: one for each API, or one for all that say `SHARED`, each with a key.
fn add_shared_plans(drafts: &mut [Draft<'_>]) {
    let shared = drafts
        .iter()
        .filter_map(|draft| draft.plan.clone())
        .find(|plan| plan.create_usage_plan == "SHARED");
    for draft in drafts {
        let Some(plan) = draft.plan.take() else { continue };
        let (owner, limits) = match (plan.create_usage_plan.as_str(), &shared) {
            ("PER_API", _) => (draft.api.logical_id.as_str(), plan.limits),
            // What the first API says counts for all.
            ("SHARED", Some(shared)) => ("Serverless", shared.limits.clone()),
            _ => continue,
        };
        let key = format!("{owner}ApiKey");
        let keys = vec![ApiKey { id: key.clone(), logical_id: key, value: None, is_enabled: true }];
        draft.api.usage_plans.push(usage_plan(format!("{owner}UsagePlan"), limits, keys));
    }
}

fn usage_plan(logical_id: String, limits: Limits, keys: Vec<ApiKey>) -> UsagePlan {
    let quota = limits.quota.map(|quota| Quota {
        limit: quota.limit,
        offset: quota.offset,
        period: quota.period,
    });
    UsagePlan {
        logical_id,
        throttle: limits.throttle.throttle(),
        method_throttles: Vec::new(),
        quota,
        keys,
    }
}

/// The plans and keys that are resources of their own.
fn add_plans(resources: &[Resource], drafts: &mut [Draft<'_>], problems: &mut Vec<Problem>) {
    let of_kind = |kind: &'static str| {
        resources.iter().filter(move |one| one.kind == kind && !one.node.has_unknown())
    };
    let mut keys = Vec::new();
    for resource in of_kind("AWS::ApiGateway::ApiKey") {
        match resource.read::<KeyProperties>() {
            Ok(properties) => keys.push(ApiKey {
                logical_id: resource.logical_id.clone(),
                id: resource.physical_id.clone(),
                value: properties.value,
                is_enabled: properties.enabled,
            }),
            Err(problem) => problems.push(problem),
        }
    }
    let mut links = Vec::new();
    for resource in of_kind("AWS::ApiGateway::UsagePlanKey") {
        match resource.read::<PlanKeyProperties>() {
            Ok(link) => links.push(link),
            Err(problem) => problems.push(problem),
        }
    }
    for resource in of_kind("AWS::ApiGateway::UsagePlan") {
        let properties = match resource.read::<PlanProperties>() {
            Ok(properties) => properties,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let is_linked = |key: &&ApiKey| {
            links
                .iter()
                .any(|link| link.key_id == key.id && link.usage_plan_id == resource.physical_id)
        };
        let keys = keys.iter().filter(is_linked).cloned().collect::<Vec<_>>();
        for (index, stage) in properties.api_stages.iter().enumerate() {
            let found = drafts
                .iter_mut()
                .find(|draft| draft.api.id == stage.api_id && draft.api.stage == stage.stage);
            match found {
                Some(draft) => {
                    let (name, limits) = (resource.logical_id.clone(), properties.limits.clone());
                    let mut plan = usage_plan(name, limits, keys.clone());
                    plan.method_throttles = throttles::of_plan(&stage.throttle);
                    draft.api.usage_plans.push(plan);
                }
                None => {
                    let message = "expected the id and the stage of an AWS::Serverless::Api of \
                                   this template";
                    problems.push(resource.problem(&format!("ApiStages[{index}]"), message));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_a_whole_segment() {
        for good in ["/", "/a", "/a/{id}", "/a/{id}/b/{proxy+}", "/a/"] {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
        for bad in ["", "a", "/a{id}", "/{}", "/{proxy+}/a", "/{a}/{a}", "/{a b}"] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn routes_are_the_same_whatever_their_parameters_are_called() {
        assert_eq!(shape("/user/{id}"), shape("/user/{name}"));
        assert_ne!(shape("/user/{id}"), shape("/user/{id+}"));
        assert_ne!(shape("/user/{id}"), shape("/user/me"));
    }
}
