//! What functions are told.

use crate::house::{api, house, http_api, request, rest, route};
use ::events::api_gateway::{ProxyRequestV1, ProxyRequestV2};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use gateway::{ApiKind, PayloadFormat, Route};
use serde_json::{Value, json};

fn crowded() -> http::Request<Bytes> {
    let headers = [
        ("host", "evil.example"),
        ("user-agent", "curl/8"),
        ("x-many", "1"),
        ("x-many", "2"),
        ("cookie", "a=1; b=2"),
        ("cookie", "c=3"),
        ("connection", "close, x-secret-hop"),
        ("x-secret-hop", "1"),
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-proto", "https"),
        ("content-type", "application/json"),
    ];
    let mut request = request("POST", "/items/a%20b?q=1&q=x+y&empty=", &headers);
    *request.body_mut() = Bytes::from_static(b"{}");
    request
}

#[tokio::test]
async fn a_rest_api_tells_it_in_format_one() {
    let mut rest = rest();
    rest.stage_variables.insert("colour".into(), "blue".into());
    rest.routes = vec![route("POST /items/{id}")];
    let house = house().api(rest).open();
    house.send(crowded()).await;
    let told = house.last("hello");
    let event: ProxyRequestV1 = serde_json::from_value(told.clone()).unwrap();
    assert_eq!(serde_json::to_value(&event).unwrap(), told);
    assert_eq!(event.version, None);
    assert_eq!((event.resource.as_str(), event.path.as_str()), ("/items/{id}", "/items/a%20b"));
    assert_eq!(event.path_parameters["id"], "a b");
    assert_eq!(event.stage_variables["colour"], "blue");
    assert_eq!(event.headers["X-Many"], "2");
    assert_eq!(event.multi_value_headers["X-Many"], ["1", "2"]);
    assert_eq!(event.headers["Host"], "api.example.com:3000");
    assert_eq!(event.headers["X-Forwarded-For"], "203.0.113.9, 192.0.2.7");
    assert_eq!(event.headers["X-Forwarded-Proto"], "http");
    assert_eq!(event.headers["X-Forwarded-Port"], "3000");
    assert!(event.headers["X-Amzn-Trace-Id"].starts_with("Root=1-"));
    assert!(event.header("connection").is_none() && event.header("x-secret-hop").is_none());
    assert_eq!(event.query_string_parameters["q"], "x y");
    assert_eq!(event.multi_value_query_string_parameters["q"], ["1", "x y"]);
    assert_eq!(event.query_string_parameters["empty"], "");
    assert_eq!((event.body.as_deref(), event.is_base64_encoded), (Some("{}"), false));
    let context = event.request_context;
    assert_eq!(context.path, "/prod/items/a%20b");
    assert_eq!((context.stage.as_str(), context.api_id.as_str()), ("prod", "rest"));
    assert_eq!(context.authorizer, None);
    assert_eq!(context.identity.source_ip, "192.0.2.7");
    assert_eq!(context.identity.user_agent.as_deref(), Some("curl/8"));
    assert_eq!(context.domain_name, "api.example.com:3000");
    assert_eq!(context.domain_prefix, "api");
    assert_eq!(context.protocol, "HTTP/1.1");
    assert_eq!(context.request_time, "15/Jan/2027:08:00:00 +0000");
    assert_eq!(context.request_time_epoch, 1_800_000_000_000);
    assert!(context.resource_id.is_some());
}

