//! Which API does an OpenAPI document describe?
//!
//! A document of OpenAPI 2.0 or 3.0 with the extensions of API Gateway. What would make an API answer, admit or
//! refuse something else and is not understood is a problem; what documents, validates schemas for people or
//! belongs to AWS's own house is passed over.

use super::{
    Api, ApiKeySource, ApiKind, Authorizer, BODIES_ARE_NOT_VALIDATED, Cors, GatewayResponse, Known,
    METHODS, MockResponse, Route, RouteAuthorizer, authorizer, check_path, integration,
    media_types, shape,
};
use crate::{
    functions::Function,
    node::{Key, Node},
    problem::{Position, Problem, did_you_mean, quote},
    stack::Resource,
};
use std::collections::BTreeMap;

const ANY_METHOD: &str = "x-amazon-apigateway-any-method";
const INTEGRATION: &str = "x-amazon-apigateway-integration";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";

/// What the extensions of a document say that changes nothing here.
pub(super) const WITHOUT_MEANING: [&str; 9] = [
    "x-amazon-apigateway-documentation",
    "x-amazon-apigateway-endpoint-access-mode",
    "x-amazon-apigateway-endpoint-configuration",
    "x-amazon-apigateway-importexport-version",
    "x-amazon-apigateway-integrations",
    "x-amazon-apigateway-minimum-compression-size",
    "x-amazon-apigateway-security-policy",
    "x-amazon-apigateway-tag-value",
    "x-amazon-apigateway-tags",
];

const AT_THE_TOP: [&str; 7] = [
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-cors",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-policy",
    VALIDATOR,
    "x-amazon-apigateway-request-validators",
];

const IN_AN_OPERATION: [&str; 3] = [INTEGRATION, "x-amazon-apigateway-auth", VALIDATOR];

/// What is done with the path that a document says it is served below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BasePath {
    Ignore,
    Prepend,
    Split,
}

/// Where a document stands.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) resource: &'a Resource,
    pub(super) property: &'static str,
    pub(super) functions: &'a [Function],
}

/// An operation that says nothing of what answers.
pub(super) struct Unfilled {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) authorizer: RouteAuthorizer,
    pub(super) scopes: Vec<String>,
    problem: Problem,
}

impl Unfilled {
    pub(super) fn problem(&self) -> Problem {
        self.problem.clone()
    }
}

/// What an operation can be behind, by the names of security schemes.
enum Scheme {
    ApiKey,
    Named,
    Iam,
    /// Nothing that could be checked, and why.
    Unusable(String),
}

#[derive(Clone, Copy, Default)]
struct Validator {
    parameters: bool,
    body: bool,
}

/// What operations inherit.
struct Inherited<'a> {
    schemes: BTreeMap<&'a str, Scheme>,
    security: Option<&'a Node>,
    validators: BTreeMap<&'a str, Validator>,
    validator: Option<&'a Node>,
    needs_api_key: bool,
}

impl<'a> Source<'a> {
    /// Reads a document into an API that has a kind, a stage and what the template itself says of it. Returns
    /// the operations that say nothing of what answers.
    pub(super) fn read(
        self,
        document: &'a Node,
        api: &mut Api,
        needs_api_key: bool,
        base_path: BasePath,
        problems: &mut Vec<Problem>,
    ) -> Vec<Unfilled> {
        let mut reader = Reader { source: self, document, problems };
        reader.document(api, needs_api_key, base_path)
    }

    fn problem(self, path: &str, at: Position, message: impl Into<String>) -> Problem {
        let separator = if path.is_empty() { "" } else { "." };
        Problem {
            file: self.resource.file.clone(),
            line: at.line,
            column: at.column,
            resource: Some(self.resource.logical_id.clone()),
            property: Some(format!("{}{separator}{path}", self.property)),
            message: message.into(),
        }
    }
}

struct Reader<'a, 'p> {
    source: Source<'a>,
    document: &'a Node,
    problems: &'p mut Vec<Problem>,
}

