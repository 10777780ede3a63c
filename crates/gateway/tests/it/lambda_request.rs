//! The `REQUEST` authorizer.

use crate::house::{House, allow, guarded, house, http_api, request_authorizer, rest, with};
use functions::Thrown;
use gateway::{Api, PayloadFormat, Route};
use serde_json::{Value, json};

const UNAUTHORIZED: &str = r#"401 UnauthorizedException {"message":"Unauthorized"}"#;
const AUTHORIZATION: &str = "method.request.header.Authorization";
const TENANT: &str = "method.request.header.X-Tenant";
const HTTP_AUTHORIZATION: &str = "$request.header.Authorization";

fn open(api: Api, judge: impl Fn(Value) -> Result<Value, Thrown> + Send + Sync + 'static) -> House {
    house().function("judge", judge).api(api).open()
}

fn rest_with(sources: &[&str], ttl: u64) -> Api {
    let authorizer = request_authorizer(sources, ttl, PayloadFormat::V1, false);
    with(rest(), authorizer, vec![guarded("GET /items/{id}", "guard")])
}

fn http_with(sources: &[&str], ttl: u64, payload: PayloadFormat, simple: bool) -> Api {
    let authorizer = request_authorizer(sources, ttl, payload, simple);
    let routes = ["GET /items/{id}", "GET /other"]
        .map(|key| Route { payload: PayloadFormat::V2, ..guarded(key, "guard") });
    with(http_api(), authorizer, routes.into())
}

