//! Why a request would be let on or refused.

use crate::house::{
    House, NOW, POOL_A, access_token, allow, guarded, house, http_api, id_token, request, rest,
    route, scoped, sign, token_authorizer, with,
};
use gateway::{
    ApiKey, Authorizer, CognitoAuthorizer, Cors, JwtAuthorizer, Quota, QuotaPeriod, Route,
    Throttle, UsagePlan,
};
use names::Token;
use serde_json::json;

/// What is explained of `GET path`, a line each: `+` for what passed.
async fn why(house: &House, path: &str, headers: &[(&str, &str)]) -> Vec<String> {
    let explained = house.gateway.explain(request("GET", path, headers), [192, 0, 2, 7].into());
    let explained = explained.await;
    let mut lines: Vec<String> = explained
        .steps
        .iter()
        .map(|step| {
            format!("{} {}: {}", if step.passed { '+' } else { '-' }, step.about, step.text)
        })
        .collect();
    if let Some(answer) = explained.answer {
        lines.push(format!("= {}", answer.status().as_u16()));
    }
    lines
}

async fn why_bearer(house: &House, path: &str, token: &Token) -> Vec<String> {
    let value = format!("Bearer {}", token.reveal());
    let lines = why(house, path, &[("authorization", &value)]).await;
    let said = lines.join("\n");
    // No secret and nothing about a person.
    let signature = token.reveal().rsplit('.').next().unwrap();
    assert!(!said.contains(signature) && !said.contains("admins"), "{said}");
    lines
}

fn has(lines: &[String], line: &str) {
    assert!(lines.iter().any(|said| said.contains(line)), "{line} is not in {lines:#?}");
}

fn let_on(lines: &[String]) {
    assert!(lines.last().unwrap().starts_with("+ integration: "), "{lines:#?}");
}

#[tokio::test]
async fn a_lambda_authorizers_verdict_is_explained_and_nothing_behind_it_is_asked() {
    let routes = vec![guarded("GET /alpha", "guard"), guarded("GET /beta", "guard")];
    let house = house()
        .function("judge", |event| match event["authorizationToken"].as_str() {
            Some("no") => Err(functions::Thrown::new("Error", "Unauthorized")),
            Some("secret-broken") => Err(functions::Thrown::new("Error", "secret-broken it is")),
            _ => {
                let mut answer = allow(&["arn:aws:execute-api:*:*:rest/prod/GET/alpha"]);
                answer["policyDocument"]["Statement"][0]["Sid"] = json!("Alpha");
                Ok(answer)
            }
        })
        .api(with(rest(), token_authorizer(300), routes))
        .open();
    let token = [("authorization", "secret")];
    let lines = why(&house, "/alpha", &token).await;
    has(&lines, "+ route: the route is GET /alpha");
    has(&lines, "+ authorizer: the route is behind the TOKEN authorizer guard");
    has(&lines, "no verdict was kept");
    has(&lines, "+ policy: statement 1 (Alpha) of the policy allows arn:aws:execute-api:");
    let_on(&lines);
    house.wait(100);
    let lines = why(&house, "/beta", &token).await;
    has(&lines, "its verdict was kept, and is good for 200 seconds more");
    has(&lines, "- policy: no statement of the policy allows ");
    assert_eq!(lines.last().unwrap(), "= 403");
    // The real request finds the same.
    assert!(house.get("/beta", &token).await.starts_with("403 AccessDeniedException"));
    assert_eq!((house.calls("judge"), house.calls("hello")), (1, 0));

    has(&why(&house, "/alpha", &[]).await, "- identity: the header authorization is missing");
    has(&why(&house, "/alpha", &[("authorization", "no")]).await, "the word Unauthorized");
    let lines = why(&house, "/alpha", &[("authorization", "secret-broken")]).await;
    has(&lines, "- verdict: the function failed with an error of its own");
    assert!(!lines.join("").contains("secret"), "{lines:?}");
}