impl<'a> Reader<'a, '_> {
    fn report(&mut self, path: &str, at: Position, message: impl Into<String>) {
        self.problems.push(self.source.problem(path, at, message));
    }

    fn document(
        &mut self,
        api: &mut Api,
        needs_api_key: bool,
        base_path: BasePath,
    ) -> Vec<Unfilled> {
        let document = self.document;
        let Some(members) = document.as_map() else {
            self.report("", document.at, format!("expected a map, found {}", document.what()));
            return Vec::new();
        };
        let text = |key: &str| document.get(key).and_then(Node::as_text);
        let is_known = match (text("swagger"), text("openapi"), api.kind) {
            (Some(version), None, ApiKind::Rest) => matches!(version, "2.0" | "2"),
            (None, Some(version), _) => version.starts_with("3."),
            _ => false,
        };
        if !is_known {
            let expected = match api.kind {
                ApiKind::Rest => "expected swagger: \"2.0\" or openapi: 3.0.x",
                ApiKind::Http => "expected openapi: 3.0.x",
            };
            self.report("", document.at, expected);
            return Vec::new();
        }
        for (key, node) in members {
            self.extension(key, node, &AT_THE_TOP, "");
        }
        if let Some(policy) = document.get("x-amazon-apigateway-policy") {
            let message = "resource policies are not served here";
            self.report("x-amazon-apigateway-policy", policy.at, message);
        }
        self.settings(api);
        let schemes = self.schemes(api);
        let validators = self.validators();
        let inherited = Inherited {
            schemes,
            security: document.get("security"),
            validators,
            validator: document.get(VALIDATOR),
            needs_api_key,
        };
        let prefix = match base_path {
            BasePath::Ignore => String::new(),
            BasePath::Prepend => self.base_path(),
            BasePath::Split => {
                let base = self.base_path();
                let below = base.trim_start_matches('/').split_once('/');
                below.map(|(_, rest)| format!("/{rest}")).unwrap_or_default()
            }
        };
        let mut unfilled = Vec::new();
        for (key, item) in document.get("paths").and_then(Node::as_map).unwrap_or_default() {
            self.path(api, key, item, &prefix, &inherited, &mut unfilled);
        }
        unfilled
    }

    /// An extension that nobody here knows is a problem: it may be what guards the API.
    fn extension(&mut self, key: &Key, _: &Node, known: &[&str], path: &str) {
        let name = key.text.as_str();
        if !name.starts_with("x-amazon-apigateway-")
            || known.contains(&name)
            || WITHOUT_MEANING.contains(&name)
        {
            return;
        }
        let hint = did_you_mean(name, known.iter().copied());
        let separator = if path.is_empty() { "" } else { "." };
        let message = format!("this extension is not served here{hint}");
        self.report(&format!("{path}{separator}{name}"), key.at, message);
    }

    fn base_path(&mut self) -> String {
        let base = match self.document.get("basePath").and_then(Node::as_text) {
            Some(base) => base.to_owned(),
            None => {
                let servers = self.document.get("servers").and_then(Node::as_list);
                let server = servers.and_then(<[Node]>::first);
                let url = server.and_then(|server| server.get("url")).and_then(Node::as_text);
                let url = url.unwrap_or_default();
                let path = match url.split_once("://") {
                    Some((_, rest)) => rest.find('/').map_or("", |at| rest.split_at(at).1),
                    None => url,
                };
                let default = server
                    .and_then(|server| server.get("variables"))
                    .and_then(|variables| variables.get("basePath"))
                    .and_then(|variable| variable.get("default"))
                    .and_then(Node::as_text)
                    .unwrap_or_default();
                path.replace("{basePath}", default.trim_start_matches('/'))
            }
        };
        let base = base.trim_matches('/');
        if base.is_empty() { String::new() } else { format!("/{base}") }
    }

    fn settings(&mut self, api: &mut Api) {
        let document = self.document;
        if let Some(node) = document.get("x-amazon-apigateway-binary-media-types") {
            api.binary_media_types.extend(media_types(texts(node)));
        }
        if let Some(node) = document.get("x-amazon-apigateway-api-key-source") {
            match node.as_text() {
                Some("HEADER") => api.api_key_source = ApiKeySource::Header,
                Some("AUTHORIZER") => api.api_key_source = ApiKeySource::Authorizer,
                _ => {
                    let message = format!("expected HEADER or AUTHORIZER, found {}", node.what());
                    self.report("x-amazon-apigateway-api-key-source", node.at, message);
                }
            }
        }
        if let Some(node) = document.get("x-amazon-apigateway-cors") {
            let list = |name: &str| node.get(name).map(texts).unwrap_or_default();
            let number = node.get("maxAge").and_then(Node::as_text);
            let cors = Cors {
                origins: list("allowOrigins"),
                methods: list("allowMethods"),
                headers: list("allowHeaders"),
                exposed_headers: list("exposeHeaders"),
                max_age_seconds: number.and_then(|text| text.parse().ok()),
                allows_credentials: is_true(node.get("allowCredentials")),
            };
            match api.kind {
                ApiKind::Http => api.cors = Some(cors),
                ApiKind::Rest => {
                    let message = "this extension is for HTTP APIs: expected OPTIONS operations";
                    self.report("x-amazon-apigateway-cors", node.at, message);
                }
            }
        }
        let responses = document.get("x-amazon-apigateway-gateway-responses");
        for (key, node) in responses.and_then(Node::as_map).unwrap_or_default() {
            // What the template says in a property wins.
            if api.responses.iter().any(|one| one.response_type == key.text) {
                continue;
            }
            let mut headers = BTreeMap::new();
            for (name, value) in map(node.get("responseParameters")) {
                match name.strip_prefix("gatewayresponse.header.") {
                    Some(name) => {
                        headers.insert(name.to_owned(), value);
                    }
                    None => {
                        let path = "x-amazon-apigateway-gateway-responses";
                        let message =
                            format!("expected gatewayresponse.header.NAME, found {}", quote(&name));
                        self.report(&format!("{path}.{}", key.text), node.at, message);
                    }
                }
            }
            api.responses.push(GatewayResponse {
                response_type: key.text.clone(),
                status: node.get("statusCode").and_then(Node::as_text).map(str::to_owned),
                headers,
                templates: map(node.get("responseTemplates")),
                line: key.at.line,
            });
        }
    }

    fn schemes(&mut self, api: &mut Api) -> BTreeMap<&'a str, Scheme> {
        let document = self.document;
        let (path, schemes) = match document.get("securityDefinitions") {
            Some(schemes) => ("securityDefinitions", Some(schemes)),
            None => {
                let components = document.get("components");
                let schemes = components.and_then(|all| all.get("securitySchemes"));
                ("components.securitySchemes", schemes)
            }
        };
        let mut read = BTreeMap::new();
        for (key, node) in schemes.and_then(Node::as_map).unwrap_or_default() {
            let path = format!("{path}.{}", key.text);
            let scheme = self.scheme(api, &path, key, node);
            read.insert(key.text.as_str(), scheme);
        }
        // The authorizers of the template itself can be named too.
        for name in api.authorizers.keys() {
            if let Some((known, _)) = schemes
                .and_then(Node::as_map)
                .unwrap_or_default()
                .iter()
                .find(|(key, _)| key.text == *name)
            {
                read.insert(known.text.as_str(), Scheme::Named);
            }
        }
        read
    }

    fn scheme(&mut self, api: &mut Api, path: &str, key: &'a Key, node: &'a Node) -> Scheme {
        let text = |name: &str| node.get(name).and_then(Node::as_text);
        if text("x-amazon-apigateway-authtype")
            .is_some_and(|it| it.eq_ignore_ascii_case("awsSigv4"))
        {
            return Scheme::Iam;
        }
        let Some(given) = node.get("x-amazon-apigateway-authorizer") else {
            let is_key = text("type") == Some("apiKey")
                && text("in") == Some("header")
                && text("name").is_some_and(|name| name.eq_ignore_ascii_case("x-api-key"));
            if is_key && api.kind == ApiKind::Rest {
                return Scheme::ApiKey;
            }
            return Scheme::Unusable("it has no x-amazon-apigateway-authorizer".to_owned());
        };
        let given_path = format!("{path}.x-amazon-apigateway-authorizer");
        for (name, _) in given.as_map().unwrap_or_default() {
            const KNOWN: [&str; 10] = [
                "authorizerCredentials",
                "authorizerPayloadFormatVersion",
                "authorizerResultTtlInSeconds",
                "authorizerUri",
                "enableSimpleResponses",
                "identitySource",
                "identityValidationExpression",
                "jwtConfiguration",
                "providerARNs",
                "type",
            ];
            if !KNOWN.contains(&name.text.as_str()) {
                let hint = did_you_mean(&name.text, KNOWN);
                let path = format!("{given_path}.{}", name.text);
                self.report(&path, name.at, format!("unknown property{hint}"));
            }
        }
        let of = |name: &str| given.get(name).and_then(Node::as_text);
        let jwt = given.get("jwtConfiguration");
        // The issuer of an OpenID Connect scheme is where its document is.
        let discovered = || {
            let url = text("openIdConnectUrl")?;
            url.strip_suffix("/.well-known/openid-configuration").map(str::to_owned)
        };
        let issuer = jwt.and_then(|jwt| jwt.get("issuer")).and_then(Node::as_text);
        let made = authorizer::Given {
            kind: of("type").unwrap_or_default().to_owned(),
            uri: of("authorizerUri").map(str::to_owned),
            provider_arns: given.get("providerARNs").map(texts).unwrap_or_default(),
            sources: authorizer::listed(of("identitySource").unwrap_or_default()),
            header: text("name")
                .filter(|_| text("in") == Some("header") && api.kind == ApiKind::Rest)
                .map(str::to_owned),
            validation: of("identityValidationExpression").map(str::to_owned),
            ttl: of("authorizerResultTtlInSeconds").map(|text| text.parse().unwrap_or(-1)),
            payload: of("authorizerPayloadFormatVersion").map(str::to_owned),
            has_simple_responses: is_true(given.get("enableSimpleResponses")),
            issuer: issuer.map(str::to_owned).or_else(discovered),
            audience: jwt.and_then(|jwt| jwt.get("audience")).map(texts).unwrap_or_default(),
        }
        .make(self.known(api));
        match made {
            Ok(made) => {
                // What the template says in a property wins.
                api.authorizers.entry(key.text.clone()).or_insert(made);
                Scheme::Named
            }
            Err((property, message)) => {
                let at = given.get(property).map_or(given.at, |node| node.at);
                self.report(&format!("{given_path}.{property}"), at, message);
                // Told already; that it is used as well need not be.
                Scheme::Iam
            }
        }
    }

    fn known<'b>(&self, api: &'b Api) -> Known<'b>
    where
        'a: 'b,
    {
        Known {
            kind: api.kind,
            functions: self.source.functions,
            stage_variables: &api.stage_variables,
        }
    }

    fn validators(&self) -> BTreeMap<&'a str, Validator> {
        let all = self.document.get("x-amazon-apigateway-request-validators");
        let all = all.and_then(Node::as_map).unwrap_or_default().iter();
        all.map(|(key, node)| {
            let validator = Validator {
                parameters: is_true(node.get("validateRequestParameters")),
                body: is_true(node.get("validateRequestBody")),
            };
            (key.text.as_str(), validator)
        })
        .collect()
    }

    fn path(
        &mut self,
        api: &mut Api,
        key: &'a Key,
        item: &'a Node,
        prefix: &str,
        inherited: &Inherited<'a>,
        unfilled: &mut Vec<Unfilled>,
    ) {
        let at = format!("paths.{}", key.text);
        if key.text.starts_with("x-") {
            return;
        }
        let is_default = api.kind == ApiKind::Http && key.text.trim_matches('/') == "$default";
        let path = if is_default { "$default".to_owned() } else { format!("{prefix}{}", key.text) };
        // A slash at the end means nothing to a REST API.
        let path = match path.strip_suffix('/') {
            Some(shorter) if !shorter.is_empty() && api.kind == ApiKind::Rest => shorter.to_owned(),
            _ => path,
        };
        if !is_default && let Err(expected) = check_path(&path) {
            self.report(&at, key.at, format!("{expected}, found {}", quote(&path)));
            return;
        }
        let Some(members) = item.as_map() else {
            self.report(&at, item.at, format!("expected a map, found {}", item.what()));
            return;
        };
        for (name, operation) in members {
            let method = match name.text.as_str() {
                ANY_METHOD => "ANY".to_owned(),
                "parameters" | "summary" | "description" | "servers" => continue,
                "$ref" => {
                    self.report(&at, name.at, "a path that is somewhere else is not read");
                    continue;
                }
                text if text.starts_with("x-") => {
                    self.extension(name, operation, &[ANY_METHOD], &at);
                    continue;
                }
                text => text.to_ascii_uppercase(),
            };
            if !METHODS.contains(&method.as_str()) {
                let message = format!("{} is no method that a route can have", quote(&name.text));
                self.report(&at, name.at, message);
                continue;
            }
            let is_same =
                |other: &Route| other.method == method && shape(&other.path) == shape(&path);
            if api.routes.iter().any(is_same) {
                let message = format!("another operation has this route: {method} {path}");
                self.report(&format!("{at}.{}", name.text), name.at, message);
                continue;
            }
            let place = Place { at: format!("{at}.{}", name.text), key: name, item };
            if let Some(route) =
                self.operation(api, &place, operation, (method, path.clone()), inherited, unfilled)
            {
                api.routes.push(route);
            }
        }
    }

    fn operation(
        &mut self,
        api: &Api,
        place: &Place<'a>,
        operation: &'a Node,
        (method, path): (String, String),
        inherited: &Inherited<'a>,
        unfilled: &mut Vec<Unfilled>,
    ) -> Option<Route> {
        let Some(members) = operation.as_map() else {
            let message = format!("expected a map, found {}", operation.what());
            self.report(&place.at, operation.at, message);
            return None;
        };
        for (key, node) in members {
            self.extension(key, node, &IN_AN_OPERATION, &place.at);
        }
        let guard = self.guard(api, place, operation, &method, inherited)?;
        let required_parameters =
            self.required(api, place, operation, inherited).unwrap_or_default();
        let Some(given) = operation.get(INTEGRATION).map(|node| self.referred(node)) else {
            let message = format!("{INTEGRATION} is missing: expected what answers");
            unfilled.push(Unfilled {
                method,
                path,
                authorizer: guard.authorizer,
                scopes: guard.scopes,
                problem: self.source.problem(&place.at, place.key.at, message),
            });
            return None;
        };
        let made = self.integration(api, &format!("{}.{INTEGRATION}", place.at), given)?;
        Some(Route {
            method,
            path,
            integration: made.integration,
            authorizer: guard.authorizer,
            scopes: guard.scopes,
            needs_api_key: guard.needs_api_key,
            payload: made.payload,
            required_parameters,
            timeout_milliseconds: made.timeout_milliseconds,
            line: place.key.at.line,
        })
    }

    /// What the operation is behind. None after a problem: a route that is not understood is not served.
    fn guard(
        &mut self,
        api: &Api,
        place: &Place<'a>,
        operation: &'a Node,
        method: &str,
        inherited: &Inherited<'a>,
    ) -> Option<Guard> {
        let own = operation.get("security");
        let requirements = own.or(inherited.security);
        let path = format!("{}.security", place.at);
        let mut guard = None;
        let mut needs_api_key = false;
        for requirement in requirements.and_then(Node::as_list).unwrap_or_default() {
            let names = requirement.as_map().unwrap_or_default();
            if names.is_empty() {
                let message = "an alternative without any requirement would open the operation";
                self.report(&path, requirement.at, message);
                return None;
            }
            for (name, scopes) in names {
                let scopes = texts(scopes);
                let next = match inherited.schemes.get(name.text.as_str()) {
                    Some(Scheme::ApiKey) => {
                        needs_api_key = true;
                        continue;
                    }
                    Some(Scheme::Iam) => RouteAuthorizer::Iam,
                    Some(Scheme::Named) => RouteAuthorizer::Named(name.text.clone()),
                    Some(Scheme::Unusable(why)) => {
                        let message = format!("nobody can check {}: {why}", quote(&name.text));
                        self.report(&path, name.at, message);
                        return None;
                    }
                    // SAM's own authorizers have no scheme in the document.
                    None if api.authorizers.contains_key(&name.text) => {
                        RouteAuthorizer::Named(name.text.clone())
                    }
                    None => {
                        let known = inherited.schemes.keys().copied();
                        let hint = did_you_mean(&name.text, known);
                        let message =
                            format!("there is no security scheme {}{hint}", quote(&name.text));
                        self.report(&path, name.at, message);
                        return None;
                    }
                };
                if guard.as_ref().is_some_and(|(other, _)| *other != next) {
                    let message = "expected one authorizer: API Gateway asks no more than one";
                    self.report(&path, name.at, message);
                    return None;
                }
                guard = Some((next, scopes));
            }
        }
        let auth = operation.get("x-amazon-apigateway-auth");
        if let Some(auth) = auth {
            match auth.get("type").and_then(Node::as_text) {
                Some("AWS_IAM" | "aws_iam") => {
                    guard = Some((RouteAuthorizer::Iam, Vec::new()));
                }
                Some("NONE" | "none") if guard.is_none() => {
                    guard = Some((RouteAuthorizer::Open, Vec::new()));
                }
                _ => {
                    let message = "expected type: AWS_IAM, or NONE where there is no security";
                    let path = format!("{}.x-amazon-apigateway-auth", place.at);
                    self.report(&path, auth.at, message);
                    return None;
                }
            }
        }
        let (authorizer, scopes) = match guard {
            Some(guard) => guard,
            None if method == "OPTIONS" => (api.preflight_authorizer.clone(), Vec::new()),
            None => (api.default_authorizer.clone(), Vec::new()),
        };
        let named = match &authorizer {
            RouteAuthorizer::Named(name) => api.authorizers.get(name),
            RouteAuthorizer::Open | RouteAuthorizer::Iam => None,
        };
        let scopes = match named {
            Some(Authorizer::Cognito { scopes: all, .. } | Authorizer::Jwt { scopes: all, .. }) => {
                if scopes.is_empty() {
                    all.clone()
                } else {
                    scopes
                }
            }
            _ if scopes.is_empty() => scopes,
            _ => {
                let message = "only authorizers that read tokens know scopes";
                let at = requirements.map_or(operation.at, |node| node.at);
                self.report(&path, at, message);
                return None;
            }
        };
        let needs_api_key = needs_api_key || (inherited.needs_api_key && method != "OPTIONS");
        Some(Guard { authorizer, scopes, needs_api_key })
    }

    /// The parameters that the operation's validator asks for.
    fn required(
        &mut self,
        api: &Api,
        place: &Place<'a>,
        operation: &'a Node,
        inherited: &Inherited<'a>,
    ) -> Option<Vec<String>> {
        let named = operation.get(VALIDATOR).or(inherited.validator)?;
        let path = format!("{}.{VALIDATOR}", place.at);
        if api.kind == ApiKind::Http {
            self.report(&path, named.at, "an HTTP API has no request validators");
            return None;
        }
        let name = named.as_text().unwrap_or_default();
        let Some(validator) = inherited.validators.get(name) else {
            let hint = did_you_mean(name, inherited.validators.keys().copied());
            let message = format!("there is no request validator {}{hint}", quote(name));
            self.report(&path, named.at, message);
            return None;
        };
        let lists = [place.item.get("parameters"), operation.get("parameters")];
        let mut required: Vec<String> = Vec::new();
        let mut has_model = operation.get("requestBody").is_some();
        for parameter in lists.into_iter().flatten().filter_map(Node::as_list).flatten() {
            let parameter = self.referred(parameter);
            let text = |key: &str| parameter.get(key).and_then(Node::as_text).unwrap_or_default();
            let kind = match text("in") {
                "header" => "header",
                "query" => "querystring",
                "path" => "path",
                "body" | "formData" => {
                    has_model = true;
                    continue;
                }
                _ => continue,
            };
            let name = format!("method.request.{kind}.{}", text("name"));
            required.retain(|other| *other != name);
            if is_true(parameter.get("required")) {
                required.push(name);
            }
        }
        if validator.body && has_model {
            self.report(&path, named.at, BODIES_ARE_NOT_VALIDATED);
        }
        Some(if validator.parameters { required } else { Vec::new() })
    }

    fn integration(&mut self, api: &Api, path: &str, node: &'a Node) -> Option<integration::Made> {
        const KNOWN: [&str; 18] = [
            "cacheKeyParameters",
            "cacheNamespace",
            "connectionId",
            "connectionType",
            "contentHandling",
            "credentials",
            "description",
            "httpMethod",
            "integrationSubtype",
            "passthroughBehavior",
            "payloadFormatVersion",
            "requestParameters",
            "requestTemplates",
            "responseParameters",
            "responses",
            "timeoutInMillis",
            "type",
            "uri",
        ];
        for (key, _) in node.as_map().unwrap_or_default() {
            if !KNOWN.contains(&key.text.as_str()) {
                let hint = did_you_mean(&key.text, KNOWN);
                let message = format!("unknown property{hint}");
                self.report(&format!("{path}.{}", key.text), key.at, message);
                return None;
            }
        }
        let text = |key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
        let mut responses = Vec::new();
        for (pattern, response) in node.get("responses").and_then(Node::as_map).unwrap_or_default()
        {
            let headers =
                map(response.get("responseParameters")).into_iter().map(|(name, value)| {
                    let name =
                        name.strip_prefix("method.response.header.").unwrap_or(&name).to_owned();
                    (name, value)
                });
            responses.push(MockResponse {
                pattern: Some(pattern.text.clone()).filter(|text| text != "default"),
                status: response
                    .get("statusCode")
                    .and_then(Node::as_text)
                    .unwrap_or("200")
                    .to_owned(),
                headers: headers.collect(),
                templates: map(response.get("responseTemplates")),
            });
        }
        let made = integration::Given {
            kind: text("type").unwrap_or_default(),
            method: text("httpMethod"),
            uri: text("uri"),
            subtype: text("integrationSubtype"),
            connection: text("connectionType"),
            content_handling: text("contentHandling"),
            payload: text("payloadFormatVersion"),
            timeout: text("timeoutInMillis").map(|text| text.parse().unwrap_or(-1)),
            request_parameters: map(node.get("requestParameters")),
            request_templates: map(node.get("requestTemplates")),
            has_response_parameters: node.get("responseParameters").is_some(),
            pass_through: text("passthroughBehavior"),
            responses,
        }
        .make(self.known(api));
        match made {
            Ok(made) => Some(made),
            Err((property, message)) => {
                let at = node.get(property).map_or(node.at, |node| node.at);
                self.report(&format!("{path}.{property}"), at, message);
                None
            }
        }
    }

    /// What a `$ref` within the document means, or the node itself.
    fn referred(&self, node: &'a Node) -> &'a Node {
        let pointer = node.get("$ref").and_then(Node::as_text);
        let Some(pointer) = pointer.and_then(|text| text.strip_prefix("#/")) else { return node };
        let mut found = self.document;
        for step in pointer.split('/') {
            let step = step.replace("~1", "/").replace("~0", "~");
            let Some(next) = found.get(&step) else { return node };
            found = next;
        }
        found
    }
}

struct Place<'a> {
    at: String,
    key: &'a Key,
    item: &'a Node,
}

struct Guard {
    authorizer: RouteAuthorizer,
    scopes: Vec<String>,
    needs_api_key: bool,
}

fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::as_text) == Some("true")
}

/// A text, or each text of a list.
fn texts(node: &Node) -> Vec<String> {
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(Node::as_text).map(str::to_owned).collect()
}

/// A map of texts. What is no text was written for somebody else.
fn map(node: Option<&Node>) -> BTreeMap<String, String> {
    let entries = node.and_then(Node::as_map).unwrap_or_default().iter();
    entries.filter_map(|(key, node)| Some((key.text.clone(), node.as_text()?.to_owned()))).collect()
}
