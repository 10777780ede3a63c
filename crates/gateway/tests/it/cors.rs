//! Preflights and the answers after them.

use crate::house::{
    House, guarded, house, http_api, request, request_authorizer, rest, route, token_authorizer,
    with,
};
use gateway::{Cors, PayloadFormat};
use serde_json::json;

const SITE: &str = "https://app.example.com";

fn cors() -> Cors {
    Cors {
        allow_origins: vec![SITE.into()],
        allow_methods: vec!["GET".into()],
        allow_headers: vec!["authorization".into()],
        expose_headers: vec!["etag".into()],
        max_age: Some(600),
        allow_credentials: true,
    }
}

async fn preflight(house: &House, path: &str, origin: &str) -> http::Response<bytes::Bytes> {
    let headers = [("origin", origin), ("access-control-request-method", "GET")];
    house.send(request("OPTIONS", path, &headers)).await
}

fn http_house() -> House {
    let sources = ["$request.header.Authorization"];
    let authorizer = request_authorizer(&sources, 0, PayloadFormat::V2, true);
    let mut api = with(http_api(), authorizer, vec![guarded("ANY /{proxy+}", "guard")]);
    api.cors = Some(cors());
    house()
        .function("judge", |_| Ok(json!({ "isAuthorized": true })))
        .function("hello", |_| {
            let headers = json!({ "access-control-allow-origin": "*", "x-own": "1" });
            Ok(json!({ "statusCode": 200, "headers": headers, "body": "hello" }))
        })
        .api(api)
        .open()
}

/// GWA-15.
#[tokio::test]
async fn a_preflight_is_answered_without_authorizer_and_function() {
    let house = http_house();
    let answer = preflight(&house, "/a", SITE).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-origin"], SITE);
    assert_eq!(answer.headers()["access-control-allow-credentials"], "true");
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET");
    assert_eq!(answer.headers()["access-control-max-age"], "600");

    let answer = preflight(&house, "/a", "https://evil.example").await;
    assert_eq!(answer.status(), 204);
    assert!(answer.headers().keys().all(|name| !name.as_str().starts_with("access-control-")));
    assert_eq!((house.calls("judge"), house.calls("hello")), (0, 0));
}

#[tokio::test]
async fn an_http_api_writes_the_cors_headers_of_every_answer() {
    let house = http_house();
    for (origin, allowed) in [(SITE, true), ("https://evil.example", false)] {
        for headers in [vec![("origin", origin), ("authorization", "t")], vec![("origin", origin)]]
        {
            let answer = house.send(request("GET", "/a", &headers)).await;
            let allows = answer.headers().get("access-control-allow-origin");
            assert_eq!(allows.map(|value| value == SITE), allowed.then_some(true));
            let credentials = answer.headers().get("access-control-allow-credentials");
            assert_eq!(credentials.is_some(), allowed);
        }
    }
}

#[tokio::test]
async fn a_rest_api_answers_options_on_its_paths_and_leaves_the_rest_to_functions() {
    let routes =
        vec![guarded("GET /a", "guard"), guarded("ANY /any", "guard"), route("OPTIONS /own")];
    let mut api = with(rest(), token_authorizer(0), routes);
    api.cors = Some(Cors { allow_methods: Vec::new(), ..cors() });
    let house = house().function("judge", |_| Ok(json!(null))).api(api).open();
    let answer = preflight(&house, "/a", SITE).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET,OPTIONS");
    assert_eq!(preflight(&house, "/any", SITE).await.status(), 200);
    assert_eq!(preflight(&house, "/unknown", SITE).await.status(), 403);
    assert_eq!((house.calls("judge"), house.calls("hello")), (0, 0));
    assert_eq!(preflight(&house, "/own", SITE).await.status(), 200);
    assert_eq!(house.calls("hello"), 1);
    let answer = house.send(request("GET", "/a", &[("origin", SITE)])).await;
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().get("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn any_site_with_credentials_is_not_a_configuration() {
    let mut api = http_api();
    api.cors = Some(Cors { allow_origins: vec!["*".into()], ..cors() });
    assert!(house().api(api).try_open().err().unwrap().problem.contains("credentials"));
}
