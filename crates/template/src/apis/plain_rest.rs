//! Which REST APIs are written in plain CloudFormation?
//!
//! An `AWS::ApiGateway::RestApi` is made of resources that refer to it and to each other, and each of its
//! stages is an API of its own here. A deployment is what the template says, as after the first one on AWS.

use super::{
    Api, ApiKeySource, ApiKind, Authorizer, BODIES_ARE_NOT_VALIDATED, Draft, GatewayResponse,
    Known, METHODS, MockResponse, PayloadVersion, Route, RouteAuthorizer, Text, authorizer,
    check_path, empty, integration, media_types, open_api, shape, stage_throttles, throttles,
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
struct RestApi {
    #[serde(default)]
    api_key_source_type: ApiKeySource,
    #[serde(default)]
    binary_media_types: Vec<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    parent_id: String,
    path_part: String,
    rest_api_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Method {
    #[serde(default)]
    api_key_required: bool,
    #[serde(default)]
    authorization_scopes: Vec<String>,
    #[serde(default)]
    authorization_type: Option<String>,
    #[serde(default)]
    authorizer_id: Option<String>,
    http_method: String,
    #[serde(default)]
    integration: Option<MethodIntegration>,
    #[serde(default)]
    request_models: BTreeMap<String, String>,
    #[serde(default)]
    request_parameters: BTreeMap<String, bool>,
    #[serde(default)]
    request_validator_id: Option<String>,
    resource_id: String,
    rest_api_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MethodIntegration {
    #[serde(default)]
    connection_type: Option<String>,
    #[serde(default)]
    content_handling: Option<String>,
    #[serde(default)]
    integration_http_method: Option<String>,
    #[serde(default)]
    integration_responses: Vec<IntegrationResponse>,
    #[serde(default)]
    passthrough_behavior: Option<String>,
    #[serde(default)]
    request_parameters: BTreeMap<String, String>,
    #[serde(default)]
    request_templates: BTreeMap<String, String>,
    #[serde(default)]
    timeout_in_millis: Option<i64>,
    r#type: String,
    #[serde(default)]
    uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IntegrationResponse {
    #[serde(default)]
    response_parameters: BTreeMap<String, String>,
    #[serde(default)]
    response_templates: BTreeMap<String, String>,
    #[serde(default)]
    selection_pattern: Option<String>,
    status_code: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RestAuthorizer {
    #[serde(default)]
    authorizer_result_ttl_in_seconds: Option<i64>,
    #[serde(default)]
    authorizer_uri: Option<String>,
    #[serde(default)]
    identity_source: Option<String>,
    #[serde(default)]
    identity_validation_expression: Option<String>,
    #[serde(default, rename = "ProviderARNs")]
    provider_arns: Vec<String>,
    rest_api_id: String,
    r#type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    #[serde(default)]
    response_parameters: BTreeMap<String, String>,
    #[serde(default)]
    response_templates: BTreeMap<String, String>,
    response_type: String,
    rest_api_id: String,
    #[serde(default)]
    status_code: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Validator {
    rest_api_id: String,
    #[serde(default)]
    validate_request_body: bool,
    #[serde(default)]
    validate_request_parameters: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stage {
    rest_api_id: String,
    stage_name: String,
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Deployment {
    rest_api_id: String,
    #[serde(default)]
    stage_name: Option<String>,
    #[serde(default)]
    stage_description: Option<StageDescription>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StageDescription {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

pub(super) fn read<'a>(
    resources: &'a [Resource],
    functions: &[Function],
    roots: &'a BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    for api in of_kind(resources, "AWS::ApiGateway::RestApi") {
        let mut reader = Reader { resources, functions, api, problems };
        drafts.extend(reader.apis(roots.get(&api.logical_id).map_or("", String::as_str)));
    }
    drafts
}

/// The resources of a kind that could be made out. The others are reported already.
pub(super) fn of_kind<'a>(
    resources: &'a [Resource],
    kind: &'static str,
) -> impl Iterator<Item = &'a Resource> {
    resources.iter().filter(move |one| one.kind == kind && !one.node.has_unknown())
}

struct Reader<'a, 'p> {
    resources: &'a [Resource],
    functions: &'p [Function],
    api: &'a Resource,
    problems: &'p mut Vec<Problem>,
}

/// What all stages of an API share.
struct Parts<'a> {
    properties: RestApi,
    paths: BTreeMap<&'a str, String>,
    methods: Vec<(&'a Resource, Method)>,
    authorizers: Vec<(&'a Resource, RestAuthorizer)>,
    responses: Vec<(&'a Resource, Response)>,
    validators: BTreeMap<&'a str, Validator>,
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

    fn apis(&mut self, root: &'a str) -> Vec<Draft<'a>> {
        let properties = match self.api.read::<RestApi>() {
            Ok(properties) => properties,
            Err(problem) => {
                self.problems.push(problem);
                return Vec::new();
            }
        };
        for (property, message) in [
            ("BodyS3Location", "expected the document itself, as Body"),
            ("CloneFrom", "an API of somewhere else is not known here"),
            ("Policy", "resource policies are not served here"),
        ] {
            if self.api.properties.get(property).is_some() {
                self.problems.push(self.api.problem(property, message));
            }
        }
        let parts = self.own::<Part>("AWS::ApiGateway::Resource", |part| &part.rest_api_id);
        let paths = self.paths(root, parts);
        let parts = Parts {
            properties,
            paths,
            methods: self.own("AWS::ApiGateway::Method", |method: &Method| &method.rest_api_id),
            authorizers: self
                .own("AWS::ApiGateway::Authorizer", |one: &RestAuthorizer| &one.rest_api_id),
            responses: self
                .own("AWS::ApiGateway::GatewayResponse", |one: &Response| &one.rest_api_id),
            validators: self
                .own("AWS::ApiGateway::RequestValidator", |one: &Validator| &one.rest_api_id)
                .into_iter()
                .map(|(resource, validator)| (resource.physical_id.as_str(), validator))
                .collect(),
        };
        let mut stages = Vec::new();
        for (resource, stage) in self.own("AWS::ApiGateway::Stage", |one: &Stage| &one.rest_api_id)
        {
            let throttles = stage_throttles(ApiKind::Rest, resource, self.problems);
            stages.push((resource, stage.stage_name, stage.variables, throttles));
        }
        for (resource, one) in
            self.own("AWS::ApiGateway::Deployment", |one: &Deployment| &one.rest_api_id)
        {
            let Some(name) = one.stage_name else { continue };
            let described = resource.properties.get("StageDescription");
            let throttles = throttles::of_description(described).unwrap_or_else(|message| {
                self.problems.push(resource.problem("StageDescription", message));
                Vec::new()
            });
            let variables = one.stage_description.map(|of| of.variables).unwrap_or_default();
            stages.push((resource, name, variables, throttles));
        }
        stages.sort_by_key(|(resource, ..)| resource.line);
        if stages.is_empty() {
            let message = "nobody can call it: expected an AWS::ApiGateway::Stage of it, or an \
                           AWS::ApiGateway::Deployment with StageName";
            self.problems.push(self.api.problem("", message));
        }
        let stages = stages.into_iter();
        stages
            .map(|(resource, name, variables, throttles)| {
                let mut api = empty(self.api, ApiKind::Rest, name, variables);
                api.throttles = throttles;
                self.fill(&mut api, &parts);
                Draft::plain(api, resource)
            })
            .collect()
    }

    /// The path of each resource, by its id.
    fn paths(
        &mut self,
        root: &'a str,
        parts: Vec<(&'a Resource, Part)>,
    ) -> BTreeMap<&'a str, String> {
        let mut paths = BTreeMap::from([(root, String::new())]);
        let mut left = parts;
        loop {
            let before = left.len();
            left.retain(|(resource, part)| match paths.get(part.parent_id.as_str()) {
                None => true,
                Some(parent) => {
                    let path = format!("{parent}/{}", part.path_part);
                    paths.insert(resource.physical_id.as_str(), path);
                    false
                }
            });
            if left.len() == before {
                break;
            }
        }
        for (resource, _) in left {
            let message = "expected the RootResourceId of the API, or a Ref to another of its \
                           resources";
            self.problems.push(resource.problem("ParentId", message));
        }
        paths
    }

    fn fill(&mut self, api: &mut Api, parts: &Parts<'a>) {
        api.api_key_source = parts.properties.api_key_source_type;
        api.binary_media_types = media_types(parts.properties.binary_media_types.clone());
        for (resource, given) in &parts.responses {
            let headers = given.response_parameters.iter().map(|(name, value)| {
                let name = name.strip_prefix("gatewayresponse.header.").unwrap_or(name);
                (name.to_owned(), value.clone())
            });
            api.responses.push(GatewayResponse {
                response_type: given.response_type.clone(),
                status: given.status_code.as_ref().map(Text::to_text),
                headers: headers.collect(),
                templates: given.response_templates.clone(),
                line: resource.line,
            });
        }
        for (resource, given) in &parts.authorizers {
            match self.authorizer(api, given) {
                Ok(made) => {
                    api.authorizers.insert(resource.logical_id.clone(), made);
                }
                Err((property, message)) => {
                    let property = as_property(property);
                    self.problems.push(resource.problem(property, message));
                }
            }
        }
        if let Some(body) = self.api.node.get("Body") {
            let base_path = match parts.properties.parameters.get("basepath").map(String::as_str) {
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
        for (resource, method) in &parts.methods {
            match self.route(api, resource, method, parts) {
                Ok(route) => api.routes.push(route),
                Err((property, message)) => {
                    self.problems.push(resource.problem(&property, message));
                }
            }
        }
    }

    fn known<'b>(&'b self, api: &'b Api) -> Known<'b> {
        Known {
            kind: ApiKind::Rest,
            functions: self.functions,
            stage_variables: &api.stage_variables,
        }
    }

    fn authorizer(
        &self,
        api: &Api,
        given: &RestAuthorizer,
    ) -> Result<Authorizer, (&'static str, String)> {
        authorizer::Given {
            kind: given.r#type.clone(),
            uri: given.authorizer_uri.clone(),
            provider_arns: given.provider_arns.clone(),
            sources: authorizer::listed(given.identity_source.as_deref().unwrap_or_default()),
            validation: given.identity_validation_expression.clone(),
            ttl: given.authorizer_result_ttl_in_seconds,
            ..authorizer::Given::default()
        }
        .make(self.known(api))
    }

    fn route(
        &self,
        api: &Api,
        resource: &Resource,
        method: &Method,
        parts: &Parts<'_>,
    ) -> Result<Route, (String, String)> {
        let wrong = |property: &str, message: String| Err((property.to_owned(), message));
        let name = method.http_method.to_ascii_uppercase();
        if !METHODS.contains(&name.as_str()) {
            let expected = METHODS.join(", ");
            return wrong(
                "HttpMethod",
                format!("expected one of {expected}, found {}", quote(&name)),
            );
        }
        let path = match parts.paths.get(method.resource_id.as_str()) {
            Some(path) if path.is_empty() => "/".to_owned(),
            Some(path) => path.clone(),
            None => {
                let message = "expected the RootResourceId of the API, or a Ref to one of its \
                               resources";
                return wrong("ResourceId", message.to_owned());
            }
        };
        if let Err(expected) = check_path(&path) {
            return wrong("ResourceId", format!("{expected}, found {}", quote(&path)));
        }
        let is_same = |other: &&Route| other.method == name && shape(&other.path) == shape(&path);
        if let Some(other) = api.routes.iter().find(is_same) {
            let message =
                format!("the API has this method already: {name} {path} in line {}", other.line);
            return wrong("", message);
        }
        let kind = method.authorization_type.as_deref().unwrap_or("NONE");
        let authorizer = match (kind, &method.authorizer_id) {
            ("NONE", None) => RouteAuthorizer::Open,
            ("AWS_IAM", None) => RouteAuthorizer::Iam,
            ("CUSTOM" | "COGNITO_USER_POOLS", Some(id)) => {
                let found = of_kind(self.resources, "AWS::ApiGateway::Authorizer")
                    .find(|one| one.physical_id == *id)
                    .filter(|one| api.authorizers.contains_key(&one.logical_id));
                let Some(found) = found else {
                    let message = "expected a Ref to an AWS::ApiGateway::Authorizer of this API";
                    return wrong("AuthorizerId", message.to_owned());
                };
                let is_cognito = matches!(
                    api.authorizers.get(&found.logical_id),
                    Some(Authorizer::Cognito { .. })
                );
                if is_cognito != (kind == "COGNITO_USER_POOLS") {
                    let message = format!("{} is no authorizer of this type", found.logical_id);
                    return wrong("AuthorizationType", message);
                }
                RouteAuthorizer::Named(found.logical_id.clone())
            }
            ("CUSTOM" | "COGNITO_USER_POOLS", None) => {
                return wrong("AuthorizationType", "AuthorizerId is missing".to_owned());
            }
            (_, Some(_)) => {
                let message = "expected CUSTOM or COGNITO_USER_POOLS beside AuthorizerId";
                return wrong("AuthorizationType", message.to_owned());
            }
            (other, None) => {
                let message = format!(
                    "expected NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS, found {}",
                    quote(other)
                );
                return wrong("AuthorizationType", message);
            }
        };
        if !method.authorization_scopes.is_empty() && kind != "COGNITO_USER_POOLS" {
            let message = "only COGNITO_USER_POOLS knows scopes".to_owned();
            return wrong("AuthorizationScopes", message);
        }
        let validator = match &method.request_validator_id {
            None => None,
            Some(id) => match parts.validators.get(id.as_str()) {
                Some(validator) => Some(validator),
                None => {
                    let message =
                        "expected a Ref to an AWS::ApiGateway::RequestValidator of this API";
                    return wrong("RequestValidatorId", message.to_owned());
                }
            },
        };
        let has_model = !method.request_models.is_empty();
        if has_model && validator.is_some_and(|one| one.validate_request_body) {
            return wrong("RequestValidatorId", BODIES_ARE_NOT_VALIDATED.to_owned());
        }
        let required_parameters = match validator {
            Some(one) if one.validate_request_parameters => {
                let required = method.request_parameters.iter().filter(|(_, required)| **required);
                required.map(|(name, _)| name.clone()).collect()
            }
            _ => Vec::new(),
        };
        let Some(given) = &method.integration else {
            return wrong("", "Integration is missing: expected what answers".to_owned());
        };
        let made = given.given().make(self.known(api)).map_err(|(property, message)| {
            (format!("Integration.{}", as_property(property)), message)
        })?;
        Ok(Route {
            method: name,
            path,
            integration: made.integration,
            authorizer,
            scopes: method.authorization_scopes.clone(),
            needs_api_key: method.api_key_required,
            payload: PayloadVersion::V1,
            required_parameters,
            timeout_milliseconds: made.timeout_milliseconds,
            line: resource.line,
        })
    }
}

impl MethodIntegration {
    fn given(&self) -> integration::Given {
        let responses = self.integration_responses.iter().map(|response| MockResponse {
            pattern: response.selection_pattern.clone().filter(|pattern| !pattern.is_empty()),
            status: response.status_code.to_text(),
            headers: response
                .response_parameters
                .iter()
                .map(|(name, value)| {
                    let name = name.strip_prefix("method.response.header.").unwrap_or(name);
                    (name.to_owned(), value.clone())
                })
                .collect(),
            templates: response.response_templates.clone(),
        });
        integration::Given {
            kind: self.r#type.clone(),
            method: self.integration_http_method.clone(),
            uri: self.uri.clone(),
            connection: self.connection_type.clone(),
            content_handling: self.content_handling.clone(),
            timeout: self.timeout_in_millis,
            request_parameters: self.request_parameters.clone(),
            request_templates: self.request_templates.clone(),
            pass_through: self.passthrough_behavior.clone(),
            responses: responses.collect(),
            ..integration::Given::default()
        }
    }
}

/// What CloudFormation calls what an OpenAPI document calls otherwise.
pub(super) fn as_property(name: &str) -> &str {
    match name {
        "authorizerResultTtlInSeconds" => "AuthorizerResultTtlInSeconds",
        "authorizerUri" => "AuthorizerUri",
        "connectionType" => "ConnectionType",
        "contentHandling" => "ContentHandling",
        "identitySource" => "IdentitySource",
        "identityValidationExpression" => "IdentityValidationExpression",
        "providerARNs" => "ProviderARNs",
        "requestParameters" => "RequestParameters",
        "requestTemplates" => "RequestTemplates",
        "timeoutInMillis" => "TimeoutInMillis",
        "type" => "Type",
        "uri" => "Uri",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apis::Integration;

    #[test]
    fn a_status_may_look_like_a_number() {
        let response: IntegrationResponse =
            serde_json::from_str(r#"{"StatusCode": 200, "SelectionPattern": ""}"#).unwrap();
        let given = MethodIntegration {
            connection_type: None,
            content_handling: None,
            integration_http_method: None,
            integration_responses: vec![response],
            passthrough_behavior: None,
            request_parameters: BTreeMap::new(),
            request_templates: BTreeMap::new(),
            timeout_in_millis: None,
            r#type: "MOCK".to_owned(),
            uri: None,
        };
        let made = given.given().make(Known {
            kind: ApiKind::Rest,
            functions: &[],
            stage_variables: &BTreeMap::new(),
        });
        let Ok(integration::Made { integration: Integration::Mock(mock), .. }) = made else {
            panic!("a mock integration")
        };
        assert_eq!(mock.responses[0].status, "200");
        assert_eq!(mock.responses[0].pattern, None);
    }
}
