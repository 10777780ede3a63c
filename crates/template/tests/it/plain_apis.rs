//! APIs in plain CloudFormation.

use crate::house::{resolve, try_resolve};
use expect_test::expect;
use template::{
    ApiKind, Authorizer, AwsUrl, Integration, PayloadVersion, PhysicalIds, RouteAuthorizer,
    Template,
};

const REST: &str = "
Resources:
  F: { Type: AWS::Lambda::Function, Properties: { Code: { ZipFile: x }, Handler: a.b, Runtime: python3.13, Role: x } }
  Pool: { Type: AWS::Cognito::UserPool }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: x, BinaryMediaTypes: [image~1png], ApiKeySourceType: HEADER } }
  Items: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: items } }
  Item: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Items, PathPart: '{id}' } }
  People:
    Type: AWS::ApiGateway::Authorizer
    Properties: { RestApiId: !Ref Api, Name: same, Type: COGNITO_USER_POOLS, ProviderARNs: [!GetAtt Pool.Arn], IdentitySource: method.request.header.X-Token }
  Token:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: same
      Type: TOKEN
      AuthorizerUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations
      IdentitySource: method.request.header.Authorization
  Params: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestParameters: true } }
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: ANY
      Integration: { Type: HTTP_PROXY, IntegrationHttpMethod: ANY, Uri: 'http://${stageVariables.host}/' }
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: GET
      AuthorizationType: COGNITO_USER_POOLS
      AuthorizerId: !Ref People
      AuthorizationScopes: [read]
      ApiKeyRequired: true
      RequestValidatorId: !Ref Params
      RequestParameters: { method.request.path.id: true, method.request.querystring.q: 'true', method.request.header.h: false }
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations
        TimeoutInMillis: '1000'
  Put:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: PUT
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Token
      Integration: { Type: HTTP_PROXY, IntegrationHttpMethod: POST, Uri: 'http://x.example/' }
  Options:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: OPTIONS
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        PassthroughBehavior: WHEN_NO_MATCH
        RequestTemplates: { application/json: '{ \"statusCode\": 204 }' }
        IntegrationResponses:
          - { StatusCode: 204, ResponseParameters: { method.response.header.Access-Control-Allow-Origin: \"'*'\" } }
      MethodResponses: [{ StatusCode: 204, ResponseParameters: { method.response.header.Access-Control-Allow-Origin: true } }]
  Denied:
    Type: AWS::ApiGateway::GatewayResponse
    Properties: { RestApiId: !Ref Api, ResponseType: ACCESS_DENIED, StatusCode: 404, ResponseTemplates: { application/json: '{}' } }
  Deployed: { Type: AWS::ApiGateway::Deployment, DependsOn: [Root, Get, Put, Options], Properties: { RestApiId: !Ref Api } }
  Prod: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployed, StageName: prod, Variables: { host: prod.example } } }
  Test: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployed, StageName: test, Variables: { host: test.example } } }
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Value: abcdefghijklmnopqrst } }
  Plan: { Type: AWS::ApiGateway::UsagePlan, Properties: { ApiStages: [{ ApiId: !Ref Api, Stage: !Ref Prod }] } }
  Link: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan } }
Outputs:
  Prod: { Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/${Prod}/items' }
  Test: { Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/${Test}/items' }
";

#[test]
fn a_rest_api_is_made_of_its_resources_and_served_by_stage() {
    let stack = resolve(REST);
    let [prod, test] = stack.apis() else { panic!("two stages") };
    assert_eq!((prod.kind, &prod.id), (ApiKind::Rest, &test.id));
    assert_eq!((prod.stage.as_str(), prod.mount.as_str()), ("prod", ""));
    assert_eq!((test.stage.as_str(), test.mount.as_str()), ("test", "/Api/test"));
    let uri = |api: &template::Api| match &api.routes[0].integration {
        Integration::Http { uri, method: None, .. } => uri.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (uri(prod).as_str(), uri(test).as_str()),
        ("http://prod.example/", "http://test.example/")
    );
    let routes: Vec<_> =
        prod.routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(routes, ["ANY /", "GET /items/{id}", "PUT /items/{id}", "OPTIONS /items/{id}"]);
    let get = &prod.routes[1];
    assert_eq!(get.authorizer, RouteAuthorizer::Named("People".to_owned()));
    assert_eq!((get.scopes.as_slice(), get.needs_api_key), (&["read".to_owned()][..], true));
    assert_eq!(get.timeout_milliseconds, Some(1000));
    assert_eq!(get.integration.function(), Some("F"));
    assert_eq!(get.required_parameters, ["method.request.path.id", "method.request.querystring.q"]);
    assert_eq!(prod.routes[2].authorizer, RouteAuthorizer::Named("Token".to_owned()));
    assert!(matches!(&prod.authorizers["Token"], Authorizer::LambdaToken { ttl_seconds: 300, .. }));
    let Integration::Mock(mock) = &prod.routes[3].integration else { panic!("a mock") };
    assert_eq!((mock.responses[0].status.as_str(), &mock.responses[0].pattern), ("204", &None));
    assert_eq!(prod.responses[0].status.as_deref(), Some("404"));
    assert_eq!(prod.binary_media_types, ["image/png"]);
    assert_eq!((prod.usage_plans.len(), test.usage_plans.len()), (1, 0));
    assert!(stack.ignored.is_empty(), "{:?}", stack.ignored);
}

struct Local;

impl PhysicalIds for Local {
    fn local_url(&self, url: &AwsUrl<'_>) -> Option<String> {
        match url {
            AwsUrl::Api { mount, .. } => Some(format!("http://localhost:3000{mount}")),
            _ => None,
        }
    }
}

#[test]
fn the_address_of_a_stage_is_where_it_is_served() {
    let settings = crate::house::settings(&Local);
    let stack = Template::parse("template.yaml", REST).unwrap().resolve(&settings).unwrap();
    assert_eq!(stack.outputs["Prod"], "http://localhost:3000/items");
    assert_eq!(stack.outputs["Test"], "http://localhost:3000/Api/test/items");
}

#[test]
fn an_http_api_is_made_of_its_resources() {
    let stack = resolve(
        "
Resources:
  F: { Type: AWS::Lambda::Function, Properties: { Code: { ZipFile: x }, Handler: a.b, Runtime: python3.13, Role: x } }
  Quick: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: q, ProtocolType: HTTP, Target: !GetAtt F.Arn, CorsConfiguration: { AllowOrigins: ['*'] } } }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: x, ProtocolType: HTTP } }
  Call: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt F.Arn, PayloadFormatVersion: '2.0' } }
  Up:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationMethod: ANY, IntegrationUri: 'http://up.example/{proxy}', PayloadFormatVersion: '1.0', RequestParameters: { 'overwrite:header.x': $context.stage } }
  Tokens:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties: { ApiId: !Ref Api, Name: x, AuthorizerType: JWT, IdentitySource: [$request.header.Authorization], JwtConfiguration: { Issuer: 'https://x', Audience: [a] } }
  Own:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: x
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations
      AuthorizerPayloadFormatVersion: '2.0'
      EnableSimpleResponses: true
      IdentitySource: [$request.header.A, $context.routeKey]
  One: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: 'GET /a/{id}', Target: !Sub 'integrations/${Call}', AuthorizationType: JWT, AuthorizerId: !Ref Tokens, AuthorizationScopes: [read] } }
  Two: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: 'ANY /up/{proxy+}', Target: !Join [/, [integrations, !Ref Up]], AuthorizationType: CUSTOM, AuthorizerId: !Ref Own } }
  Three: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/${Call}' } }
  Live: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true, StageVariables: { a: b }, DefaultRouteSettings: { ThrottlingBurstLimit: 1 } } }
",
    );
    let [quick, api] = stack.apis() else { panic!("two APIs") };
    assert_eq!((quick.logical_id.as_str(), quick.stage.as_str()), ("Quick", "$default"));
    assert_eq!(
        (quick.routes[0].path.as_str(), quick.routes[0].payload),
        ("$default", PayloadVersion::V2)
    );
    assert_eq!(quick.cors.as_ref().unwrap().origins, ["*"]);
    assert_eq!((api.kind, api.mount.as_str()), (ApiKind::Http, "/Api"));
    let [one, two, three] = api.routes.as_slice() else { panic!("three routes") };
    assert_eq!((one.method.as_str(), one.path.as_str()), ("GET", "/a/{id}"));
    assert_eq!(one.authorizer, RouteAuthorizer::Named("Tokens".to_owned()));
    assert_eq!(one.scopes, ["read"]);
    assert_eq!(two.authorizer, RouteAuthorizer::Named("Own".to_owned()));
    assert!(
        matches!(&two.integration, Integration::Http { method: None, parameters, .. } if parameters.len() == 1)
    );
    assert_eq!(
        (three.path.as_str(), three.authorizer.clone()),
        ("$default", RouteAuthorizer::Open)
    );
    assert_eq!(api.stage_variables["a"], "b");
    assert!(api.throttle_of("GET", "/a/{id}").is_some_and(|limit| limit.burst == 1));
}