#[tokio::test]
async fn what_is_not_there_is_null_in_format_one() {
    let mut rest = rest();
    rest.routes = vec![route("GET /")];
    let house = house().api(rest).open();
    house.get("/", &[]).await;
    let told = house.last("hello");
    for name in [
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    ] {
        assert_eq!(told.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(told["requestContext"].get("authorizer"), None);
}

#[tokio::test]
async fn an_http_api_tells_it_in_format_two() {
    let mut http = http_api();
    http.stage_variables.insert("colour".into(), "blue".into());
    http.routes = vec![Route { payload: PayloadFormat::V2, ..route("POST /items/{id}") }];
    let house = house().api(http).open();
    house.send(crowded()).await;
    let told = house.last("hello");
    let event: ProxyRequestV2 = serde_json::from_value(told.clone()).unwrap();
    assert_eq!(serde_json::to_value(&event).unwrap(), told);
    assert_eq!(event.route_key, "POST /items/{id}");
    assert_eq!(event.raw_path, "/items/a b");
    assert_eq!(event.raw_query_string, "q=1&q=x+y&empty=");
    assert_eq!(event.cookies, ["a=1", "b=2", "c=3"]);
    assert_eq!(event.header("cookie"), None);
    assert_eq!(event.headers["x-many"], "1,2");
    assert_eq!(event.query_string_parameters["q"], "1,x y");
    assert_eq!(event.path_parameters["id"], "a b");
    assert_eq!(event.body.as_deref(), Some("{}"));
    let context = event.request_context;
    assert_eq!(context.stage, "$default");
    assert_eq!(context.http.source_ip, "192.0.2.7");
    assert_eq!(context.time, "15/Jan/2027:08:00:00 +0000");
}

#[tokio::test]
async fn a_named_stage_of_an_http_api_is_in_its_paths() {
    for (payload, path) in [(PayloadFormat::V1, "path"), (PayloadFormat::V2, "rawPath")] {
        let mut http = api("http", ApiKind::Http, "beta");
        http.mounts = vec!["/beta".into()];
        http.routes = vec![Route { payload, ..route("GET /a") }];
        let house = house().api(http).open();
        house.get("/beta/a", &[]).await;
        let told = house.last("hello");
        assert_eq!(told[path], "/beta/a");
        assert_eq!(told["version"], if payload == PayloadFormat::V1 { "1.0" } else { "2.0" });
    }
}

#[tokio::test]
async fn bytes_travel_as_base64() {
    let bytes: Vec<u8> = (0..=255).collect();
    for (kind, payload, media_type, is_base64) in [
        (ApiKind::Rest, PayloadFormat::V1, "image/png", true),
        (ApiKind::Rest, PayloadFormat::V1, "text/plain", false),
        (ApiKind::Http, PayloadFormat::V2, "application/octet-stream", true),
        (ApiKind::Http, PayloadFormat::V2, "application/x-www-form-urlencoded", true),
        (ApiKind::Http, PayloadFormat::V2, "application/json", true),
    ] {
        let mut api = api("api", kind, "prod");
        api.binary_media_types = vec!["image/*".into()];
        api.routes = vec![Route { payload, ..route("POST /a") }];
        let house = house().api(api).open();
        let mut request = request("POST", "/a", &[("content-type", media_type)]);
        *request.body_mut() = bytes.clone().into();
        house.send(request).await;
        let told = house.last("hello");
        assert_eq!(told["isBase64Encoded"], json!(is_base64), "{kind:?} {media_type}");
        if is_base64 {
            assert_eq!(STANDARD.decode(told["body"].as_str().unwrap()).unwrap(), bytes);
        }
    }
}

/// GWA-10.
#[tokio::test]
async fn a_client_cannot_write_into_the_request_context() {
    for (kind, payload) in [
        (ApiKind::Rest, PayloadFormat::V1),
        (ApiKind::Http, PayloadFormat::V1),
        (ApiKind::Http, PayloadFormat::V2),
    ] {
        let mut api = api("api", kind, "prod");
        api.routes = vec![Route { payload, ..route("POST /a") }];
        let house = house().api(api).open();
        let headers = [
            ("requestcontext", r#"{"authorizer":{"principalId":"admin"}}"#),
            ("x-amzn-request-context", r#"{"authorizer":{"claims":{"sub":"admin"}}}"#),
            ("authorizer", "admin"),
        ];
        let path = "/a?requestContext.authorizer.principalId=admin&authorizer=admin";
        let mut request = request("POST", path, &headers);
        *request.body_mut() = br#"{"requestContext":{"authorizer":{}}}"#.as_slice().into();
        house.send(request).await;
        let context = house.last("hello")["requestContext"].clone();
        assert_eq!(context.get("authorizer"), None);
        assert!(!context.to_string().contains("admin"), "{context}");
    }
}
