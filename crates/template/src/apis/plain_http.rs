//! Which HTTP APIs are written in plain CloudFormation?
//!
//! An `AWS::ApiGatewayV2::Api` is made of resources that refer to it and to each other, and each of its stages
//! is an API of its own here.

use super::{
    Api, ApiKind, Authorizer, Draft, HttpCors, Integration, Known, METHODS, PayloadVersion, Route,
    RouteAuthorizer, authorizer, check_path, cors, empty, integration, open_api,
    plain_rest::{as_property, of_kind},
    shape,
};
use crate::{
    functions::Function,
    problem::{Problem, quote},
    stack::Resource,
};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HttpApi {
    #[serde(default)]
    base_path: Option<String>,
    #[serde(default)]
    cors_configuration: Option<HttpCors>,
    #[serde(default)]
    protocol_type: Option<String>,
    #[serde(default)]
    route_key: Option<String>,
    #[serde(default)]
    target: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HttpRoute {
    api_id: String,
    #[serde(default)]
    authorization_scopes: Vec<String>,
    #[serde(default)]
    authorization_type: Option<String>,
    #[serde(default)]
    authorizer_id: Option<String>,
    route_key: String,
    #[serde(default)]
    target: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HttpIntegration {
    api_id: String,
    #[serde(default)]
    connection_type: Option<String>,
    #[serde(default)]
    integration_method: Option<String>,
    #[serde(default)]
    integration_subtype: Option<String>,
    integration_type: String,
    #[serde(default)]
    integration_uri: Option<String>,
    #[serde(default)]
    payload_format_version: Option<String>,
    #[serde(default)]
    request_parameters: BTreeMap<String, String>,
    #[serde(default)]
    response_parameters: Option<serde_json::Value>,
    #[serde(default)]
    timeout_in_millis: Option<i64>,
    #[serde(default)]
    tls_config: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HttpAuthorizer {
    api_id: String,
    #[serde(default)]
    authorizer_payload_format_version: Option<String>,
    #[serde(default)]
    authorizer_result_ttl_in_seconds: Option<i64>,
    authorizer_type: String,
    #[serde(default)]
    authorizer_uri: Option<String>,
    #[serde(default)]
    enable_simple_responses: bool,
    #[serde(default)]
    identity_source: Vec<String>,
    #[serde(default)]
    identity_validation_expression: Option<String>,
    #[serde(default)]
    jwt_configuration: Option<Jwt>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Jwt {
    #[serde(default)]
    audience: Vec<String>,
    #[serde(default)]
    issuer: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stage {
    api_id: String,
    stage_name: String,
    #[serde(default)]
    stage_variables: BTreeMap<String, String>,
}

pub(super) fn read<'a>(
    resources: &'a [Resource],
    functions: &[Function],
    problems: &mut Vec<Problem>,
) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    for api in of_kind(resources, "AWS::ApiGatewayV2::Api") {
        drafts.extend(Reader { resources, functions, api, problems }.apis());
    }
    drafts
}

struct Reader<'a, 'p> {
    resources: &'a [Resource],
    functions: &'p [Function],
    api: &'a Resource,
    problems: &'p mut Vec<Problem>,
}

/// What all stages of an API share.
struct Parts<'a> {
    properties: HttpApi,
    routes: Vec<(&'a Resource, HttpRoute)>,
    integrations: Vec<(&'a Resource, HttpIntegration)>,
    authorizers: Vec<(&'a Resource, HttpAuthorizer)>,
}

impl<'a> Reader<'a, '_> {
    /// Everything of a kind that belongs to this API.
    fn own<T: for<'de> Deserialize<'de>>(
        &mut self,
        kind: &'static str,
        api_id: fn(&T) -> &str,
    ) -> Vec<(&'a Resource, T)> {
        let mut own = Vec::new();
        for resource in of_kind(self.resources, kind) {
            match resource.read::<T>() {
                Ok(properties) if api_id(&properties) == self.api.physical_id => {
                    own.push((resource, properties));
                }
                Ok(_) => {}
                Err(problem) => self.problems.push(problem),
            }
        }
        own
    }

    fn apis(&mut self) -> Vec<Draft<'a>> {
        let properties = match self.api.read::<HttpApi>() {
            Ok(properties) => properties,
            Err(problem) => {
                self.problems.push(problem);
                return Vec::new();
            }
        };
        if let Some(other) = properties.protocol_type.as_deref().filter(|kind| *kind != "HTTP") {
            let message = format!("expected HTTP, found {}", quote(other));
            self.problems.push(self.api.problem("ProtocolType", message));
            return Vec::new();
        }
        if self.api.properties.get("BodyS3Location").is_some() {
            let message = "expected the document itself, as Body";
            self.problems.push(self.api.problem("BodyS3Location", message));
        }
        let is_quick = properties.target.is_some();
        let parts = Parts {
            properties,
            routes: self.own("AWS::ApiGatewayV2::Route", |one: &HttpRoute| &one.api_id),
            integrations: self
                .own("AWS::ApiGatewayV2::Integration", |one: &HttpIntegration| &one.api_id),
            authorizers: self
                .own("AWS::ApiGatewayV2::Authorizer", |one: &HttpAuthorizer| &one.api_id),
        };
        let mut stages = Vec::new();
        for (resource, stage) in self.own("AWS::ApiGatewayV2::Stage", |one: &Stage| &one.api_id) {
            stages.push((resource, stage.stage_name, stage.stage_variables));
        }
        // A quick create makes the stage as well.
        if is_quick && !stages.iter().any(|(_, name, _)| name == "$default") {
            stages.insert(0, (self.api, "$default".to_owned(), BTreeMap::new()));
        }
        if stages.is_empty() {
            let message = "nobody can call it: expected an AWS::ApiGatewayV2::Stage of it";
            self.problems.push(self.api.problem("", message));
        }
        let stages = stages.into_iter();
        stages
            .map(|(resource, name, variables)| {
                let mut api = empty(self.api, ApiKind::Http, name, variables);
                api.throttles = super::stage_throttles(ApiKind::Http, resource, self.problems);
                self.fill(&mut api, &parts);
                Draft::plain(api, resource)
            })
            .collect()
    }

    fn fill(&mut self, api: &mut Api, parts: &Parts<'a>) {
        api.cors = parts
            .properties
            .cors_configuration
            .clone()
            .and_then(|given| cors(super::CorsProperties::Http(given)));
        for (resource, given) in &parts.authorizers {
            let jwt = given.jwt_configuration.as_ref();
            let made = authorizer::Given {
                kind: given.authorizer_type.clone(),
                uri: given.authorizer_uri.clone(),
                sources: given.identity_source.clone(),
                validation: given.identity_validation_expression.clone(),
                ttl: given.authorizer_result_ttl_in_seconds,
                payload: given.authorizer_payload_format_version.clone(),
                has_simple_responses: given.enable_simple_responses,
                issuer: jwt.and_then(|jwt| jwt.issuer.clone()),
                audience: jwt.map(|jwt| jwt.audience.clone()).unwrap_or_default(),
                ..authorizer::Given::default()
            }
            .make(self.known(api));
            match made {
                Ok(made) => {
                    api.authorizers.insert(resource.logical_id.clone(), made);
                }
                Err((property, message)) => {
                    let property = match property {
                        "type" => "AuthorizerType",
                        "jwtConfiguration" => "JwtConfiguration",
                        "enableSimpleResponses" => "EnableSimpleResponses",
                        "authorizerPayloadFormatVersion" => "AuthorizerPayloadFormatVersion",
                        other => as_property(other),
                    };
                    self.problems.push(resource.problem(property, message));
                }
            }
        }
        if let Some(body) = self.api.node.get("Body") {
            let base_path = match parts.properties.base_path.as_deref() {
                Some("prepend") => open_api::BasePath::Prepend,
                Some("split") => open_api::BasePath::Split,
                _ => open_api::BasePath::Ignore,
            };
            let source = open_api::Source {
                resource: self.api,
                property: "Body",
                functions: self.functions,
            };
            let unfilled = source.read(body, api, false, base_path, self.problems);
            self.problems.extend(unfilled.iter().map(open_api::Unfilled::problem));
        }
        if let Some(target) = &parts.properties.target {
            match self.quick(api, &parts.properties, target) {
                Ok(route) => api.routes.push(route),
                Err((property, message)) => {
                    self.problems.push(self.api.problem(property, message));
                }
            }
        }
        for (resource, given) in &parts.routes {
            match self.route(api, resource, given, parts) {
                Ok(route) => api.routes.push(route),
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    fn known<'b>(&'b self, api: &'b Api) -> Known<'b> {
        Known {
            kind: ApiKind::Http,
            functions: self.functions,
            stage_variables: &api.stage_variables,
        }
    }

    /// The one route of an API that is made with its target.
    fn quick(
        &self,
        api: &Api,
        properties: &HttpApi,
        target: &str,
    ) -> Result<Route, (&'static str, String)> {
        let key = properties.route_key.as_deref().unwrap_or("$default");
        let (method, path) = route_key(key).map_err(|message| ("RouteKey", message))?;
        let is_function = target.starts_with("arn:");
        let made = integration::Given {
            kind: if is_function { "AWS_PROXY" } else { "HTTP_PROXY" }.to_owned(),
            uri: Some(target.to_owned()),
            payload: is_function.then(|| "2.0".to_owned()),
            ..integration::Given::default()
        }
        .make(self.known(api))
        .map_err(|(_, message)| ("Target", message))?;
        Ok(Route {
            method,
            path,
            integration: made.integration,
            authorizer: RouteAuthorizer::Open,
            scopes: Vec::new(),
            needs_api_key: false,
            payload: made.payload,
            required_parameters: Vec::new(),
            timeout_milliseconds: None,
            line: self.api.line,
        })
    }

    fn route(
        &self,
        api: &Api,
        resource: &Resource,
        given: &HttpRoute,
        parts: &Parts<'_>,
    ) -> Result<Route, Problem> {
        let wrong = |property: &str, message: String| Err(resource.problem(property, message));
        let (method, path) =
            route_key(&given.route_key).map_err(|message| resource.problem("RouteKey", message))?;
        let is_same = |other: &&Route| other.method == method && shape(&other.path) == shape(&path);
        if let Some(other) = api.routes.iter().find(is_same) {
            let message = format!("the API has this route already, in line {}", other.line);
            return wrong("RouteKey", message);
        }
        let kind = given.authorization_type.as_deref().unwrap_or("NONE");
        let authorizer = match (kind, &given.authorizer_id) {
            ("NONE", None) => RouteAuthorizer::Open,
            ("AWS_IAM", None) => RouteAuthorizer::Iam,
            ("JWT" | "CUSTOM", Some(id)) => {
                let found = of_kind(self.resources, "AWS::ApiGatewayV2::Authorizer")
                    .find(|one| one.physical_id == *id)
                    .filter(|one| api.authorizers.contains_key(&one.logical_id));
                let Some(found) = found else {
                    let message = "expected a Ref to an AWS::ApiGatewayV2::Authorizer of this API";
                    return wrong("AuthorizerId", message.to_owned());
                };
                let made = api.authorizers.get(&found.logical_id);
                if matches!(made, Some(Authorizer::Jwt { .. })) != (kind == "JWT") {
                    let message = format!("{} is no authorizer of this type", found.logical_id);
                    return wrong("AuthorizationType", message);
                }
                RouteAuthorizer::Named(found.logical_id.clone())
            }
            ("JWT" | "CUSTOM", None) => {
                return wrong("AuthorizationType", "AuthorizerId is missing".to_owned());
            }
            (_, Some(_)) => {
                let message = "expected JWT or CUSTOM beside AuthorizerId".to_owned();
                return wrong("AuthorizationType", message);
            }
            (other, None) => {
                let message =
                    format!("expected NONE, AWS_IAM, JWT or CUSTOM, found {}", quote(other));
                return wrong("AuthorizationType", message);
            }
        };
        if !given.authorization_scopes.is_empty() && kind != "JWT" {
            return wrong("AuthorizationScopes", "only JWT knows scopes".to_owned());
        }
        let target = given.target.as_deref().and_then(|text| text.strip_prefix("integrations/"));
        let found = target.and_then(|id| {
            parts.integrations.iter().find(|(resource, _)| resource.physical_id == id)
        });
        let Some((at, found)) = found else {
            let message = "expected integrations/ID with a Ref to an \
                           AWS::ApiGatewayV2::Integration of this API";
            return wrong("Target", message.to_owned());
        };
        if found.tls_config.is_some() {
            let message = "only the certificate of the server's own name is accepted here";
            return Err(at.problem("TlsConfig", message));
        }
        let made = found.given().make(self.known(api)).map_err(|(property, message)| {
            let property = match property {
                "uri" => "IntegrationUri",
                "type" => "IntegrationType",
                "payloadFormatVersion" => "PayloadFormatVersion",
                "responseParameters" => "ResponseParameters",
                "integrationSubtype" => "IntegrationSubtype",
                other => as_property(other),
            };
            at.problem(property, message)
        })?;
        let is_function = matches!(made.integration, Integration::Function { .. });
        Ok(Route {
            method,
            path,
            integration: made.integration,
            authorizer,
            scopes: given.authorization_scopes.clone(),
            needs_api_key: false,
            payload: if is_function { made.payload } else { PayloadVersion::V1 },
            required_parameters: Vec::new(),
            timeout_milliseconds: made.timeout_milliseconds,
            line: resource.line,
        })
    }
}

impl HttpIntegration {
    fn given(&self) -> integration::Given {
        integration::Given {
            kind: self.integration_type.clone(),
            method: self.integration_method.clone(),
            uri: self.integration_uri.clone(),
            subtype: self.integration_subtype.clone(),
            connection: self.connection_type.clone(),
            payload: self.payload_format_version.clone(),
            timeout: self.timeout_in_millis,
            request_parameters: self.request_parameters.clone(),
            has_response_parameters: self.response_parameters.is_some(),
            ..integration::Given::default()
        }
    }
}

/// `GET /items/{id}`, `ANY /x`, `$default`.
fn route_key(key: &str) -> Result<(String, String), String> {
    if key == "$default" {
        return Ok(("ANY".to_owned(), key.to_owned()));
    }
    let expected = || format!("expected METHOD /path or $default, found {}", quote(key));
    let (method, path) = key.split_once(' ').ok_or_else(expected)?;
    if !METHODS.contains(&method) {
        return Err(expected());
    }
    check_path(path).map_err(|expected| format!("{expected}, found {}", quote(path)))?;
    Ok((method.to_owned(), path.to_owned()))
}
