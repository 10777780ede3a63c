//! Routes, limits, and what becomes of functions that fail.

use crate::house::{api, arn, house, http_api, line, request, rest, route};
use bytes::Bytes;
use functions::{Failure, Thrown};
use gateway::{ApiKind, PayloadFormat, Route};
use serde_json::{Value, json};
use std::time::Duration;

fn to(function: &str, key: &str) -> Route {
    Route { integration: arn(function).into(), ..route(key) }
}

#[tokio::test]
async fn a_route_answers_and_everything_else_is_unknown() {
    let mut rest = rest();
    rest.mounts = vec!["/rest".into()];
    rest.routes = vec![route("GET /items/{id}")];
    let mut http = http_api();
    http.mounts = vec!["/http".into()];
    http.routes = vec![route("GET /items/{id}")];
    let house = house().api(rest).api(http).open();
    assert_eq!(house.get("/rest/items/7", &[]).await, "200 hello");
    assert_eq!(house.get("/http/items/7", &[]).await, "200 hello");
    let unknown =
        r#"403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}"#;
    for (method, path) in
        [("GET", "/rest/x"), ("PUT", "/rest/items/7"), ("GET", "/rest"), ("TRACE", "/rest/items/7")]
    {
        assert_eq!(house.ask(method, path, &[]).await, unknown, "{method} {path}");
    }
    for (method, path) in
        [("GET", "/http/x"), ("PUT", "/http/items/7"), ("GET", "/http/items/7/"), ("GET", "/other")]
    {
        let answer = house.ask(method, path, &[]).await;
        assert_eq!(answer, r#"404 {"message":"Not Found"}"#, "{method} {path}");
    }
    assert_eq!(house.calls("hello"), 2);
}

#[tokio::test]
async fn the_longest_mount_wins_and_a_mount_is_whole_segments() {
    let mut outer = api("outer", ApiKind::Rest, "prod");
    outer.routes = vec![to("outer", "GET /{proxy+}")];
    let mut inner = api("inner", ApiKind::Rest, "prod");
    inner.mounts = vec!["/in".into()];
    inner.routes = vec![to("inner", "GET /{proxy+}")];
    let house = house()
        .function("outer", |_| Ok(json!({ "statusCode": 200, "body": "outer" })))
        .function("inner", |_| Ok(json!({ "statusCode": 200, "body": "inner" })))
        .api(outer)
        .api(inner)
        .open();
    assert_eq!(house.get("/in/x", &[]).await, "200 inner");
    assert_eq!(house.get("/%69n/x", &[]).await, "200 inner");
    assert_eq!(house.get("/inn/x", &[]).await, "200 outer");
}

#[tokio::test]
async fn two_apis_cannot_share_a_mount() {
    let house = house().api(rest()).api(http_api()).try_open();
    assert!(house.err().unwrap().problem.contains("mounted"));
}

/// GWA-09.
#[tokio::test]
async fn a_header_does_not_override_the_method() {
    let mut rest = rest();
    rest.routes = vec![route("GET /a"), to("danger", "DELETE /a")];
    let house = house().function("danger", |_| Ok(json!({ "statusCode": 200 }))).api(rest).open();
    let headers = [("x-http-method-override", "DELETE"), ("x-method-override", "DELETE")];
    assert_eq!(house.get("/a?_method=DELETE", &headers).await, "200 hello");
    assert_eq!(house.calls("danger"), 0);
}

#[tokio::test]
async fn a_body_is_bounded() {
    for (kind, expected) in [
        (
            ApiKind::Rest,
            [
                r#"413 RequestTooLargeException {"message":"HTTP content length exceeded 10485760 bytes."}"#,
                r#"413 RequestTooLargeException {"message":"Request Too Long"}"#,
            ],
        ),
        (ApiKind::Http, [r#"413 {"message":"Request Entity Too Large"}"#; 2]),
    ] {
        let mut api = api("api", kind, "prod");
        api.routes = vec![route("POST /a")];
        let house = house().api(api).open();
        // The second fits, but not into a function's event.
        let sizes = [gateway::LARGEST_BODY + 1, functions::MAX_PAYLOAD];
        for (size, expected) in sizes.into_iter().zip(expected) {
            let mut request = request("POST", "/a", &[]);
            *request.body_mut() = Bytes::from(vec![b'a'; size]);
            assert_eq!(line(&house.send(request).await), expected, "{size}");
        }
        assert_eq!(house.calls("hello"), 0);
    }
}

#[tokio::test]
async fn an_arn_is_bounded() {
    let mut rest = rest();
    rest.routes = vec![route("GET /{proxy+}")];
    let house = house().api(rest).open();
    let path = format!("/{}", "a".repeat(1600));
    assert!(house.get(&path, &[]).await.starts_with("414 "));
    assert_eq!(house.calls("hello"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_fails_is_told_apart_from_one_that_cannot_be_called() {
    let internal_rest = r#"InternalServerErrorException {"message":"Internal server error"}"#;
    let internal_http = r#"500 {"message":"Internal Server Error"}"#;
    for (kind, failed, uncalled, throttled, late) in [
        (
            ApiKind::Rest,
            format!("502 {internal_rest}"),
            format!("500 {internal_rest}"),
            format!("500 {internal_rest}"),
            r#"504 InternalServerErrorException {"message":"Endpoint request timed out"}"#,
        ),
        (
            ApiKind::Http,
            internal_http.to_owned(),
            internal_http.to_owned(),
            r#"503 {"message":"Service Unavailable"}"#.to_owned(),
            r#"503 {"message":"Service Unavailable"}"#,
        ),
    ] {
        let mut api = api("api", kind, "prod");
        api.routes = ["throws", "text", "crashes", "own-limit", "absent", "throttled", "late"]
            .map(|name| to(name, &format!("GET /{name}")))
            .into();
        let mut hurried = to("late", "GET /hurried");
        hurried.timeout = Some(Duration::from_millis(50));
        api.routes.push(hurried);
        let house = house()
            .function("throws", |_| Err(Thrown::new("Error", "the password is hunter2")))
            .function("text", |_| Ok(json!("text")))
            .failing("crashes", Failure::Crashed { reason: "exit 1".into() })
            .failing("throttled", Failure::Throttled)
            .slow("own-limit", 10, 3)
            .slow("late", 60, 120)
            .api(api)
            .open();
        assert_eq!(house.get("/throws", &[]).await, failed);
        assert_eq!(house.get("/crashes", &[]).await, failed);
        assert_eq!(house.get("/own-limit", &[]).await, failed);
        assert_eq!(house.get("/text", &[]).await, failed);
        assert_eq!(house.get("/absent", &[]).await, uncalled);
        assert_eq!(house.get("/throttled", &[]).await, throttled);
        assert_eq!(house.get("/late", &[]).await, late);
        assert_eq!(house.get("/hurried", &[]).await, late);
    }
}

#[tokio::test]
async fn answers_carry_the_ids_of_their_kind() {
    for (kind, names) in [
        (ApiKind::Rest, ["x-amzn-requestid", "x-amz-apigw-id"]),
        (ApiKind::Http, ["apigw-requestid", "apigw-requestid"]),
    ] {
        let mut api = api("api", kind, "prod");
        api.routes = vec![to("forger", "GET /a")];
        let house = house()
            .function("forger", move |_| {
                Ok(json!({ "statusCode": 200, "headers": { names[0]: "forged" } }))
            })
            .api(api)
            .open();
        for path in ["/a", "/unknown"] {
            let answer = house.send(request("GET", path, &[])).await;
            for name in names {
                let values: Vec<_> = answer.headers().get_all(name).iter().collect();
                assert!(values.len() == 1 && values[0] != "forged", "{name}");
            }
        }
        let event = house.last("forger");
        let context = &event["requestContext"];
        assert!(context["requestId"].is_string() && context["extendedRequestId"].is_string());
    }
}

#[tokio::test]
async fn an_http_api_takes_any_json_in_format_two() {
    let mut http = http_api();
    http.routes = vec![Route { payload: PayloadFormat::V2, ..to("json", "$default") }];
    let house = house().function("json", |_| Ok(json!({ "a": [1] }))).api(http).open();
    let answer = house.send(request("GET", "/any/path", &[])).await;
    assert_eq!(line(&answer), r#"200 {"a":[1]}"#);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let event: Value = house.last("json");
    assert_eq!(event["routeKey"], "$default");
}
