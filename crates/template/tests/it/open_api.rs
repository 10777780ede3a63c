//! APIs that an OpenAPI document describes.

use crate::house::{resolve, settings, try_resolve};
use expect_test::expect;
use template::{
    Api, ApiKeySource, ApiKind, Authorizer, DerivedIds, IdentitySource, Integration,
    PayloadVersion, RouteAuthorizer, Stack, Template,
};

const HEAD: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { CodeUri: x/, Handler: bootstrap, Runtime: provided.al2023 } }
Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Check: { Type: AWS::Serverless::Function }
  F: { Type: AWS::Serverless::Function }
";

fn function(stack: &Stack, id: &str) -> String {
    stack.functions().iter().find(|one| one.logical_id == id).unwrap().arn.clone()
}

/// Each route as a line: method, path, what answers, what it is behind.
fn lines(api: &Api) -> Vec<String> {
    let line = |route: &template::Route| {
        let behind = match &route.authorizer {
            RouteAuthorizer::Open => "open".to_owned(),
            RouteAuthorizer::Iam => "iam".to_owned(),
            RouteAuthorizer::Named(name) => name.clone(),
        };
        let answers = match &route.integration {
            Integration::Function { logical_id, .. } => logical_id.clone(),
            Integration::Http { uri, .. } => uri.clone(),
            Integration::Mock(_) => "mock".to_owned(),
        };
        let key = if route.needs_api_key { " key" } else { "" };
        let scopes = route.scopes.join(",");
        format!("{} {} {answers} {behind}{key} {scopes}", route.method, route.path)
    };
    api.routes.iter().map(line).map(|line| line.trim_end().to_owned()).collect()
}

/// The document of `Api`, a REST API with a variable.
fn rest(document: &str) -> String {
    let document = document.replace('\n', "\n        ");
    format!(
        "{HEAD}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        {document}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {{ RestApiId: !Ref Api, StageName: prod, Variables: {{ f: !Ref F, host: up.example }} }}
"
    )
}

const FULL: &str = "swagger: '2.0'
info: { title: x, version: '1' }
basePath: /base
x-amazon-apigateway-importexport-version: '1.0'
x-amazon-apigateway-api-key-source: AUTHORIZER
x-amazon-apigateway-binary-media-types: [image~1png, '*/*']
x-amazon-apigateway-request-validators:
  params-only: { validateRequestParameters: true, validateRequestBody: false }
x-amazon-apigateway-gateway-responses:
  DEFAULT_4XX:
    statusCode: 418
    responseParameters: { gatewayresponse.header.X-Own: \"'1'\" }
    responseTemplates: { application/json: '{\"message\":$context.error.messageString}' }
securityDefinitions:
  Key: { type: apiKey, name: x-api-key, in: header }
  Signed: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4 }
  People:
    type: apiKey
    name: X-Token
    in: header
    x-amazon-apigateway-authtype: cognito_user_pools
    x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: [!GetAtt Pool.Arn] }
  Token:
    type: apiKey
    name: Authorization
    in: header
    x-amazon-apigateway-authtype: custom
    x-amazon-apigateway-authorizer:
      type: token
      authorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Check.Arn}/invocations
      authorizerResultTtlInSeconds: 60
      identityValidationExpression: ^Bearer .+$
  Request:
    type: apiKey
    name: Unused
    in: header
    x-amazon-apigateway-authtype: custom
    x-amazon-apigateway-authorizer:
      type: request
      identitySource: method.request.header.A, method.request.querystring.b,context.stage
      authorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Check.Arn}/invocations
