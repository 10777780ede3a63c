//! How does what a template asks for come to be?

mod integration;

use crate::{Problem, ids::StackIds};
use gateway::{
    Api, ApiKey, ApiKind, Authorizer, CognitoAuthorizer, Config, Cors, JwtAuthorizer,
    LambdaRequestAuthorizer, LambdaTokenAuthorizer, MethodThrottle, PayloadFormat, Quota,
    QuotaPeriod, Route, Throttle, UsagePlan, Validation,
};
use http::Uri;
use idp::{
    Idp,
    provision::from_template::{self, Unprovisioned},
};
use names::{AccountId, ClientId, FunctionArn, Issuer, Scope, UserPoolId};
use pool::Pools;
use serde_json::{Map, Value};
use std::time::Duration;
use template::{IdentitySource, PayloadVersion, Resource, RouteAuthorizer, Stack};

/// What was made of a template, or was there already.
pub struct Made {
    pub pools: Vec<UserPoolId>,
    /// Clients without a secret.
    pub public_clients: Vec<ClientId>,
}

/// Makes the pools of a stack and what is in them. What is there already is changed where the template says
/// something else; what is there and not in the template stays.
pub async fn deploy(idp: &Idp, stack: &Stack, ids: &StackIds<'_>) -> Result<Made, Problem> {
    let mut made = Made { pools: Vec::new(), public_clients: Vec::new() };
    for resource in stack.of_kind("AWS::Cognito::UserPool") {
        let id = UserPoolId::parse(&resource.physical_id).map_err(|cause| told(resource, cause))?;
        let name = format!("{}-{}", ids.stack, resource.logical_id);
        let done = from_template::user_pool(idp, id, &name, properties(resource)).await;
        made.pools.push(done.map_err(|error| unprovisioned(resource, error))?.id.clone());
    }
    for resource in stack.of_kind("AWS::Cognito::UserPoolResourceServer") {
        let done = from_template::resource_server(idp, properties(resource)).await;
        done.map_err(|error| unprovisioned(resource, error))?;
    }
    for resource in stack.of_kind("AWS::Cognito::UserPoolDomain") {
        let done = from_template::domain(idp, properties(resource)).await;
        done.map_err(|error| unprovisioned(resource, error))?;
    }
    // Before the clients, which name them.
    for resource in stack.of_kind("AWS::Cognito::UserPoolIdentityProvider") {
        let done = from_template::identity_provider(idp, properties(resource)).await;
        done.map_err(|error| unprovisioned(resource, error))?;
    }
    for resource in stack.of_kind("AWS::Cognito::UserPoolClient") {
        let id = ClientId::parse(&resource.physical_id).map_err(|cause| told(resource, cause))?;
        let secret = ids.client_secret(&resource.logical_id);
        let secret = secret.ok_or_else(|| Problem::text("a client secret could not be derived"))?;
        let name = format!("{}-{}", ids.stack, resource.logical_id);
        let done = from_template::client(idp, id, secret, &name, properties(resource)).await;
        let client = done.map_err(|error| unprovisioned(resource, error))?;
        if !client.has_secret() {
            made.public_clients.push(client.id.clone());
        }
    }
    for resource in stack.of_kind("AWS::Cognito::UserPoolRiskConfigurationAttachment") {
        let done = from_template::risk_configuration(idp, properties(resource)).await;
        done.map_err(|error| unprovisioned(resource, error))?;
    }
    for resource in stack.of_kind("AWS::Cognito::UserPoolGroup") {
        let name = format!("{}-{}", ids.stack, resource.logical_id);
        let done = from_template::group(idp, &name, properties(resource)).await;
        done.map_err(|error| unprovisioned(resource, error))?;
    }
    for resource in stack.of_kind("AWS::Cognito::UserPoolUser") {
        let name = format!("{}-{}", ids.stack, resource.logical_id);
        let done = from_template::user(idp, &name, properties(resource)).await;
        done.map_err(|error| unprovisioned(resource, error))?;
    }
    for resource in stack.of_kind("AWS::Cognito::UserPoolUserToGroupAttachment") {
        let done = from_template::membership(idp, properties(resource)).await;
        done.map_err(|error| unprovisioned(resource, error))?;
    }
    Ok(made)
}