#[test]
fn what_does_not_fit_together_is_told() {
    let problems = try_resolve(
        "
Resources:
  Alone: { Type: AWS::ApiGateway::RestApi, Properties: { Name: x, Policy: {} } }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: x } }
  Prod: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: prod } }
  Lost: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: abc, PathPart: items } }
  People: { Type: AWS::ApiGateway::Authorizer, Properties: { RestApiId: !Ref Api, Type: COGNITO_USER_POOLS } }
  Vague: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestBody: true } }
  A: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: CUSTOM } }
  B: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, AuthorizerId: x } }
  C: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, Integration: { Type: AWS, Uri: x } } }
  D: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: POST, RequestValidatorId: !Ref Vague, RequestModels: { application/json: M }, Integration: { Type: HTTP_PROXY, Uri: 'http://x/' } } }
  E: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: PUT, Integration: { Type: HTTP_PROXY, Uri: 'http://x/', ConnectionType: VPC_LINK } } }
  Http: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP } }
  Live: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Http, StageName: live } }
  Sockets: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: WEBSOCKET } }
  Tls: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Http, IntegrationType: HTTP_PROXY, IntegrationUri: 'https://x/', TlsConfig: { ServerNameToVerify: y } } }
  F: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Http, RouteKey: 'GET /x', Target: !Sub 'integrations/${Tls}' } }
  G: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Http, RouteKey: 'GET /y', Target: integrations/none } }
  H: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Http, RouteKey: 'get /z', AuthorizationType: JWT } }
",
    );
    let problems = problems.unwrap_err().to_string();
    expect![[r#"
        template.yaml:3:44: Alone: nobody can call it: expected an AWS::ApiGateway::Stage of it, or an AWS::ApiGateway::Deployment with StageName
        template.yaml:3:67: Alone: Policy: resource policies are not served here
        template.yaml:6:89: Lost: ParentId: expected the RootResourceId of the API, or a Ref to another of its resources
        template.yaml:7:48: People: ProviderARNs: expected the ARN of a user pool
        template.yaml:9:150: A: AuthorizationType: AuthorizerId is missing
        template.yaml:10:150: B: AuthorizationType: expected CUSTOM or COGNITO_USER_POOLS beside AuthorizerId
        template.yaml:11:152: C: Integration.Type: expected AWS_PROXY, HTTP_PROXY or MOCK, found "AWS"
        template.yaml:12:152: D: RequestValidatorId: bodies are not validated here: expected a validator of parameters only
        template.yaml:13:198: E: Integration.ConnectionType: expected INTERNET, found "VPC_LINK"
        template.yaml:16:72: Sockets: ProtocolType: expected HTTP, found "WEBSOCKET"
        template.yaml:17:139: Tls: TlsConfig: only the certificate of the server's own name is accepted here
        template.yaml:19:100: G: Target: expected integrations/ID with a Ref to an AWS::ApiGatewayV2::Integration of this API
        template.yaml:20:82: H: RouteKey: expected METHOD /path or $default, found "get /z""#]].assert_eq(&problems);
}

#[test]
fn a_stage_that_a_deployment_describes_has_the_throttles_of_the_description() {
    let stack = resolve(
        "
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: items } }
  Slow: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: slow } }
  GetSlow: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref Slow, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }
  GetRoot: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }
  Deployed:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [GetSlow, GetRoot]
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      StageDescription:
        ThrottlingRateLimit: 10
        ThrottlingBurstLimit: 20
        Variables: { host: prod.example }
        MethodSettings:
          - { ResourcePath: /slow, HttpMethod: GET, ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 1, CachingEnabled: false }
",
    );
    let [api] = stack.apis() else { panic!("one stage") };
    assert_eq!(
        (api.stage.as_str(), api.stage_variables["host"].as_str()),
        ("prod", "prod.example")
    );
    let burst = |method, path| api.throttle_of(method, path).map(|throttle| throttle.burst);
    assert_eq!((burst("GET", "/slow"), burst("GET", "/")), (Some(1), Some(20)));
}