paths:
  /:
    get: &f
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations
  /key: { get: { <<: *f, security: [{ Key: [] }] } }
  /people/{id}:
    parameters: [{ name: id, in: path, required: true, type: string }]
    get: { <<: *f, security: [{ People: [read, write] }, { Key: [] }] }
    put:
      <<: *f
      security: [{ People: [] }]
      x-amazon-apigateway-request-validator: params-only
      parameters:
        - { name: q, in: query, required: true, type: string }
        - { name: X-H, in: header, required: true, type: string }
        - { name: r, in: query, required: false, type: string }
  /token/: { x-amazon-apigateway-any-method: { <<: *f, security: [{ Token: [] }] } }
  /request: { post: { <<: *f, security: [{ Request: [] }] } }
  /signed: { post: { <<: *f, security: [{ Signed: [] }] } }
  /iam: { post: { <<: *f, x-amazon-apigateway-auth: { type: AWS_IAM } } }
  /variable:
    get:
      x-amazon-apigateway-integration:
        type: AWS_PROXY
        uri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:012345678901:function:${stageVariables.f}/invocations
        timeoutInMillis: 500
  /up/{proxy+}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: ANY
        uri: http://${stageVariables.host}/{proxy}
        requestParameters: { integration.request.path.proxy: method.request.path.proxy }
    options:
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{\"statusCode\": 200}' }
        responses:
          default:
            statusCode: '200'
            responseParameters: { method.response.header.Access-Control-Allow-Origin: \"'*'\" }
";

#[test]
fn a_document_with_every_extension_is_read() {
    let stack = resolve(&rest(FULL));
    let ignored: Vec<_> = stack.ignored.iter().map(|one| one.logical_id.as_str()).collect();
    assert_eq!(ignored, ["Api.Body.x-amazon-apigateway-importexport-version"]);
    let [api] = stack.apis() else { panic!("one API") };
    assert_eq!((api.kind, api.stage.as_str(), api.mount.as_str()), (ApiKind::Rest, "prod", ""));
    expect![[r#"
        [
            "GET / F open",
            "GET /key F open key",
            "GET /people/{id} F People key read,write",
            "PUT /people/{id} F People",
            "ANY /token F Token",
            "POST /request F Request",
            "POST /signed F iam",
            "POST /iam F iam",
            "GET /variable F open",
            "ANY /up/{proxy+} http://up.example/{proxy} open",
            "OPTIONS /up/{proxy+} mock open",
        ]
    "#]]
    .assert_debug_eq(&lines(api));
    assert_eq!(api.binary_media_types, ["image/png", "*/*"]);
    assert_eq!(api.api_key_source, ApiKeySource::Authorizer);
    let [response] = api.responses.as_slice() else { panic!("one response") };
    assert_eq!(
        (response.response_type.as_str(), response.status.as_deref()),
        ("DEFAULT_4XX", Some("418"))
    );
    assert_eq!(response.headers["X-Own"], "'1'");
    let check = function(&stack, "Check");
    let pool = &stack.resource("Pool").unwrap().physical_id;
    assert_eq!(
        api.authorizers["People"],
        Authorizer::Cognito {
            user_pool_arns: vec![format!(
                "arn:aws:cognito-idp:eu-west-1:012345678901:userpool/{pool}"
            )],
            header: "X-Token".to_owned(),
            validation: None,
            scopes: Vec::new(),
        }
    );
    assert_eq!(
        api.authorizers["Token"],
        Authorizer::LambdaToken {
            function_arn: check.clone(),
            header: "Authorization".to_owned(),
            validation: Some("^Bearer .+$".to_owned()),
            ttl_seconds: 60,
        }
    );
    assert_eq!(
        api.authorizers["Request"],
        Authorizer::LambdaRequest {
            function_arn: check,
            sources: vec![
                IdentitySource::Header("A".to_owned()),
                IdentitySource::Query("b".to_owned()),
                IdentitySource::Context("stage".to_owned()),
            ],
            ttl_seconds: 300,
            payload: PayloadVersion::V1,
            has_simple_responses: false,
        }
    );
    let put = &api.routes[3];
    assert_eq!(
        put.required_parameters,
        ["method.request.path.id", "method.request.querystring.q", "method.request.header.X-H"]
    );
    assert_eq!(api.routes[8].timeout_milliseconds, Some(500));
    let Integration::Mock(mock) = &api.routes[10].integration else { panic!("a mock") };
    assert_eq!(mock.responses[0].headers["Access-Control-Allow-Origin"], "'*'");
    assert_eq!(mock.responses[0].pattern, None);
}

#[test]
fn a_base_path_is_put_in_front_if_the_template_says_so() {
    let paths = |how: &str| {
        let text = rest(FULL).replace("      Body:", &format!("      {how}\n      Body:"));
        resolve(&text).apis()[0].routes[1].path.clone()
    };
    assert_eq!(paths("Name: x"), "/key");
    assert_eq!(paths("Parameters: { basepath: prepend }"), "/base/key");
    assert_eq!(paths("Parameters: { basepath: split }"), "/key");
}

#[test]
fn an_http_apis_document_has_its_own_extensions() {
    let stack = resolve(&format!(
        "{HEAD}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: {{ title: x, version: '1' }}
        x-amazon-apigateway-cors: {{ allowOrigins: ['https://a.example'], allowMethods: [GET], maxAge: 60, allowCredentials: true }}
        components:
          securitySchemes:
            Tokens:
              type: openIdConnect
              openIdConnectUrl: !Sub https://cognito-idp.${{AWS::Region}}.amazonaws.com/${{Pool}}/.well-known/openid-configuration
              x-amazon-apigateway-authorizer:
                type: jwt
                jwtConfiguration: {{ audience: [web] }}
                identitySource: $request.header.Authorization
            Own:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authorizer:
                type: request
                authorizerUri: !Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Check.Arn}}/invocations
                authorizerPayloadFormatVersion: '2.0'
                enableSimpleResponses: true
                identitySource: $request.header.Authorization
          x-amazon-apigateway-integrations:
            f: {{ type: aws_proxy, uri: !GetAtt F.Arn, payloadFormatVersion: '2.0' }}
        security: [{{ Tokens: [read] }}]
        paths:
          /a: {{ get: {{ x-amazon-apigateway-integration: {{ $ref: '#/components/x-amazon-apigateway-integrations/f' }} }} }}
          /b: {{ get: {{ security: [{{ Own: [] }}], x-amazon-apigateway-integration: {{ $ref: '#/components/x-amazon-apigateway-integrations/f' }} }} }}
          /c: {{ get: {{ security: [] }} }}
          /d/{{proxy+}}: {{ get: {{ security: [], x-amazon-apigateway-integration: {{ type: http_proxy, httpMethod: GET, uri: 'https://up.example/{{proxy}}', payloadFormatVersion: '1.0' }} }} }}
          /$default: {{ x-amazon-apigateway-any-method: {{ isDefaultRoute: true, security: [], x-amazon-apigateway-integration: {{ $ref: '#/components/x-amazon-apigateway-integrations/f' }} }} }}
  G:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /a, Method: get }} }}
        C: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /c, Method: get }} }}
        E: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /e, Method: get }} }}
