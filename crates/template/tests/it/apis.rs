//! APIs with every kind of authorizer.

use crate::house::resolve;
use template::{
    ApiKind, Authorizer, IdentitySource, PayloadVersion, QuotaPeriod, RouteAuthorizer, Throttle,
};

const FUNCTION: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { CodeUri: x/, Handler: bootstrap, Runtime: provided.al2023 } }
";

#[test]
fn routes_that_name_no_api_belong_to_the_implicit_ones() {
    let stack = resolve(&format!(
        "{FUNCTION}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Rest: {{ Type: Api, Properties: {{ Path: /a, Method: ANY }} }}
        Http: {{ Type: HttpApi }}
Outputs:
  Url: {{ Value: !Sub 'https://${{ServerlessRestApi}}.execute-api.${{AWS::Region}}.amazonaws.com/Prod/' }}
"
    ));
    let [rest, http] = stack.apis() else { panic!("two APIs") };
    assert_eq!((rest.logical_id.as_str(), rest.stage.as_str()), ("ServerlessRestApi", "Prod"));
    assert_eq!((rest.routes[0].method.as_str(), rest.routes[0].path.as_str()), ("ANY", "/a"));
    assert_eq!(rest.routes[0].payload, PayloadVersion::V1);
    assert_eq!((http.logical_id.as_str(), http.stage.as_str()), ("ServerlessHttpApi", "$default"));
    assert_eq!((http.routes[0].method.as_str(), http.routes[0].path.as_str()), ("ANY", "$default"));
    assert_eq!(http.routes[0].payload, PayloadVersion::V2);
    assert_eq!(http.routes[0].authorizer, RouteAuthorizer::Open);
    assert!(stack.outputs["Url"].contains(&rest.id));
}

#[test]
fn an_http_api_has_jwt_and_lambda_authorizers() {
    let stack = resolve(&format!(
        "{FUNCTION}
Resources:
  Pool: {{ Type: AWS::Cognito::UserPool }}
  Client: {{ Type: AWS::Cognito::UserPoolClient, Properties: {{ UserPoolId: !Ref Pool }} }}
  Check: {{ Type: AWS::Serverless::Function }}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: live
      StageVariables: {{ COLOUR: blue }}
      CorsConfiguration: {{ AllowOrigins: ['https://a.example'], MaxAge: '60' }}
      Auth:
        DefaultAuthorizer: Tokens
        EnableIamAuthorizer: true
        Authorizers:
          Tokens:
            AuthorizationScopes: [users/read]
            IdentitySource: $request.querystring.token
            JwtConfiguration:
              issuer: !Sub https://cognito-idp.${{AWS::Region}}.amazonaws.com/${{Pool}}
              audience: [!Ref Client]
          Own:
            AuthorizerPayloadFormatVersion: 2.0
            EnableSimpleResponses: true
            FunctionArn: !GetAtt Check.Arn
            Identity: {{ Headers: [Authorization], Context: [routeKey], ReauthorizeEvery: 30 }}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: '/a/{{id}}', Method: get }} }}
        B: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /b, Method: get, Auth: {{ Authorizer: Own }} }} }}
        C: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /c, Method: get, PayloadFormatVersion: '1.0', Auth: {{ Authorizer: NONE }} }} }}
        D: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /d, Method: get, TimeoutInMillis: 500, Auth: {{ Authorizer: AWS_IAM }} }} }}
        E: {{ Type: HttpApi, Properties: {{ ApiId: !Ref Api, Path: /e, Method: get, Auth: {{ AuthorizationScopes: [] }} }} }}
"
    ));
    let [api] = stack.apis() else { panic!("one API") };
    assert_eq!((api.kind, api.stage.as_str()), (ApiKind::Http, "live"));
    assert_eq!(api.stage_variables["COLOUR"], "blue");
    let cors = api.cors.as_ref().unwrap();
    assert_eq!(
        (cors.origins.as_slice(), cors.max_age_seconds),
        (&["https://a.example".to_owned()][..], Some(60))
    );
    let pool = &stack.resource("Pool").unwrap().physical_id;
    let client = &stack.resource("Client").unwrap().physical_id;
    assert_eq!(
        api.authorizers["Tokens"],
        Authorizer::Jwt {
            issuer: format!("https://cognito-idp.eu-west-1.amazonaws.com/{pool}"),
            audience: vec![client.clone()],
            source: IdentitySource::Query("token".to_owned()),
            scopes: vec!["users/read".to_owned()],
        }
    );
    assert_eq!(
        api.authorizers["Own"],
        Authorizer::LambdaRequest {
            function_arn: stack.functions()[0].arn.clone(),
            sources: vec![
                IdentitySource::Header("Authorization".to_owned()),
                IdentitySource::Context("routeKey".to_owned()),
            ],
            ttl_seconds: 30,
            payload: PayloadVersion::V2,
            has_simple_responses: true,
        }
    );
    let [a, b, c, d, e] = api.routes.as_slice() else { panic!("five routes") };
    assert_eq!(a.authorizer, RouteAuthorizer::Named("Tokens".to_owned()));
    assert_eq!(a.scopes, ["users/read"]);
    assert_eq!(b.authorizer, RouteAuthorizer::Named("Own".to_owned()));
    assert!(b.scopes.is_empty());
    assert_eq!((&c.authorizer, c.payload), (&RouteAuthorizer::Open, PayloadVersion::V1));
    assert_eq!((&d.authorizer, d.timeout_milliseconds), (&RouteAuthorizer::Iam, Some(500)));
    assert!(e.scopes.is_empty());
}

