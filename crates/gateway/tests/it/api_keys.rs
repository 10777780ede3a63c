//! API keys of REST APIs.

use crate::house::{allow, guarded, house, http_api, rest, route, token_authorizer, with};
use gateway::{ApiKey, ApiKeySource, Route, UsagePlan};
use serde_json::json;

const FORBIDDEN: &str = r#"403 ForbiddenException {"message":"Forbidden"}"#;
const VALUE: &str = "abcdefghijklmnopqrst";

/// A usage plan without limits.
fn plan(keys: &[(&str, &str)]) -> Vec<UsagePlan> {
    let keys = keys.iter().map(|(id, value)| ApiKey::new(*id, value)).collect();
    vec![UsagePlan { id: "plan".to_owned(), keys, ..UsagePlan::default() }]
}

#[tokio::test]
async fn a_route_that_asks_for_a_key_takes_a_whole_key_from_the_header() {
    let mut rest = rest();
    rest.usage_plans = plan(&[("other", "xxxxxxxxxxxxxxxxxxxx"), ("one", VALUE)]);
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
    api.usage_plans = plan(&[("one", VALUE)]);
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
    api.usage_plans = plan(&[("one", VALUE)]);
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

#[tokio::test]
async fn a_disabled_key_opens_nothing_and_a_key_is_in_one_plan_of_a_stage() {
    let mut rest = rest();
    rest.usage_plans = vec![
        UsagePlan {
            id: "a".to_owned(),
            keys: vec![ApiKey::new("one", VALUE).disabled()],
            ..UsagePlan::default()
        },
        UsagePlan { id: "b".to_owned(), ..UsagePlan::default() },
    ];
    rest.routes = vec![Route { api_key_required: true, ..route("GET /a") }];
    let mut twice = rest.clone();
    let house = house().api(rest).open();
    assert_eq!(house.get("/a", &[("x-api-key", VALUE)]).await, FORBIDDEN);
    twice.usage_plans[1].keys = vec![ApiKey::new("one", VALUE)];
    let problem = crate::house::house().api(twice).try_open().err().unwrap().to_string();
    assert!(problem.contains("two usage plans") && !problem.contains(VALUE), "{problem}");
}
