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

pub(super) const REST_API: Kind = Kind {
    name: "AWS::ApiGateway::RestApi",
    properties: &[
        May("ApiKeySourceType", TEXT),
        May("BinaryMediaTypes", TEXTS),
        May("Body", ANY),
        May("BodyS3Location", ANY),
        May("CloneFrom", TEXT),
        May("Description", TEXT),
        May("DisableExecuteApiEndpoint", BOOLEAN),
        May("EndpointAccessMode", TEXT),
        May("EndpointConfiguration", ANY),
        May("FailOnWarnings", BOOLEAN),
        May("MinimumCompressionSize", INTEGER),
        May("Mode", TEXT),
        May("Name", TEXT),
        May("Parameters", Shape::Map(&TEXT)),
        May("Policy", ANY),
        May("SecurityPolicy", TEXT),
        May("Tags", TAGS),
    ],
    attributes: &["RestApiId", "RootResourceId"],
};

pub(super) const REST_RESOURCE: Kind = Kind {
    name: "AWS::ApiGateway::Resource",
    properties: &[Must("ParentId", TEXT), Must("PathPart", TEXT), Must("RestApiId", TEXT)],
    attributes: &["ResourceId"],
};

pub(super) const REST_METHOD: Kind = Kind {
    name: "AWS::ApiGateway::Method",
    properties: &[
        May("ApiKeyRequired", BOOLEAN),
        May("AuthorizationScopes", TEXTS),
        May("AuthorizationType", TEXT),
        May("AuthorizerId", TEXT),
        Must("HttpMethod", TEXT),
        May(
            "Integration",
            Shape::Object(&[
                May("CacheKeyParameters", TEXTS),
                May("CacheNamespace", TEXT),
                May("ConnectionId", TEXT),
                May("ConnectionType", TEXT),
                May("ContentHandling", TEXT),
                May("Credentials", TEXT),
                May("IntegrationHttpMethod", TEXT),
                May(
                    "IntegrationResponses",
                    Shape::List(&Shape::Object(&[
                        May("ContentHandling", TEXT),
                        May("ResponseParameters", Shape::Map(&TEXT)),
                        May("ResponseTemplates", Shape::Map(&TEXT)),
                        May("SelectionPattern", TEXT),
                        Must("StatusCode", TEXT),
                    ])),
                ),
                May("PassthroughBehavior", TEXT),
                May("RequestParameters", Shape::Map(&TEXT)),
                May("RequestTemplates", Shape::Map(&TEXT)),
                May("TimeoutInMillis", INTEGER),
                Must("Type", TEXT),
                May("Uri", TEXT),
            ]),
        ),
        May("MethodResponses", ANY),
        May("OperationName", TEXT),
        May("RequestModels", Shape::Map(&TEXT)),
        May("RequestParameters", Shape::Map(&BOOLEAN)),
        May("RequestValidatorId", TEXT),
        Must("ResourceId", TEXT),
        Must("RestApiId", TEXT),
    ],
    attributes: &[],
};

pub(super) const REST_AUTHORIZER: Kind = Kind {
    name: "AWS::ApiGateway::Authorizer",
    properties: &[
        May("AuthType", TEXT),
        May("AuthorizerCredentials", TEXT),
        May("AuthorizerResultTtlInSeconds", INTEGER),
        May("AuthorizerUri", TEXT),
        May("IdentitySource", TEXT),
        May("IdentityValidationExpression", TEXT),
        May("Name", TEXT),
        May("ProviderARNs", TEXTS),
        Must("RestApiId", TEXT),
        Must("Type", TEXT),
    ],
    attributes: &["AuthorizerId"],
};

pub(super) const REST_DEPLOYMENT: Kind = Kind {
    name: "AWS::ApiGateway::Deployment",
    properties: &[
        May("DeploymentCanarySettings", ANY),
        May("Description", TEXT),
        Must("RestApiId", TEXT),
        May("StageDescription", ANY),
        May("StageName", TEXT),
    ],
    attributes: &["DeploymentId"],
};

pub(super) const REST_STAGE: Kind = Kind {
    name: "AWS::ApiGateway::Stage",
    properties: &[
        May("AccessLogSetting", ANY),
        May("CacheClusterEnabled", BOOLEAN),
        May("CacheClusterSize", TEXT),
        May("CanarySetting", ANY),
        May("ClientCertificateId", TEXT),
        May("DeploymentId", TEXT),
        May("Description", TEXT),
        May("DocumentationVersion", TEXT),
        May("MethodSettings", ANY),
        Must("RestApiId", TEXT),
        Must("StageName", TEXT),
        May("Tags", TAGS),
        May("TracingEnabled", BOOLEAN),
        May("Variables", Shape::Map(&TEXT)),
    ],
    attributes: &[],
};

pub(super) const GATEWAY_RESPONSE: Kind = Kind {
    name: "AWS::ApiGateway::GatewayResponse",
    properties: &[
        May("ResponseParameters", Shape::Map(&TEXT)),
        May("ResponseTemplates", Shape::Map(&TEXT)),
        Must("ResponseType", TEXT),
        Must("RestApiId", TEXT),
        May("StatusCode", TEXT),
    ],
    attributes: &["Id"],
};