#[test]
fn a_rest_api_has_keys_plans_and_cors() {
    let stack = resolve(&format!(
        "{FUNCTION}
Resources:
  Check: {{ Type: AWS::Serverless::Function }}
  Own:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      BinaryMediaTypes: [image~1png]
      ApiKeySourceType: HEADER
      Cors: {{ AllowOrigin: \"'*'\", AllowHeaders: \"'authorization,content-type'\", MaxAge: \"'600'\" }}
      Auth:
        ApiKeyRequired: true
        UsagePlan: {{ CreateUsagePlan: PER_API, Throttle: {{ RateLimit: 5.5, BurstLimit: 10 }}, Quota: {{ Limit: 100, Period: DAY }} }}
        Authorizers:
          Request:
            FunctionArn: !GetAtt Check.Arn
            FunctionPayloadType: REQUEST
            Identity: {{ QueryStrings: [token] }}
  Plain: {{ Type: AWS::Serverless::Api, Properties: {{ StageName: v1 }} }}
  Key: {{ Type: AWS::ApiGateway::ApiKey, Properties: {{ Enabled: true, Value: abcdefghijklmnopqrst }} }}
  Plan: {{ Type: AWS::ApiGateway::UsagePlan, Properties: {{ ApiStages: [{{ ApiId: !Ref Plain, Stage: !Ref Plain.Stage }}] }} }}
  Link: {{ Type: AWS::ApiGateway::UsagePlanKey, Properties: {{ KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan }} }}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {{ Type: Api, Properties: {{ RestApiId: !Ref Own, Path: /a, Method: get, Auth: {{ Authorizer: Request }} }} }}
        B: {{ Type: Api, Properties: {{ RestApiId: !Ref Own, Path: /b, Method: get, Auth: {{ ApiKeyRequired: false }} }} }}
        C: {{ Type: Api, Properties: {{ RestApiId: !Ref Plain, Path: /c, Method: get, Auth: {{ ApiKeyRequired: true }} }} }}
"
    ));
    let [own, plain] = stack.apis() else { panic!("two APIs") };
    assert_eq!(own.binary_media_types, ["image/png"]);
    let cors = own.cors.as_ref().unwrap();
    assert_eq!(cors.origins, ["*"]);
    assert_eq!(cors.headers, ["authorization", "content-type"]);
    assert_eq!(cors.max_age_seconds, Some(600));
    let keys = own.routes.iter().map(|route| route.needs_api_key).collect::<Vec<_>>();
    assert_eq!(keys, [true, false]);
    let plan = &own.usage_plans[0];
    assert_eq!(plan.throttle, Some(Throttle { rate: 5.5, burst: 10 }));
    assert_eq!(plan.quota.as_ref().unwrap().period, QuotaPeriod::Day);
    assert_eq!((plan.keys[0].logical_id.as_str(), &plan.keys[0].value), ("OwnApiKey", &None));
    assert!(matches!(
        &own.authorizers["Request"],
        Authorizer::LambdaRequest { sources, ttl_seconds: 300, payload: PayloadVersion::V1, .. }
            if *sources == [IdentitySource::Query("token".to_owned())]
    ));
    assert!(plain.routes[0].needs_api_key);
    let key = &plain.usage_plans[0].keys[0];
    assert_eq!(
        (key.logical_id.as_str(), key.value.as_deref()),
        ("Key", Some("abcdefghijklmnopqrst"))
    );
    assert!(!format!("{key:?}").contains("abcdef"), "a key is not printed");
}

#[test]
fn a_domain_of_an_api_is_named_as_not_served() {
    let stack = resolve(
        "
Resources:
  Name: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example } }
  Topic: { Type: AWS::SNS::Topic }
",
    );
    let parts = stack.ignored.iter().map(|one| one.is_part_of_an_api).collect::<Vec<_>>();
    assert_eq!(parts, [true, false]);
}