fn properties(resource: &Resource) -> Map<String, Value> {
    resource.properties.as_object().cloned().unwrap_or_default()
}

fn told(resource: &Resource, cause: impl std::fmt::Display) -> Problem {
    Problem::text(format!("the template is broken\n{}", resource.problem("", cause.to_string())))
}

fn unprovisioned(resource: &Resource, error: Unprovisioned) -> Problem {
    match error {
        Unprovisioned::Wrong(wrong) => {
            let problem =
                resource.problem(wrong.property.as_deref().unwrap_or_default(), wrong.text);
            Problem::text(format!("the template is broken\n{problem}"))
        }
        Unprovisioned::Broken(broken) => {
            Problem::new(format!("{} could not be made", resource.logical_id), broken)
        }
    }
}

/// What stands before a route that asks for a signature, in SAM's word for it.
const IAM: &str = "AWS_IAM";

/// The gateway's configuration for the APIs of a stack.
pub fn gateway_config(
    pools: &Pools,
    stack: &Stack,
    ids: &StackIds<'_>,
    account: &AccountId,
    api_url: &str,
) -> Result<Config, Problem> {
    let public_url: Uri =
        api_url.parse().map_err(|cause| Problem::new("the address of the API", cause))?;
    let mut apis = Vec::new();
    for asked in stack.apis() {
        let kind = match asked.kind {
            template::ApiKind::Rest => ApiKind::Rest,
            template::ApiKind::Http => ApiKind::Http,
        };
        let mut api = Api::new(
            &asked.id,
            kind,
            &asked.stage,
            ids.region.clone(),
            account.clone(),
            public_url.clone(),
        );
        // The first API is at the root, as its stage's URL is on AWS; others have their name before it.
        api.mounts = vec![asked.mount.clone()];
        let base_paths = asked.base_paths.iter().map(|path| path.trim_matches('/'));
        api.mounts
            .extend(base_paths.filter(|path| !path.is_empty()).map(|path| format!("/{path}")));
        api.stage_variables = asked.stage_variables.clone();
        api.binary_media_types = asked.binary_media_types.clone();
        api.cors = asked.cors.as_ref().map(cors);
        api.api_key_source = match asked.api_key_source {
            template::ApiKeySource::Header => gateway::ApiKeySource::Header,
            template::ApiKeySource::Authorizer => gateway::ApiKeySource::Authorizer,
        };
        let plans = asked.usage_plans.iter().map(|plan| usage_plan(plan, ids));
        let plans = plans
            .collect::<Result<_, _>>()
            .map_err(|problem| Problem::text(format!("API {}: {problem}", asked.logical_id)))?;
        api.usage_plans = plans;
        api.authorizers.insert(IAM.to_owned(), Authorizer::Iam);
        for (name, authorizer) in &asked.authorizers {
            let built = self::authorizer(pools, authorizer).map_err(|problem| {
                Problem::text(format!("API {}, authorizer {name}: {problem}", asked.logical_id))
            })?;
            api.authorizers.insert(name.clone(), built);
        }
        for response in &asked.responses {
            let (response_type, built) =
                integration::gateway_response(response).map_err(|problem| {
                    let name = format!("gateway response {}", response.response_type);
                    broken_part(stack, asked, response.line, &name, &problem)
                })?;
            api.responses.insert(response_type, built).map_err(|problem| {
                let name = format!("gateway response {}", response.response_type);
                broken_part(stack, asked, response.line, &name, &problem)
            })?;
        }
        for route in &asked.routes {
            let built = self::route(kind, route).map_err(|problem| {
                let name = format!("{} {}", route.method, route.path);
                broken_part(stack, asked, route.line, &name, &problem)
            })?;
            let limited = asked.throttle_of(&route.method, &route.path).as_ref().map(throttle);
            api.routes.push(Route { throttle: limited, ..built });
        }
        apis.push(api);
    }
    Ok(Config { apis, throttle: None })
}