pub(super) const REQUEST_VALIDATOR: Kind = Kind {
    name: "AWS::ApiGateway::RequestValidator",
    properties: &[
        May("Name", TEXT),
        Must("RestApiId", TEXT),
        May("ValidateRequestBody", BOOLEAN),
        May("ValidateRequestParameters", BOOLEAN),
    ],
    attributes: &["RequestValidatorId"],
};

pub(super) const MODEL: Kind = Kind {
    name: "AWS::ApiGateway::Model",
    properties: &[
        May("ContentType", TEXT),
        May("Description", TEXT),
        May("Name", TEXT),
        Must("RestApiId", TEXT),
        May("Schema", ANY),
    ],
    attributes: &[],
};

pub(super) const HTTP_API: Kind = Kind {
    name: "AWS::ApiGatewayV2::Api",
    properties: &[
        May("ApiKeySelectionExpression", TEXT),
        May("BasePath", TEXT),
        May("Body", ANY),
        May("BodyS3Location", ANY),
        May(
            "CorsConfiguration",
            Shape::Object(&[
                May("AllowCredentials", BOOLEAN),
                May("AllowHeaders", TEXTS),
                May("AllowMethods", TEXTS),
                May("AllowOrigins", TEXTS),
                May("ExposeHeaders", TEXTS),
                May("MaxAge", INTEGER),
            ]),
        ),
        May("CredentialsArn", TEXT),
        May("Description", TEXT),
        May("DisableExecuteApiEndpoint", BOOLEAN),
        May("DisableSchemaValidation", BOOLEAN),
        May("FailOnWarnings", BOOLEAN),
        May("IpAddressType", TEXT),
        May("Name", TEXT),
        May("ProtocolType", TEXT),
        May("RouteKey", TEXT),
        May("RouteSelectionExpression", TEXT),
        May("Tags", ANY),
        May("Target", TEXT),
        May("Version", TEXT),
    ],
    attributes: &["ApiEndpoint", "ApiId"],
};

pub(super) const HTTP_ROUTE: Kind = Kind {
    name: "AWS::ApiGatewayV2::Route",
    properties: &[
        Must("ApiId", TEXT),
        May("ApiKeyRequired", BOOLEAN),
        May("AuthorizationScopes", TEXTS),
        May("AuthorizationType", TEXT),
        May("AuthorizerId", TEXT),
        May("ModelSelectionExpression", TEXT),
        May("OperationName", TEXT),
        Must("RouteKey", TEXT),
        May("RouteResponseSelectionExpression", TEXT),
        May("Target", TEXT),
    ],
    attributes: &["RouteId"],
};

pub(super) const HTTP_INTEGRATION: Kind = Kind {
    name: "AWS::ApiGatewayV2::Integration",
    properties: &[
        Must("ApiId", TEXT),
        May("ConnectionId", TEXT),
        May("ConnectionType", TEXT),
        May("CredentialsArn", TEXT),
        May("Description", TEXT),
        May("IntegrationMethod", TEXT),
        May("IntegrationSubtype", TEXT),
        Must("IntegrationType", TEXT),
        May("IntegrationUri", TEXT),
        May("PassthroughBehavior", TEXT),
        May("PayloadFormatVersion", TEXT),
        May("RequestParameters", Shape::Map(&TEXT)),
        May("ResponseParameters", ANY),
        May("TimeoutInMillis", INTEGER),
        May("TlsConfig", ANY),
    ],
    attributes: &["IntegrationId"],
};

pub(super) const HTTP_AUTHORIZER: Kind = Kind {
    name: "AWS::ApiGatewayV2::Authorizer",
    properties: &[
        Must("ApiId", TEXT),
        May("AuthorizerCredentialsArn", TEXT),
        May("AuthorizerPayloadFormatVersion", TEXT),
        May("AuthorizerResultTtlInSeconds", INTEGER),
        Must("AuthorizerType", TEXT),
        May("AuthorizerUri", TEXT),
        May("EnableSimpleResponses", BOOLEAN),
        May("IdentitySource", TEXTS),
        May("IdentityValidationExpression", TEXT),
        May("JwtConfiguration", Shape::Object(&[May("Audience", TEXTS), May("Issuer", TEXT)])),
        May("Name", TEXT),
    ],
    attributes: &["AuthorizerId"],
};

pub(super) const HTTP_DEPLOYMENT: Kind = Kind {
    name: "AWS::ApiGatewayV2::Deployment",
    properties: &[Must("ApiId", TEXT), May("Description", TEXT), May("StageName", TEXT)],
    attributes: &["DeploymentId"],
};

pub(super) const HTTP_STAGE: Kind = Kind {
    name: "AWS::ApiGatewayV2::Stage",
    properties: &[
        May("AccessLogSettings", ANY),
        Must("ApiId", TEXT),
        May("AutoDeploy", BOOLEAN),
        May("ClientCertificateId", TEXT),
        May("DefaultRouteSettings", ANY),
        May("DeploymentId", TEXT),
        May("Description", TEXT),
        May("RouteSettings", ANY),
        Must("StageName", TEXT),
        May("StageVariables", Shape::Map(&TEXT)),
        May("Tags", ANY),
    ],
    attributes: &[],
};