#[tokio::test]
async fn an_explicit_deny_names_its_statement() {
    let house = house()
        .function("judge", |_| {
            let mut answer = allow(&["*"]);
            answer["policyDocument"]["Statement"].as_array_mut().unwrap().push(json!({
                "Effect": "Deny", "Action": "*", "Resource": "*",
                "Condition": { "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } },
            }));
            Ok(answer)
        })
        .api(with(rest(), token_authorizer(0), vec![guarded("GET /alpha", "guard")]))
        .open();
    let lines = why(&house, "/alpha", &[("authorization", "t")]).await;
    has(&lines, "- policy: statement 2 of the policy denies");
    has(&lines, "under the conditions IpAddress aws:SourceIp");
    has(&lines, "nothing is kept, so the function");
}

#[tokio::test]
async fn each_check_of_a_token_says_when_it_fails() {
    let cognito = CognitoAuthorizer::new(vec![POOL_A.parse().unwrap()]);
    let routes = vec![guarded("GET /me", "guard"), scoped("GET /user", "guard", &["users/read"])];
    let house = house().api(with(rest(), Authorizer::Cognito(cognito), routes)).open();
    let_on(&why_bearer(&house, "/me", &id_token()).await);
    let lines = why_bearer(&house, "/me", &access_token("x")).await;
    has(&lines, "takes id tokens only");
    let lines = why_bearer(&house, "/user", &access_token("users/write openid")).await;
    has(
        &lines,
        "- scope: none of the scopes users/read is in the token, which has users/write, openid",
    );
    let expired = sign(POOL_A, &json!({ "token_use": "id", "exp": NOW - 5 }));
    has(
        &why_bearer(&house, "/me", &expired).await,
        "- token: the token has expired at 2027-01-15T",
    );
    has(&why(&house, "/me", &[("authorization", "Basic x")]).await, "is neither a token nor");
    has(&why(&house, "/me", &[("authorization", "x.y.z")]).await, "- token: the token");
    let (one, other) = (id_token(), access_token("x"));
    let (said, _) = one.reveal().rsplit_once('.').unwrap();
    let (_, signature) = other.reveal().rsplit_once('.').unwrap();
    let lines = why(&house, "/me", &[("authorization", &format!("{said}.{signature}"))]).await;
    has(&lines, "the token's signature does not fit the key that it names (kid)");
}

#[tokio::test]
async fn an_http_apis_audience_and_cors_are_explained() {
    let jwt = JwtAuthorizer::new(POOL_A.parse().unwrap(), vec!["web".into()]);
    let mut api = with(http_api(), Authorizer::Jwt(jwt), vec![guarded("GET /me", "guard")]);
    api.cors =
        Some(Cors { allow_origins: vec!["https://app.example.com".into()], ..Cors::default() });
    let house = house().api(api).open();
    let other = sign(POOL_A, &json!({ "aud": "other" }));
    let lines = why_bearer(&house, "/me", &other).await;
    has(&lines, "- token: the token does not have a valid audience");
    let lines = why(&house, "/me", &[("origin", "https://evil.example")]).await;
    has(&lines, "- cors: a page of this origin may not read the answer");
    has(&lines, "- identity: the header authorization is missing");
    assert_eq!(lines.last().unwrap(), "= 401");
}

#[tokio::test]
async fn keys_and_their_limits_are_explained_and_nothing_is_used_up() {
    let value = "ann-ann-ann-ann-ann-ann";
    let mut api = rest();
    api.routes = vec![Route { api_key_required: true, ..route("GET /a") }];
    api.usage_plans = vec![UsagePlan {
        id: "gold".to_owned(),
        throttle: Some(Throttle { rate: 1.0, burst: 1 }),
        quota: Some(Quota { limit: 1, offset: 0, period: QuotaPeriod::Day }),
        keys: vec![ApiKey::new("ann", value)],
        ..UsagePlan::default()
    }];
    let house = house().api(api).open();
    for _ in 0..3 {
        let lines = why(&house, "/a", &[("x-api-key", value)]).await;
        has(&lines, "+ key: the key ann of usage plan gold is in the header x-api-key");
        has(&lines, "+ quota: the plan's quota is 1 a day, 0 are used");
        let_on(&lines);
        assert!(!lines.join("").contains(value));
    }
    assert_eq!(house.get("/a", &[("x-api-key", value)]).await, "200 hello");
    has(&why(&house, "/a", &[("x-api-key", value)]).await, "- throttle: the key is throttled to 1");
    house.wait(1);
    let lines = why(&house, "/a", &[("x-api-key", value)]).await;
    has(&lines, "- quota: the plan's quota is 1 a day, 1 are used");
    assert_eq!(lines.last().unwrap(), "= 429");
    let lines = why(&house, "/a", &[("x-api-key", "wrong-wrong-wrong-wrong")]).await;
    has(&lines, "- key: no usage plan of this stage has the key in the header x-api-key");
    assert!(!lines.join("").contains("wrong-wrong"));
}

#[tokio::test]
async fn a_path_without_a_route_is_explained() {
    let mut api = rest();
    api.routes = vec![route("POST /a")];
    let house = house().api(api).open();
    has(&why(&house, "/a", &[]).await, "- route: no route takes GET at this path");
    has(&why(&house, "//a", &[]).await, "- route: the path can be read in more than one way");
}
