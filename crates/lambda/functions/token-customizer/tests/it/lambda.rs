//! The binary on a Runtime API, with a DynamoDB.

use lambda_testing::{Answer, Asked, Dynamo, Lambda, SUB, Service, Start, trigger};
use serde_json::{Value, json};

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_token-customizer"))
        .with(
            "CLAIM_MAP",
            r#"{"id": {"first_name": "firstName"}, "access": {"answer": "profile.data.answer"}}"#,
        )
        .with("GROUP_SCOPES", r#"{"readers": ["users/read"]}"#)
}

fn customizer(endpoint: &str, table: &str) -> Lambda {
    start().with("PROFILE_TABLE", table).given("AWS_ENDPOINT_URL_DYNAMODB", endpoint).run()
}

fn event() -> Value {
    trigger(
        "2",
        "TokenGeneration_Authentication",
        json!({
            "userAttributes": { "sub": SUB, "email": "ann@example.com" },
            "groupConfiguration": { "groupsToOverride": ["readers"], "iamRolesToOverride": [] },
            "scopes": ["aws.cognito.signin.user.admin"],
        }),
        json!({ "claimsAndScopeOverrideDetails": null }),
    )
}

#[tokio::test]
async fn claims_come_from_the_profile_and_scopes_from_the_groups() {
    let dynamo = Dynamo::new().await;
    let profile = json!({
        "id": SUB, "firstName": "Ann", "createdAt": "2026-11-21T08:00:00Z", "status": "active",
        "profile": { "data": { "answer": 42 } },
    });
    dynamo.put(profile).await;
    let customizer = customizer(&dynamo.url, &dynamo.table);
    let answer = customizer.call(&event()).await.unwrap();
    let details = &answer["response"]["claimsAndScopeOverrideDetails"];
    assert_eq!(
        details["idTokenGeneration"]["claimsToAddOrOverride"],
        json!({ "first_name": "Ann" })
    );
    let access = &details["accessTokenGeneration"];
    assert_eq!(access["claimsToAddOrOverride"], json!({ "answer": 42 }));
    assert_eq!(access["scopesToAdd"], json!(["users/read"]));
    assert!(customizer.lines().is_empty(), "{:?}", customizer.lines());
}

#[tokio::test]
async fn a_user_without_a_profile_signs_in_without_its_claims() {
    let dynamo = Dynamo::new().await;
    let answer = customizer(&dynamo.url, &dynamo.table).call(&event()).await.unwrap();
    let details = &answer["response"]["claimsAndScopeOverrideDetails"];
    assert!(details["idTokenGeneration"].get("claimsToAddOrOverride").is_none());
    assert_eq!(details["accessTokenGeneration"]["scopesToAdd"], json!(["users/read"]));
}

#[tokio::test]
async fn a_table_that_cannot_be_read_makes_no_tokens_and_one_line() {
    let dynamo = Dynamo::new().await;
    let customizer = customizer(&dynamo.url, "no-such-table");
    assert_eq!(customizer.thrown(&event()).await, "Unavailable: the profiles cannot be reached");
    let lines = customizer.lines();
    let errors: Vec<_> = lines.iter().filter(|line| line["cause"].is_string()).collect();
    assert_eq!(errors.len(), 1, "{lines:?}");
    assert!(errors[0]["cause"].as_str().unwrap().contains("ResourceNotFoundException"));
}

#[tokio::test]
async fn what_the_service_says_of_a_user_is_not_logged() {
    let service = Service::new(|_: &Asked| Answer::error("AccessDeniedException")).await;
    let customizer = customizer(&service.url, "profiles");
    assert_eq!(customizer.thrown(&event()).await, "Unavailable: the profiles cannot be reached");
    let lines = format!("{:?}", customizer.lines());
    assert!(lines.contains("AccessDeniedException") && !lines.contains("hunter2"), "{lines}");
    let asked = service.asked();
    assert_eq!(asked[0].operation(), "GetItem");
    assert_eq!(asked[0].json()["ConsistentRead"], true);
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    assert_eq!(
        start().refused(),
        "the function cannot start: the environment variable PROFILE_TABLE is missing"
    );
    let refused = start().with("PROFILE_TABLE", "p").with("CLAIM_MAP", "{").refused();
    assert!(refused.contains("CLAIM_MAP is not the JSON that is expected"), "{refused}");
    let refused = start().with("PROFILE_TABLE", "p").given("AWS_REGION", "x").refused();
    assert!(refused.contains("Runtime API"), "{refused}");
}
