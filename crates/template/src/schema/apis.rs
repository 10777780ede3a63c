//! APIs, their routes, authorizers and keys.

use super::{
    ANY, BOOLEAN,
    Field::{May, Must},
    INTEGER, Kind, NUMBER, Shape, TAGS, TEXT, TEXT_OR_TEXTS, TEXTS,
};
use crate::node::{Node, Value};

pub(super) const API_EVENT: Shape = Shape::Object(&[
    May(
        "Auth",
        Shape::Object(&[
            May("ApiKeyRequired", BOOLEAN),
            May("AuthorizationScopes", TEXTS),
            May("Authorizer", TEXT),
            May("InvokeRole", TEXT),
            May("OverrideApiAuth", BOOLEAN),
            May("ResourcePolicy", ANY),
        ]),
    ),
    Must("Method", TEXT),
    Must("Path", TEXT),
    May("RequestModel", ANY),
    May("RequestParameters", ANY),
    May("ResponseTransferMode", TEXT),
    May("RestApiId", TEXT),
    May("TimeoutInMillis", INTEGER),
]);

pub(super) const HTTP_API_EVENT: Shape = Shape::Object(&[
    May("ApiId", TEXT),
    May("Auth", Shape::Object(&[May("AuthorizationScopes", TEXTS), May("Authorizer", TEXT)])),
    May("Method", TEXT),
    May("Path", TEXT),
    May("PayloadFormatVersion", TEXT),
    May("RouteSettings", ANY),
    May("TimeoutInMillis", INTEGER),
]);

const THROTTLE: Shape = Shape::Object(&[May("BurstLimit", INTEGER), May("RateLimit", NUMBER)]);
const QUOTA: Shape =
    Shape::Object(&[May("Limit", INTEGER), May("Offset", INTEGER), May("Period", TEXT)]);

const TOKEN_IDENTITY: Shape = Shape::Object(&[
    May("Header", TEXT),
    May("ReauthorizeEvery", INTEGER),
    May("ValidationExpression", TEXT),
]);

const REQUEST_IDENTITY: Shape = Shape::Object(&[
    May("Context", TEXTS),
    May("Headers", TEXTS),
    May("QueryStrings", TEXTS),
    May("ReauthorizeEvery", INTEGER),
    May("StageVariables", TEXTS),
]);

fn rest_authorizer(node: &Node) -> Shape {
    let payload = node.get("FunctionPayloadType").and_then(Node::as_text);
    match (node.get("UserPoolArn"), payload) {
        (Some(_), _) => Shape::Object(&[
            May("AuthorizationScopes", TEXTS),
            May("Identity", TOKEN_IDENTITY),
            Must("UserPoolArn", TEXT_OR_TEXTS),
        ]),
        (None, Some("REQUEST")) => Shape::Object(&[
            May("AuthorizationScopes", TEXTS),
            May("DisableFunctionDefaultPermissions", BOOLEAN),
            Must("FunctionArn", TEXT),
            May("FunctionInvokeRole", TEXT),
            May("FunctionPayloadType", TEXT),
            May("Identity", REQUEST_IDENTITY),
        ]),
        (None, _) => Shape::Object(&[
            May("AuthorizationScopes", TEXTS),
            May("DisableFunctionDefaultPermissions", BOOLEAN),
            Must("FunctionArn", TEXT),
            May("FunctionInvokeRole", TEXT),
            May("FunctionPayloadType", TEXT),
            May("Identity", TOKEN_IDENTITY),
            // Named only so that somebody who meant a pool is offered the word.
            May("UserPoolArn", TEXT_OR_TEXTS),
        ]),
    }
}

fn http_authorizer(node: &Node) -> Shape {
    match node.get("FunctionArn") {
        Some(_) => Shape::Object(&[
            Must("AuthorizerPayloadFormatVersion", TEXT),
            May("EnableFunctionDefaultPermissions", BOOLEAN),
            May("EnableSimpleResponses", BOOLEAN),
            Must("FunctionArn", TEXT),
            May("FunctionInvokeRole", TEXT),
            May("Identity", REQUEST_IDENTITY),
        ]),
        None => Shape::Object(&[
            May("AuthorizationScopes", TEXTS),
            May("IdentitySource", TEXT),
            Must(
                "JwtConfiguration",
                Shape::Object(&[Must("issuer", TEXT), May("audience", TEXT_OR_TEXTS)]),
            ),
            // Named only so that somebody who meant a function is offered the word.
            May("FunctionArn", TEXT),
        ]),
    }
}

/// SAM wants the values of the CORS headers, quoted: `"'*'"`.
fn rest_cors(node: &Node) -> Shape {
    match node.value {
        Value::Scalar(_) => TEXT,
        _ => Shape::Object(&[
            May("AllowCredentials", BOOLEAN),
            May("AllowHeaders", TEXT),
            May("AllowMethods", TEXT),
            Must("AllowOrigin", TEXT),
            May("MaxAge", TEXT),
        ]),
    }
}

fn http_cors(node: &Node) -> Shape {
    match node.value {
        Value::Scalar(_) => BOOLEAN,
        _ => Shape::Object(&[
            May("AllowCredentials", BOOLEAN),
            May("AllowHeaders", TEXTS),
            May("AllowMethods", TEXTS),
            May("AllowOrigins", TEXTS),
            May("ExposeHeaders", TEXTS),
            May("MaxAge", INTEGER),
        ]),
    }
}

