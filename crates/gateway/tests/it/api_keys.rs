//! API keys of REST APIs.

use crate::house::{allow, guarded, house, http_api, rest, route, token_authorizer, with};
use gateway::{ApiKey, ApiKeySource, Route};
use serde_json::json;

const FORBIDDEN: &str = r#"403 ForbiddenException {"message":"Forbidden"}"#;
const VALUE: &str = "abcdefghijklmnopqrst";

#[tokio::test]
async fn a_route_that_asks_for_a_key_takes_a_whole_key_from_the_header() {
    let mut rest = rest();
    rest.api_keys = vec![ApiKey::new("other", "x".repeat(20).as_str()), ApiKey::new("one", VALUE)];
    rest.routes = vec![Route { api_key_required: true, ..route("GET /a") }, route("GET /b")];
    let house = house().api(rest).open();
    assert_eq!(house.get("/b", &[]).await, "200 hello");
    assert_eq!(house.last("hello")["requestContext"]["identity"].get("apiKey"), None);
    assert_eq!(house.get("/a", &[("x-api-key", VALUE)]).await, "200 hello");
    let identity = house.last("hello")["requestContext"]["identity"].clone();
    assert_eq!((&identity["apiKey"], &identity["apiKeyId"]), (&json!(VALUE), &json!("one")));
    for bad in ["", "abcdefghijklmnopqrs", "abcdefghijklmnopqrstu", "one"] {
        assert_eq!(house.get("/a", &[("x-api-key", bad)]).await, FORBIDDEN, "{bad}");
    }
    assert_eq!(house.get("/a", &[]).await, FORBIDDEN);
    assert_eq!(house.get(&format!("/a?x-api-key={VALUE}"), &[]).await, FORBIDDEN);
    let twice = [("x-api-key", VALUE), ("x-api-key", "x")];
    assert_eq!(house.get("/a", &twice).await, FORBIDDEN);
}

#[tokio::test]
async fn an_authorizer_may_say_the_key() {
    let mut api = with(
        rest(),
        token_authorizer(0),
        vec![Route { api_key_required: true, ..guarded("GET /a", "guard") }],
    );
    api.api_keys = vec![ApiKey::new("one", VALUE)];
    api.api_key_source = ApiKeySource::Authorizer;
    let house = house()
        .function("judge", |event| {
            let mut answer = allow(&["*"]);
            if event["authorizationToken"] == "with" {
                answer["usageIdentifierKey"] = json!(VALUE);
            }
            Ok(answer)
        })
        .api(api)
        .open();
    assert_eq!(house.get("/a", &[("authorization", "with")]).await, "200 hello");
    let headers = [("authorization", "without"), ("x-api-key", VALUE)];
    assert_eq!(house.get("/a", &headers).await, FORBIDDEN);
}

#[tokio::test]
async fn the_authorizer_comes_before_the_key() {
    let mut api = with(
        rest(),
        token_authorizer(0),
        vec![Route { api_key_required: true, ..guarded("GET /a", "guard") }],
    );
    api.api_keys = vec![ApiKey::new("one", VALUE)];
    let house = house().function("judge", |_| Ok(allow(&["*"]))).api(api).open();
    assert!(house.get("/a", &[("x-api-key", VALUE)]).await.starts_with("401 "));
    assert_eq!(house.get("/a", &[("authorization", "t")]).await, FORBIDDEN);
}

#[tokio::test]
async fn an_http_api_has_no_keys() {
    let mut http = http_api();
    http.routes = vec![Route { api_key_required: true, ..route("GET /a") }];
    assert!(house().api(http).try_open().is_err());
}