/// The API keys that the template does not give a value, each with the value it has here.
pub fn made_api_keys(stack: &Stack, ids: &StackIds<'_>) -> Vec<(String, String)> {
    let plans = stack.apis().iter().flat_map(|api| &api.usage_plans);
    let made = plans.flat_map(|plan| &plan.keys).filter(|key| key.value.is_none());
    made.map(|key| (format!("{}Value", key.logical_id), ids.gateway_key(&key.logical_id))).collect()
}

fn usage_plan(asked: &template::UsagePlan, ids: &StackIds<'_>) -> Result<UsagePlan, String> {
    let keys = asked.keys.iter().map(|key| {
        let made = || ids.gateway_key(&key.logical_id);
        let value = key.value.clone().unwrap_or_else(made);
        let is_one =
            (20..=128).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
        if !is_one {
            return Err(format!("the value of {} is not 20 to 128 characters", key.logical_id));
        }
        let made = ApiKey::new(&key.id, &value);
        Ok(if key.is_enabled { made } else { made.disabled() })
    });
    let method_throttles = asked.method_throttles.iter().map(|limited| {
        let method =
            limited.method.parse().map_err(|_| format!("{} is no method", limited.method))?;
        let path = limited.path.clone();
        Ok(MethodThrottle { method, path, throttle: throttle(&limited.throttle) })
    });
    let quota = asked.quota.as_ref().map(|quota| Quota {
        limit: quota.limit.into(),
        offset: quota.offset.into(),
        period: match quota.period {
            template::QuotaPeriod::Day => QuotaPeriod::Day,
            template::QuotaPeriod::Week => QuotaPeriod::Week,
            template::QuotaPeriod::Month => QuotaPeriod::Month,
        },
    });
    Ok(UsagePlan {
        id: asked.logical_id.clone(),
        throttle: asked.throttle.as_ref().map(throttle),
        method_throttles: method_throttles.collect::<Result<_, String>>()?,
        quota,
        keys: keys.collect::<Result<_, _>>()?,
    })
}

fn throttle(asked: &template::Throttle) -> Throttle {
    Throttle { rate: asked.rate, burst: asked.burst }
}

/// What is wrong with a part of an API, where its line is known.
fn broken_part(
    stack: &Stack,
    api: &template::Api,
    line: u32,
    part: &str,
    problem: &str,
) -> Problem {
    let (file, id) = (stack.file(), &api.logical_id);
    Problem::text(format!("the template is broken\n{file}:{line}:1: {id}: {part}: {problem}"))
}

fn route(kind: ApiKind, asked: &template::Route) -> Result<Route, String> {
    let method = asked.method.parse().map_err(|_| "this is no method".to_owned())?;
    let integration = integration::integration(kind, &asked.integration)?;
    let mut route = Route::new(method, &asked.path, integration);
    route.payload = payload(asked.payload);
    route.authorizer = match &asked.authorizer {
        RouteAuthorizer::Open => None,
        RouteAuthorizer::Named(name) => Some(name.clone()),
        RouteAuthorizer::Iam => Some(IAM.to_owned()),
    };
    // Scopes are a token authorizer's business; without one there is nobody to ask.
    if route.authorizer.is_some() {
        let scopes = asked.scopes.iter().map(Scope::parse).collect::<Result<_, _>>();
        route.scopes = scopes.map_err(|cause| cause.to_string())?;
    }
    route.api_key_required = asked.needs_api_key;
    for name in &asked.required_parameters {
        let parameter = name.parse().map_err(|_| format!("{name} is no parameter of a request"))?;
        route.required.push(parameter);
    }
    route.timeout = asked.timeout_milliseconds.map(|ms| Duration::from_millis(u64::from(ms)));
    Ok(route)
}