"
    ));
    let [api] = stack.apis() else { panic!("one API") };
    expect![[r#"
        [
            "GET /a F Tokens read",
            "GET /b F Own",
            "GET /d/{proxy+} https://up.example/{proxy} open",
            "ANY $default F open",
            "GET /c G open",
            "GET /e G open",
        ]
    "#]]
    .assert_debug_eq(&lines(api));
    assert_eq!(api.routes[0].payload, PayloadVersion::V2);
    assert!(api.cors.as_ref().unwrap().allows_credentials);
    let pool = &stack.resource("Pool").unwrap().physical_id;
    assert_eq!(
        api.authorizers["Tokens"],
        Authorizer::Jwt {
            issuer: format!("https://cognito-idp.eu-west-1.amazonaws.com/{pool}"),
            audience: vec!["web".to_owned()],
            source: IdentitySource::Header("Authorization".to_owned()),
            scopes: Vec::new(),
        }
    );
}

/// SAM's rules for events of functions beside a document of a REST API.
#[test]
fn events_join_a_rest_apis_document_only_if_it_says_so() {
    let text = |merge: &str| {
        format!(
            "{HEAD}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      {merge}
      Auth:
        DefaultAuthorizer: People
        Authorizers: {{ People: {{ UserPoolArn: !GetAtt Pool.Arn }} }}
      Cors: \"'*'\"
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /a: {{ get: {{ x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: !Sub 'arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{F.Arn}}/invocations' }} }} }}
  G:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        B: {{ Type: Api, Properties: {{ RestApiId: !Ref Api, Path: /b, Method: get, Auth: {{ Authorizer: NONE }} }} }}
"
        )
    };
    assert_eq!(lines(&resolve(&text("")).apis()[0]), ["GET /a F People"]);
    let merged = resolve(&text("MergeDefinitions: true"));
    assert_eq!(lines(&merged.apis()[0]), ["GET /a F People", "GET /b G open"]);
}

