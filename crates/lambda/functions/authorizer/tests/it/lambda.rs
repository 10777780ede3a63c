//! The binary on a Runtime API, with a pool that publishes its keys.

use lambda_testing::{Answer, Asked, CLIENT, Lambda, PoolKeys, Service, Start};
use serde_json::{Value, json};
use std::sync::Arc;

const ARN: &str = "arn:aws:execute-api:eu-west-1:000000000000:a1b2c3/v1/GET/items/7";

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_authorizer"))
}

async fn pool(keys: Arc<PoolKeys>) -> Service {
    Service::new(move |asked: &Asked| match asked.path.as_str() {
        "/pool/.well-known/jwks.json" => Answer::json(&keys.published()),
        _ => Answer::status(404),
    })
    .await
}

fn token_event(token: &str) -> Value {
    json!({ "type": "TOKEN", "authorizationToken": format!("Bearer {token}"), "methodArn": ARN })
}

fn request_event(token: &str) -> Value {
    json!({
        "version": "1.0", "type": "REQUEST", "methodArn": ARN, "identitySource": "",
        "authorizationToken": "", "resource": "/items/{id}", "path": "/items/7",
        "httpMethod": "GET", "headers": { "Authorization": format!("Bearer {token}") },
        "multiValueHeaders": { "Authorization": [format!("Bearer {token}")] },
        "queryStringParameters": {}, "pathParameters": { "id": "7" }, "stageVariables": {},
        "requestContext": {
            "accountId": "000000000000", "apiId": "a1b2c3", "httpMethod": "GET", "stage": "v1",
            "path": "/v1/items/7", "requestId": "c6af9ac6", "resourceId": "123456",
            "resourcePath": "/items/{id}", "identity": { "sourceIp": "192.0.2.1" },
        },
    })
}

fn authorizer(service: &Service) -> Lambda {
    start().with("ISSUER", format!("{}/pool", service.url)).with("CLIENT_IDS", CLIENT).run()
}

#[tokio::test]
async fn who_bears_a_good_token_is_let_in_and_the_keys_are_fetched_once() {
    let keys = Arc::new(PoolKeys::new("one"));
    let service = pool(keys.clone()).await;
    let authorizer = authorizer(&service);
    let token = keys.access_token(&format!("{}/pool", service.url), json!({}));

    let answer = authorizer.call(&token_event(&token)).await.unwrap();
    assert_eq!(answer["principalId"], lambda_testing::SUB);
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Allow");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Resource"], json!([ARN]));
    assert_eq!(answer["context"]["groups"], "readers");

    assert_eq!(authorizer.call(&request_event(&token)).await.unwrap(), answer);
    assert_eq!(service.asked().len(), 1);
    assert_eq!(service.asked()[0].method, "GET");
}

#[tokio::test]
async fn everybody_else_reads_one_word_and_the_log_nothing() {
    let keys = Arc::new(PoolKeys::new("one"));
    let service = pool(keys.clone()).await;
    let authorizer = authorizer(&service);
    let issuer = format!("{}/pool", service.url);
    for token in [
        "garbage".to_owned(),
        keys.access_token("https://example.com/pool", json!({})),
        keys.access_token(&issuer, json!({ "token_use": "id" })),
        keys.access_token(&issuer, json!({ "exp": 1 })),
        keys.access_token(&issuer, json!({ "client_id": "other" })),
        PoolKeys::new("one").access_token(&issuer, json!({})),
        PoolKeys::new("two").access_token(&issuer, json!({})),
    ] {
        assert_eq!(authorizer.thrown(&token_event(&token)).await, "Unauthorized: Unauthorized");
    }
    let lines = authorizer.lines();
    assert!(!lines.iter().any(|line| line.to_string().contains("eyJ")), "{lines:?}");
    // An unknown key makes it look once more at most, within half a minute.
    assert!(service.asked().len() <= 2);
}

#[tokio::test]
async fn without_keys_nobody_is_let_in_and_the_log_says_why() {
    let service = Service::new(|_: &Asked| Answer::status(500)).await;
    let authorizer = authorizer(&service);
    let token = PoolKeys::new("one").access_token(&format!("{}/pool", service.url), json!({}));
    let thrown = authorizer.thrown(&token_event(&token)).await;
    assert_eq!(thrown, "Unavailable: the key set cannot be reached");
    let lines = authorizer.lines();
    let error = lines.iter().find(|line| line["cause"].is_string()).unwrap();
    assert_eq!(error["level"], "ERROR");
    assert_eq!(error["requestId"], "6bc28136-xmpl-4365-b021-0ce6b2e64ab0");
    assert!(error["cause"].as_str().unwrap().contains("status 500"));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_long_answer_not_read() {
    let elsewhere = Service::new(|_: &Asked| Answer::status(200)).await;
    let url = elsewhere.url.clone();
    let service = Service::new(move |_: &Asked| Answer {
        status: 302,
        headers: vec![("location", url.clone())],
        body: String::new(),
    })
    .await;
    let token = PoolKeys::new("one").access_token(&format!("{}/pool", service.url), json!({}));
    let thrown = authorizer(&service).thrown(&token_event(&token)).await;
    assert!(thrown.starts_with("Unavailable"));
    assert!(elsewhere.asked().is_empty());

    let service = Service::new(|_: &Asked| Answer {
        status: 200,
        headers: Vec::new(),
        body: " ".repeat(300 * 1024),
    })
    .await;
    let authorizer = authorizer(&service);
    assert!(authorizer.thrown(&token_event(&token)).await.starts_with("Unavailable"));
    assert!(
        authorizer
            .lines()
            .iter()
            .any(|line| { line["cause"].as_str().is_some_and(|cause| cause.contains("too long")) })
    );
}

#[tokio::test]
async fn an_event_that_is_none_is_an_error_object_that_quotes_nothing() {
    let service = pool(Arc::new(PoolKeys::new("one"))).await;
    let thrown = authorizer(&service).thrown(&json!({ "type": "hunter2" })).await;
    assert!(thrown.starts_with("Runtime.UnmarshalError: ") && !thrown.contains("hunter2"));
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    assert_eq!(
        start().refused(),
        "the function cannot start: the environment variable ISSUER is missing"
    );
    let refused = start().with("ISSUER", "http://example.com/pool").refused();
    assert!(refused.contains("ISSUER is no https address"), "{refused}");
    let refused = start().with("ISSUER", "https://example.com/p").with("CLIENT_IDS", ",").refused();
    assert!(refused.contains("CLIENT_IDS is empty"), "{refused}");
}