fn authorizer(pools: &Pools, asked: &template::Authorizer) -> Result<Authorizer, String> {
    let malformed = |cause: names::Malformed| cause.to_string();
    let header = |name: &str| name.parse().map_err(|_| format!("{name:?} is no header"));
    let validation = |expression: &Option<String>| {
        expression.as_deref().map(Validation::parse).transpose().map_err(|cause| cause.to_string())
    };
    Ok(match asked {
        template::Authorizer::Cognito {
            user_pool_arns,
            header: name,
            validation: expression,
            ..
        } => {
            let issuers = user_pool_arns.iter().map(|arn| issuer_of(pools, arn));
            let mut cognito = CognitoAuthorizer::new(issuers.collect::<Result<_, _>>()?);
            cognito.header = header(name)?;
            cognito.validation = validation(expression)?;
            Authorizer::Cognito(cognito)
        }
        template::Authorizer::Jwt { issuer, audience, source, .. } => {
            let issuer = Issuer::parse(issuer.trim_end_matches('/')).map_err(malformed)?;
            let mut jwt = JwtAuthorizer::new(issuer, audience.clone());
            jwt.identity_source = identity_source(source)?;
            Authorizer::Jwt(jwt)
        }
        template::Authorizer::LambdaToken {
            function_arn,
            header: name,
            validation: expression,
            ttl_seconds,
        } => {
            let function = FunctionArn::parse(function_arn).map_err(malformed)?;
            let mut lambda = LambdaTokenAuthorizer::new(function);
            lambda.header = header(name)?;
            lambda.validation = validation(expression)?;
            lambda.ttl = Duration::from_secs(u64::from(*ttl_seconds));
            Authorizer::LambdaToken(lambda)
        }
        template::Authorizer::LambdaRequest {
            function_arn,
            sources,
            ttl_seconds,
            payload: version,
            has_simple_responses,
        } => Authorizer::LambdaRequest(LambdaRequestAuthorizer {
            function: FunctionArn::parse(function_arn).map_err(malformed)?,
            identity_sources: sources.iter().map(identity_source).collect::<Result<_, _>>()?,
            ttl: Duration::from_secs(u64::from(*ttl_seconds)),
            payload: payload(*version),
            simple_responses: *has_simple_responses,
        }),
    })
}

fn issuer_of(pools: &Pools, arn: &str) -> Result<Issuer, String> {
    let id = arn.rsplit_once(":userpool/").map_or("", |(_, id)| id);
    let id = UserPoolId::parse(id).map_err(|_| format!("{arn:?} is not the ARN of a user pool"))?;
    pools.issuer(&id).map_err(|error| format!("{error:?}"))
}

fn identity_source(asked: &IdentitySource) -> Result<gateway::IdentitySource, String> {
    let text = match asked {
        IdentitySource::Header(name) => format!("$request.header.{name}"),
        IdentitySource::Query(name) => format!("$request.querystring.{name}"),
        IdentitySource::StageVariable(name) => format!("$stageVariables.{name}"),
        IdentitySource::Context(name) => format!("$context.{name}"),
    };
    text.parse().map_err(|_| format!("{text} is no identity source"))
}

fn payload(version: PayloadVersion) -> PayloadFormat {
    match version {
        PayloadVersion::V1 => PayloadFormat::V1,
        PayloadVersion::V2 => PayloadFormat::V2,
    }
}

fn cors(asked: &template::Cors) -> Cors {
    Cors {
        allow_origins: asked.origins.clone(),
        allow_methods: asked.methods.clone(),
        allow_headers: asked.headers.clone(),
        expose_headers: asked.exposed_headers.clone(),
        max_age: asked.max_age_seconds.and_then(|seconds| i32::try_from(seconds).ok()),
        allow_credentials: asked.allows_credentials,
    }
}