#[tokio::test]
async fn a_rest_function_hears_the_request_in_format_one() {
    let house = open(rest_with(&[AUTHORIZATION], 300), |_| Ok(allow(&["*"])));
    let answer = house.get("/items/7?q=1&q=2", &[("authorization", "t"), ("x-a", "b")]).await;
    assert_eq!(answer, "200 hello");
    let heard = house.last("judge");
    assert_eq!(heard["type"], "REQUEST");
    assert_eq!(
        heard["methodArn"],
        "arn:aws:execute-api:eu-west-1:000000000000:rest/prod/GET/items/7"
    );
    assert_eq!((&heard["resource"], &heard["path"]), (&json!("/items/{id}"), &json!("/items/7")));
    assert_eq!(heard["headers"]["X-A"], "b");
    assert_eq!(heard["multiValueQueryStringParameters"]["q"], json!(["1", "2"]));
    assert_eq!(heard["pathParameters"], json!({ "id": "7" }));
    assert_eq!(heard["stageVariables"], json!({}));
    assert_eq!(heard["requestContext"]["identity"]["sourceIp"], "192.0.2.7");
    for absent in ["version", "identitySource", "authorizationToken", "body"] {
        assert_eq!(heard.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn an_http_function_hears_the_request_in_either_format() {
    let sources = [HTTP_AUTHORIZATION, "$request.querystring.q"];
    let headers = [("authorization", "t"), ("cookie", "a=1")];

    let api = http_with(&sources, 0, PayloadFormat::V1, false);
    let house = open(api, |_| Ok(allow(&["*"])));
    assert_eq!(house.get("/items/7?q=1", &headers).await, "200 hello");
    let heard = house.last("judge");
    assert_eq!((&heard["version"], &heard["type"]), (&json!("1.0"), &json!("REQUEST")));
    assert_eq!(
        (&heard["identitySource"], &heard["authorizationToken"]),
        (&json!("t,1"), &json!("t,1"))
    );
    assert_eq!(
        house.last("hello")["requestContext"]["authorizer"],
        json!({ "lambda": { "text": "x", "number": "1", "truth": "true" } })
    );

    let api = http_with(&sources, 0, PayloadFormat::V2, false);
    let house = open(api, |_| Ok(allow(&["*"])));
    assert_eq!(house.get("/items/7?q=1", &headers).await, "200 hello");
    let heard = house.last("judge");
    assert_eq!((&heard["version"], &heard["type"]), (&json!("2.0"), &json!("REQUEST")));
    assert_eq!(heard["identitySource"], json!(["t", "1"]));
    assert_eq!(heard["routeKey"], "GET /items/{id}");
    assert_eq!(
        heard["routeArn"],
        "arn:aws:execute-api:eu-west-1:000000000000:http/$default/GET/items/7"
    );
    assert_eq!(heard["cookies"], json!(["a=1"]));
    assert_eq!(heard["headers"]["authorization"], "t");
    assert_eq!(heard.get("body"), None);
    assert_eq!(
        house.last("hello")["requestContext"]["authorizer"],
        json!({ "lambda": { "text": "x", "number": 1, "truth": true } })
    );
}

/// GWA-03.
#[tokio::test]
async fn every_identity_source_tells_callers_apart() {
    let house =
        open(rest_with(&[AUTHORIZATION, TENANT], 300), |event| match event["headers"]["X-Tenant"]
            .as_str()
        {
            Some("good") => Ok(allow(&["*"])),
            _ => Ok(allow(&["arn:aws:nothing"])),
        });
    let with = |tenant| [("authorization", "t"), ("x-tenant", tenant)];
    assert_eq!(house.get("/items/7", &with("good")).await, "200 hello");
    assert!(house.get("/items/7", &with("bad")).await.starts_with("403 "));
    assert_eq!(house.get("/items/7", &with("good")).await, "200 hello");
    assert_eq!(house.calls("judge"), 2);
    assert_eq!(house.get("/items/7", &[("authorization", "t")]).await, UNAUTHORIZED);
    let twice = [("authorization", "t"), ("x-tenant", "good"), ("x-tenant", "bad")];
    assert_eq!(house.get("/items/7", &twice).await, UNAUTHORIZED);
    assert_eq!(house.calls("judge"), 2);
}

/// GWA-04.
#[tokio::test]
async fn without_an_identity_source_nothing_is_kept() {
    let house = open(rest_with(&[], 300), |event| match event["headers"]["X-Who"].as_str() {
        Some("ann") => Ok(allow(&["*"])),
        _ => Ok(allow(&["arn:aws:nothing"])),
    });
    assert_eq!(house.get("/items/7", &[("x-who", "ann")]).await, "200 hello");
    assert!(house.get("/items/7", &[]).await.starts_with("403 "));
    assert_eq!(house.calls("judge"), 2);
}

#[tokio::test]
async fn a_missing_source_is_asked_about_only_by_a_rest_api_that_keeps_nothing() {
    let yes = |_| Ok(allow(&["*"]));
    let house = open(rest_with(&[AUTHORIZATION], 0), yes);
    assert_eq!(house.get("/items/7", &[]).await, "200 hello");
    let house = open(rest_with(&[AUTHORIZATION], 300), yes);
    assert_eq!(house.get("/items/7", &[]).await, UNAUTHORIZED);
    let house = open(http_with(&[HTTP_AUTHORIZATION], 0, PayloadFormat::V2, false), yes);
    assert_eq!(house.get("/items/7", &[]).await, r#"401 {"message":"Unauthorized"}"#);
    assert_eq!(house.calls("judge"), 0);
}

#[tokio::test]
async fn a_simple_answer_is_yes_or_no_for_all_routes() {
    let simple = |answer: bool| {
        let api = http_with(&[HTTP_AUTHORIZATION], 300, PayloadFormat::V2, true);
        open(api, move |_| {
            Ok(json!({ "isAuthorized": answer, "context": { "list": [1], "n": 1 } }))
        })
    };
    let token = [("authorization", "t")];
    let house = simple(true);
    assert_eq!(house.get("/items/7", &token).await, "200 hello");
    assert_eq!(house.get("/other", &token).await, "200 hello");
    assert_eq!(house.calls("judge"), 1);
    assert_eq!(
        house.last("hello")["requestContext"]["authorizer"],
        json!({ "lambda": { "list": [1], "n": 1 } })
    );
    let house = simple(false);
    for _ in 0..2 {
        assert_eq!(house.get("/other", &token).await, r#"403 {"message":"Forbidden"}"#);
    }
    assert_eq!(house.calls("judge"), 1);
}

/// GWA-05.
#[tokio::test]
async fn only_a_boolean_is_a_simple_answer() {
    for answer in [json!("true"), json!("false"), json!(1), json!(null)] {
        let api = http_with(&[HTTP_AUTHORIZATION], 300, PayloadFormat::V2, true);
        let house = open(api, move |_| Ok(json!({ "isAuthorized": answer })));
        for asked in 1..=2 {
            assert_eq!(
                house.get("/other", &[("authorization", "t")]).await,
                r#"500 {"message":"Internal Server Error"}"#
            );
            assert_eq!(house.calls("judge"), asked);
        }
        assert_eq!(house.calls("hello"), 0);
    }
}

#[tokio::test]
async fn routes_are_told_apart_by_their_key_if_it_is_a_source() {
    let sources = [HTTP_AUTHORIZATION, "$context.routeKey"];
    let api = http_with(&sources, 300, PayloadFormat::V2, true);
    let house = open(api, |event| Ok(json!({ "isAuthorized": event["routeKey"] == "GET /other" })));
    let token = [("authorization", "t")];
    assert_eq!(house.get("/other", &token).await, "200 hello");
    assert_eq!(house.get("/items/7", &token).await, r#"403 {"message":"Forbidden"}"#);
    assert_eq!(house.get("/other", &token).await, "200 hello");
    assert_eq!(house.calls("judge"), 2);
}
