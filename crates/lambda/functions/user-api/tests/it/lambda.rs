//! The binary on a Runtime API, with a DynamoDB and a user pool.

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_testing::{Answer, Asked, Dynamo, Lambda, POOL, SUB, Service, Start};
use serde_json::{Value, json};

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_user-api"))
}

fn api(dynamo: &Dynamo, pool: &Service) -> Lambda {
    start()
        .with("PROFILE_TABLE", &dynamo.table)
        .with("USER_POOL_ID", POOL)
        .given("AWS_ENDPOINT_URL_DYNAMODB", &dynamo.url)
        .given("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &pool.url)
        .run()
}

async fn pool() -> Service {
    Service::new(|_: &Asked| Answer::json(&json!({}))).await
}

fn request(method: &str, path: &str) -> Value {
    json!({
        "resource": path, "path": path, "httpMethod": method, "headers": {},
        "multiValueHeaders": {}, "queryStringParameters": null,
        "multiValueQueryStringParameters": null, "pathParameters": null, "stageVariables": null,
        "requestContext": {
            "accountId": "000000000000", "apiId": "a1b2c3", "stage": "v1", "httpMethod": method,
            "path": path, "requestId": "c6af9ac6", "resourceId": "123456", "resourcePath": path,
            "identity": { "sourceIp": "192.0.2.1" },
            "authorizer": { "claims": { "sub": SUB } },
        },
        "body": null, "isBase64Encoded": false,
    })
}

async fn ask(api: &Lambda, method: &str, path: &str) -> (u64, Value) {
    let answer = api.call(&request(method, path)).await.unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_u64().unwrap(), body)
}

async fn with_ann(status: &str) -> Dynamo {
    let dynamo = Dynamo::new().await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let item = [
        ("id", text(SUB)),
        ("firstName", text("Ann")),
        ("createdAt", text("2026-11-21T08:00:00.000Z")),
        ("status", text(status)),
        ("own", text("of another app")),
    ];
    dynamo.put(&item).await;
    dynamo
}

fn status_path(status: &str) -> String {
    format!("/public/user/{SUB}/status/{status}")
}

fn operations(pool: &Service) -> Vec<String> {
    pool.asked().iter().map(|asked| asked.operation().to_owned()).collect()
}

#[tokio::test]
async fn a_profile_is_read_from_the_table() {
    let (dynamo, pool) = (with_ann("active").await, pool().await);
    let api = api(&dynamo, &pool);
    let (status, profile) = ask(&api, "GET", "/public/user/me").await;
    assert_eq!((status, &profile["firstName"]), (200, &json!("Ann")));
    assert_eq!(ask(&api, "GET", "/public/user/00000000-0000-4000-8000-000000000000").await.0, 404);
    assert_eq!(ask(&api, "GET", "/health").await.0, 200);
}

#[tokio::test]
async fn who_is_suspended_is_kept_out_of_the_pool_and_let_in_again() {
    let (dynamo, pool) = (with_ann("active").await, pool().await);
    let api = api(&dynamo, &pool);
    let (status, profile) = ask(&api, "PATCH", &status_path("suspended")).await;
    assert_eq!((status, &profile["status"]), (200, &json!("suspended")));
    assert_eq!(operations(&pool), ["AdminDisableUser", "AdminUserGlobalSignOut"]);
    assert_eq!(pool.asked()[0].json(), json!({ "UserPoolId": POOL, "Username": SUB }));
    let item = dynamo.item(SUB).await.unwrap();
    assert_eq!(item["status"].as_s().unwrap(), "suspended");
    assert!(item.contains_key("own"));

    assert_eq!(ask(&api, "PATCH", &status_path("active")).await.0, 200);
    assert_eq!(operations(&pool).last().unwrap(), "AdminEnableUser");
    assert_eq!(ask(&api, "PATCH", &status_path("happy")).await.0, 400);
}

#[tokio::test]
async fn nothing_leads_out_of_closed_and_the_pool_is_not_asked() {
    let (dynamo, pool) = (with_ann("closed").await, pool().await);
    let api = api(&dynamo, &pool);
    assert_eq!(ask(&api, "PATCH", &status_path("active")).await.0, 409);
    assert!(operations(&pool).is_empty());
}

#[tokio::test]
async fn an_account_that_cannot_be_changed_leaves_the_profile() {
    let dynamo = with_ann("active").await;
    let pool = Service::new(|asked: &Asked| match asked.operation() {
        "AdminUserGlobalSignOut" => Answer::error("TooManyRequestsException"),
        _ => Answer::json(&json!({})),
    })
    .await;
    let api = api(&dynamo, &pool);
    assert_eq!(ask(&api, "PATCH", &status_path("suspended")).await.0, 500);
    assert_eq!(dynamo.item(SUB).await.unwrap()["status"].as_s().unwrap(), "active");
    // The first step is undone.
    assert_eq!(operations(&pool).last().unwrap(), "AdminEnableUser");
}

#[tokio::test]
async fn a_profile_that_cannot_be_written_leaves_the_account() {
    let pool = pool().await;
    let table = Service::new(|asked: &Asked| match asked.operation() {
        "GetItem" => Answer::json(&json!({ "Item": {
            "id": { "S": SUB }, "createdAt": { "S": "2026-11-21T08:00:00Z" },
            "status": { "S": "active" },
        }})),
        _ => Answer::error("AccessDeniedException"),
    })
    .await;
    let api = start()
        .with("PROFILE_TABLE", "profiles")
        .with("USER_POOL_ID", POOL)
        .given("AWS_ENDPOINT_URL_DYNAMODB", &table.url)
        .given("AWS_ENDPOINT_URL", &pool.url)
        .run();
    assert_eq!(ask(&api, "PATCH", &status_path("suspended")).await.0, 500);
    let expected = ["AdminDisableUser", "AdminUserGlobalSignOut", "AdminEnableUser"];
    assert_eq!(operations(&pool), expected);
}

#[tokio::test]
async fn a_user_who_was_deleted_can_still_be_closed() {
    let dynamo = with_ann("active").await;
    let pool = Service::new(|_: &Asked| Answer::error("UserNotFoundException")).await;
    let api = api(&dynamo, &pool);
    assert_eq!(ask(&api, "PATCH", &status_path("closed")).await.0, 200);
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    assert!(start().refused().contains("PROFILE_TABLE is missing"));
    assert!(start().with("PROFILE_TABLE", "p").refused().contains("USER_POOL_ID is missing"));
    let refused = start().with("PROFILE_TABLE", "p").with("USER_POOL_ID", "?").refused();
    assert!(refused.contains("USER_POOL_ID is no id of a user pool"), "{refused}");
}
