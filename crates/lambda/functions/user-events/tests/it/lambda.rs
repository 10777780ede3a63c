//! The binary on a Runtime API, with a DynamoDB and a topic.

use lambda_testing::{Answer, Asked, CLIENT, Dynamo, POOL, SUB, Service, Start, trigger};
use serde_json::{Value, json};

const TOPIC: &str = "arn:aws:sns:eu-west-1:000000000000:user-events";

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_user-events"))
        .with("PROFILE_DATA", r#"{"interestingValue": 42}"#)
}

async fn topic() -> Service {
    Service::new(|_: &Asked| Answer {
        status: 200,
        headers: vec![("content-type", "text/xml".to_owned())],
        body: "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
            .to_owned(),
    })
    .await
}

fn attributes() -> Value {
    json!({
        "sub": SUB, "email": "hunter2@example.com", "email_verified": "true",
        "given_name": "Ann", "family_name": "Example", "cognito:user_status": "CONFIRMED",
    })
}

fn confirmed() -> Value {
    let request = json!({ "userAttributes": attributes() });
    trigger("1", "PostConfirmation_ConfirmSignUp", request, json!({}))
}

fn attempted() -> Value {
    let request = json!({ "userAttributes": attributes() });
    trigger("1", "PreAuthentication_Authentication", request, json!({}))
}

fn signed_in() -> Value {
    let request = json!({ "userAttributes": attributes(), "newDeviceUsed": true });
    trigger("1", "PostAuthentication_Authentication", request, json!({}))
}

#[tokio::test]
async fn a_new_user_gets_a_profile_that_the_user_api_can_read_with_what_others_will_hear() {
    let (dynamo, topic) = (Dynamo::new().await, topic().await);
    let events = start()
        .with("PROFILE_TABLE", &dynamo.table)
        .with("USER_EVENTS_TOPIC", TOPIC)
        .given("AWS_ENDPOINT_URL_DYNAMODB", &dynamo.url)
        .given("AWS_ENDPOINT_URL_SNS", &topic.url)
        .run();
    assert_eq!(events.call(&confirmed()).await.unwrap(), confirmed());

    let made = dynamo.profile(SUB).await.unwrap();
    assert_eq!(made.told, 1);
    let made = made.document;
    assert_eq!(made.first_name.unwrap().as_str(), "Ann");
    assert_eq!(made.email.unwrap().as_str(), "hunter2@example.com");
    assert_eq!((made.status.as_str(), made.last_login_at), ("active", None));
    assert_eq!(made.profile.data["interestingValue"], 42);

    assert_eq!(events.call(&signed_in()).await.unwrap(), signed_in());
    let again = dynamo.profile(SUB).await.unwrap();
    // Both events wait beside the profile, for the user API to tell them.
    assert_eq!(again.told, 2);
    let again = again.document;
    assert!(again.last_login_at.is_some());
    assert_eq!(again.created_at, made.created_at);
    assert!(topic.asked().is_empty());

    // What no profile knows of is told at once.
    assert_eq!(events.call(&attempted()).await.unwrap(), attempted());
    let told = topic.asked();
    assert_eq!(told.len(), 1);
    let form = String::from_utf8(told[0].body.to_vec()).unwrap();
    assert!(form.contains("user.sign_in_attempted") && form.contains("Action=Publish"), "{form}");
    assert!(!form.contains("hunter2"), "{form}");

    let lines = events.lines();
    let metrics: Vec<_> = lines.iter().filter(|line| line["_aws"].is_object()).collect();
    assert_eq!(metrics.len(), 3, "{lines:?}");
    assert_eq!((&metrics[0]["SignUps"], &metrics[1]["SignIns"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&metrics[0]["UserPoolId"], &metrics[0]["ClientId"]),
        (&json!(POOL), &json!(CLIENT))
    );
    assert!(!format!("{lines:?}").contains("hunter2"), "{lines:?}");
}

#[tokio::test]
async fn a_profile_that_is_there_stays_and_a_sign_in_never_goes_back() {
    let dynamo = Dynamo::new().await;
    let profile = json!({
        "id": SUB, "firstName": "Anna", "lastLoginAt": "2999-01-01T00:00:00Z",
        "createdAt": "2026-11-21T08:00:00Z", "status": "active",
    });
    dynamo.put(profile).await;
    let before = dynamo.profile(SUB).await.unwrap();
    let events = start()
        .with("PROFILE_TABLE", &dynamo.table)
        .given("AWS_ENDPOINT_URL_DYNAMODB", &dynamo.url)
        .run();
    events.call(&confirmed()).await.unwrap();
    events.call(&signed_in()).await.unwrap();
    let after = dynamo.profile(SUB).await.unwrap().document;
    assert_eq!(after.last_login_at, before.document.last_login_at);
    assert_eq!(
        (after.first_name, after.created_at),
        (before.document.first_name, before.document.created_at)
    );
    // The address is the pool's to say.
    assert_eq!(after.email.unwrap().as_str(), "hunter2@example.com");
    let lines = events.lines();
    assert!(lines.iter().all(|line| line["_aws"].is_object()), "{lines:?}");
}

#[tokio::test]
async fn somebody_without_a_profile_gets_one_at_the_sign_in() {
    let dynamo = Dynamo::new().await;
    let events = start()
        .with("PROFILE_TABLE", &dynamo.table)
        .given("AWS_ENDPOINT_URL_DYNAMODB", &dynamo.url)
        .run();
    events.call(&signed_in()).await.unwrap();
    let made = dynamo.profile(SUB).await.unwrap().document;
    assert!(made.last_login_at.is_some());
}

#[tokio::test]
async fn a_table_and_a_topic_that_are_away_fail_nobody() {
    let events = start()
        .with("PROFILE_TABLE", "profiles")
        .with("USER_EVENTS_TOPIC", TOPIC)
        .with("GIVE_UP_AFTER_MS", "300")
        .given("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .run();
    for event in [confirmed(), signed_in(), attempted()] {
        assert_eq!(events.call(&event).await.unwrap(), event);
    }
    let lines = events.lines();
    let metrics: Vec<_> = lines.iter().filter(|line| line["_aws"].is_object()).collect();
    assert_eq!(metrics[0]["ProfileFailures"], 1);
    assert_eq!(metrics[2]["PublishFailures"], 1);
    assert!(lines.iter().any(|line| line["level"] == "ERROR" && line["sub"] == SUB));
    assert!(!format!("{lines:?}").contains("hunter2"), "{lines:?}");
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    assert!(start().refused().contains("PROFILE_TABLE is missing"));
    let refused = start().with("PROFILE_TABLE", "p").with("USER_EVENTS_TOPIC", "topic").refused();
    assert!(refused.contains("USER_EVENTS_TOPIC is no ARN"), "{refused}");
    let refused = start().with("PROFILE_TABLE", "p").with("PROFILE_DATA", "[]").refused();
    assert!(refused.contains("PROFILE_DATA is no JSON object"), "{refused}");
}