#[test]
fn what_would_be_less_guarded_is_told_with_its_line() {
    let broken = rest(
        "openapi: 3.0.1
x-amazon-apigateway-policy: { Statement: [] }
x-amazon-apigateway-guard: {}
x-amazon-apigateway-request-validators: { all: { validateRequestParameters: true, validateRequestBody: true } }
components:
  securitySchemes:
    Bearer: { type: http, scheme: bearer }
    Token: { type: apiKey, name: A, in: header, x-amazon-apigateway-authorizer: { type: token, authorizerUri: 'arn:aws:lambda:x' } }
    Odd: { type: apiKey, name: A, in: header, x-amazon-apigateway-authorizer: { type: request, tpye: x } }
    People: { type: apiKey, name: A, in: header, x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: [!GetAtt Pool.Arn] } }
    Others: { type: apiKey, name: A, in: header, x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: [!GetAtt Pool.Arn] } }
paths:
  /a: { get: { security: [{ Bearer: [] }] } }
  /b: { get: { security: [{ Peple: [] }] } }
  /c: { get: { security: [{ People: [] }, { Others: [] }] } }
  /d: { get: { security: [{}] } }
  /e: { get: {} }
  /f: { get: { x-amazon-apigateway-integration: { type: aws, uri: x } } }
  /g: { get: { x-amazon-apigateway-integration: { type: aws_proxy, uri: 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:012345678901:function:other/invocations' } } }
  /h: { get: { x-amazon-apigateway-integration: { type: http_proxy, uri: 'http://${stageVariables.none}/' } } }
  /i: { get: { x-amazon-apigateway-integration: { type: http_proxy, uri: 'http://x/', timeoutInMillis: 60000 } } }
  /j: { get: { x-amazon-apigateway-integration: { type: http_proxy, uri: 'http://x/', connectionType: VPC_LINK } } }
  /k: { post: { x-amazon-apigateway-request-validator: all, requestBody: {}, x-amazon-apigateway-integration: { type: http_proxy, uri: 'http://x/' } } }
  /l: { get: { x-amazon-apigateway-authorizers: {} } }
  m: { get: {} }
",
    );
    let problems = try_resolve(&broken).unwrap_err().to_string();
    expect![[r#"
        template.yaml:14:9: Api: Body.x-amazon-apigateway-policy: resource policies are not served here
        template.yaml:15:9: Api: Body.x-amazon-apigateway-guard: this extension is not served here
        template.yaml:20:119: Api: Body.components.securitySchemes.Token.x-amazon-apigateway-authorizer.authorizerUri: expected arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations, found "arn:aws:lambda:x"
        template.yaml:21:55: Api: Body.components.securitySchemes.Odd.x-amazon-apigateway-authorizer.authorizerUri: expected a function
        template.yaml:21:104: Api: Body.components.securitySchemes.Odd.x-amazon-apigateway-authorizer.tpye: unknown property (did you mean type?)
        template.yaml:25:37: Api: Body.paths./a.get.security: nobody can check "Bearer": it has no x-amazon-apigateway-authorizer
        template.yaml:26:37: Api: Body.paths./b.get.security: there is no security scheme "Peple" (did you mean People?)
        template.yaml:27:53: Api: Body.paths./c.get.security: expected one authorizer: API Gateway asks no more than one
        template.yaml:28:35: Api: Body.paths./d.get.security: an alternative without any requirement would open the operation
        template.yaml:29:17: Api: Body.paths./e.get: x-amazon-apigateway-integration is missing: expected what answers
        template.yaml:30:65: Api: Body.paths./f.get.x-amazon-apigateway-integration.type: expected AWS_PROXY, HTTP_PROXY or MOCK, found "AWS"
        template.yaml:31:81: Api: Body.paths./g.get.x-amazon-apigateway-integration.uri: no function of this template is "arn:aws:lambda:eu-west-1:012345678901:function:other"
        template.yaml:32:82: Api: Body.paths./h.get.x-amazon-apigateway-integration.uri: the stage has no variable "none"
        template.yaml:33:112: Api: Body.paths./i.get.x-amazon-apigateway-integration.timeoutInMillis: expected 50 to 29000, found 60000
        template.yaml:34:111: Api: Body.paths./j.get.x-amazon-apigateway-integration.connectionType: expected INTERNET, found "VPC_LINK"
        template.yaml:35:64: Api: Body.paths./k.post.x-amazon-apigateway-request-validator: bodies are not validated here: expected a validator of parameters only
        template.yaml:36:17: Api: Body.paths./l.get: x-amazon-apigateway-integration is missing: expected what answers
        template.yaml:36:24: Api: Body.paths./l.get.x-amazon-apigateway-authorizers: this extension is not served here
        template.yaml:37:11: Api: Body.paths.m: expected a path that starts with /, found "m""#]].assert_eq(&problems);
}

#[test]
fn a_document_may_be_in_a_file() {
    let files = |location: &str| {
        match location {
        "api.yaml" => Ok("openapi: 3.0.1\npaths:\n  /a: { get: { x-amazon-apigateway-integration: { type: http_proxy, uri: 'http://up.example/' } } }\n".to_owned()),
        "piece.yaml" => Ok("/b:\n  get:\n    x-amazon-apigateway-integration:\n      type: aws_proxy\n      uri: { 'Fn::GetAtt': [F, Arn] }\n      payloadFormatVersion: '2.0'\n".to_owned()),
        "calls.yaml" => Ok("openapi: 3.0.1\nx: { Ref: F }\n".to_owned()),
        "broken.yaml" => Ok("openapi: [\n".to_owned()),
        _ => Err("there is no such file".to_owned()),
    }
    };
    let read = |text: &str| {
        Template::parse_with("template.yaml", text, &files)?.resolve(&settings(&DerivedIds))
    };
    let uri = |location: &str| {
        format!(
            "{HEAD}
  Api: {{ Type: AWS::Serverless::HttpApi, Properties: {{ DefinitionUri: {location} }} }}
"
        )
    };
    let stack = read(&uri("api.yaml")).unwrap();
    assert_eq!(lines(&stack.apis()[0]), ["GET /a http://up.example/ open"]);
    let stack = read(&format!(
        "{HEAD}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        paths:
          Fn::Transform: {{ Name: AWS::Include, Parameters: {{ Location: piece.yaml }} }}
"
    ));
    assert_eq!(lines(&stack.unwrap().apis()[0]), ["GET /b F open"]);
    for (location, expected) in [
        ("none.yaml", "there is no such file"),
        ("calls.yaml", "uploaded as it is"),
        ("broken.yaml", "this is not YAML"),
        ("s3://bucket/api.yaml", "expected a file beside the template"),
    ] {
        let problems = read(&uri(location)).unwrap_err().to_string();
        assert!(problems.contains(expected), "{location}: {problems}");
    }
}