pub(super) const SERVERLESS_API: Kind = Kind {
    name: "AWS::Serverless::Api",
    properties: &[
        May("AccessLogSetting", ANY),
        May("AlwaysDeploy", BOOLEAN),
        May("ApiKeySourceType", TEXT),
        May(
            "Auth",
            Shape::Object(&[
                May("AddApiKeyRequiredToCorsPreflight", BOOLEAN),
                May("AddDefaultAuthorizerToCorsPreflight", BOOLEAN),
                May("ApiKeyRequired", BOOLEAN),
                May("Authorizers", Shape::Map(&Shape::Choice(rest_authorizer))),
                May("DefaultAuthorizer", TEXT),
                May("InvokeRole", TEXT),
                May("ResourcePolicy", ANY),
                May(
                    "UsagePlan",
                    Shape::Object(&[
                        Must("CreateUsagePlan", TEXT),
                        May("Description", TEXT),
                        May("Quota", QUOTA),
                        May("Tags", ANY),
                        May("Throttle", THROTTLE),
                        May("UsagePlanName", TEXT),
                    ]),
                ),
            ]),
        ),
        May("BinaryMediaTypes", TEXTS),
        May("CacheClusterEnabled", BOOLEAN),
        May("CacheClusterSize", TEXT),
        May("CanarySetting", ANY),
        May("Cors", Shape::Choice(rest_cors)),
        May("DefinitionBody", ANY),
        May("DefinitionUri", ANY),
        May("Description", TEXT),
        May("DisableExecuteApiEndpoint", BOOLEAN),
        May("Domain", ANY),
        May("EndpointAccessMode", TEXT),
        May("EndpointConfiguration", ANY),
        May("FailOnWarnings", BOOLEAN),
        May("GatewayResponses", ANY),
        May("MergeDefinitions", BOOLEAN),
        May("MethodSettings", ANY),
        May("MinimumCompressionSize", INTEGER),
        May("Mode", TEXT),
        May("Models", ANY),
        May("Name", TEXT),
        May("OpenApiVersion", TEXT),
        May("Policy", ANY),
        May("PropagateTags", BOOLEAN),
        May("SecurityPolicy", TEXT),
        Must("StageName", TEXT),
        May("Tags", Shape::Map(&TEXT)),
        May("TracingEnabled", BOOLEAN),
        May("Variables", Shape::Map(&TEXT)),
    ],
    attributes: &["RestApiId", "RootResourceId"],
};

pub(super) const SERVERLESS_HTTP_API: Kind = Kind {
    name: "AWS::Serverless::HttpApi",
    properties: &[
        May("AccessLogSettings", ANY),
        May(
            "Auth",
            Shape::Object(&[
                May("Authorizers", Shape::Map(&Shape::Choice(http_authorizer))),
                May("DefaultAuthorizer", TEXT),
                May("EnableIamAuthorizer", BOOLEAN),
            ]),
        ),
        May("CorsConfiguration", Shape::Choice(http_cors)),
        May("DefaultRouteSettings", ANY),
        May("DefinitionBody", ANY),
        May("DefinitionUri", ANY),
        May("Description", TEXT),
        May("DisableExecuteApiEndpoint", BOOLEAN),
        May("Domain", ANY),
        May("FailOnWarnings", BOOLEAN),
        May("Name", TEXT),
        May("PropagateTags", BOOLEAN),
        May("RouteSettings", ANY),
        May("StageName", TEXT),
        May("StageVariables", Shape::Map(&TEXT)),
        May("Tags", Shape::Map(&TEXT)),
    ],
    attributes: &["ApiEndpoint", "ApiId"],
};

pub(super) const API_KEY: Kind = Kind {
    name: "AWS::ApiGateway::ApiKey",
    properties: &[
        May("CustomerId", TEXT),
        May("Description", TEXT),
        May("Enabled", BOOLEAN),
        May("GenerateDistinctId", BOOLEAN),
        May("Name", TEXT),
        May(
            "StageKeys",
            Shape::List(&Shape::Object(&[May("RestApiId", TEXT), May("StageName", TEXT)])),
        ),
        May("Tags", TAGS),
        May("Value", TEXT),
    ],
    attributes: &["APIKeyId"],
};

pub(super) const USAGE_PLAN: Kind = Kind {
    name: "AWS::ApiGateway::UsagePlan",
    properties: &[
        May(
            "ApiStages",
            Shape::List(&Shape::Object(&[
                Must("ApiId", TEXT),
                Must("Stage", TEXT),
                May("Throttle", Shape::Map(&THROTTLE)),
            ])),
        ),
        May("Description", TEXT),
        May("Quota", QUOTA),
        May("Tags", TAGS),
        May("Throttle", THROTTLE),
        May("UsagePlanName", TEXT),
    ],
    attributes: &["Id"],
};

pub(super) const USAGE_PLAN_KEY: Kind = Kind {
    name: "AWS::ApiGateway::UsagePlanKey",
    properties: &[Must("KeyId", TEXT), Must("KeyType", TEXT), Must("UsagePlanId", TEXT)],
    attributes: &["Id"],
};
