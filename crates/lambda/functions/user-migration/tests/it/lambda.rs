//! The binary on a Runtime API, with a directory over HTTP and with another user pool.

use lambda_testing::{Answer, Asked, Service, Start, trigger};
use serde_json::{Value, json};

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_user-migration"))
}

fn event(source: &str, password: Option<&str>) -> Value {
    let request = json!({
        "password": password, "validationData": null, "userAttributes": null,
        "clientMetadata": null,
    });
    let response = json!({
        "userAttributes": null, "forceAliasCreation": null, "enableSMSMFA": null,
        "finalUserStatus": null, "messageAction": null, "desiredDeliveryMediums": null,
    });
    let mut event = trigger("1", source, request, response);
    event["userName"] = json!("ann@example.com");
    event
}

fn sign_in(password: &str) -> Value {
    event("UserMigration_Authentication", Some(password))
}

#[tokio::test]
async fn a_directory_is_asked_over_http() {
    let directory = Service::new(|asked: &Asked| {
        let question = asked.json();
        let ann = json!({
            "username": "ann", "attributes": { "email": "ann@example.com", "email_verified": "true" },
        });
        match asked.path.as_str() {
            "/people/find" => Answer::json(&ann),
            "/people/authenticate" if question["password"] == "Correct-Horse7!" => Answer::json(&ann),
            _ => Answer::status(404),
        }
    })
    .await;
    let migration = start()
        .with("DIRECTORY_URL", format!("{}/people/", directory.url))
        .with("DIRECTORY_AUTHORIZATION", "Bearer hunter3")
        .run();

    let brought = migration.call(&sign_in("Correct-Horse7!")).await.unwrap();
    assert_eq!(brought["response"]["finalUserStatus"], "CONFIRMED");
    assert_eq!(brought["response"]["userAttributes"]["email"], "ann@example.com");
    assert!(!brought.to_string().contains("Correct-Horse7!"));
    assert_eq!(directory.asked()[0].headers["authorization"], "Bearer hunter3");

    let forgotten = migration.call(&event("UserMigration_ForgotPassword", None)).await.unwrap();
    assert_eq!(forgotten["response"]["finalUserStatus"], "RESET_REQUIRED");

    let thrown = migration.thrown(&sign_in("hunter2")).await;
    assert_eq!(thrown, "Error: Bad user name or password");
    let lines = format!("{:?}", migration.lines());
    assert!(!lines.contains("hunter") && !lines.contains("ann@"), "{lines}");
}

#[tokio::test]
async fn a_directory_that_is_away_brings_nobody_over() {
    let migration = start().with("DIRECTORY_URL", "http://127.0.0.1:1").run();
    let thrown = migration.thrown(&sign_in("hunter2")).await;
    assert_eq!(thrown, "Error: The user cannot be brought over now");
    let lines = format!("{:?}", migration.lines());
    assert!(lines.contains("there is no connection") && !lines.contains("hunter2"), "{lines}");
}

/// The other pool: `ann`, whose password is right, or needs a second factor, or is of an administrator.
async fn other_pool() -> Service {
    Service::new(|asked: &Asked| {
        let question = asked.json();
        match asked.operation() {
            "AdminInitiateAuth" => match question["AuthParameters"]["PASSWORD"].as_str() {
                Some("Correct-Horse7!") => Answer::json(&json!({
                    "AuthenticationResult": { "AccessToken": "eyJ", "ExpiresIn": 60 },
                    "ChallengeParameters": {},
                })),
                Some("Second-Factor7!") => Answer::json(&json!({
                    "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s", "ChallengeParameters": {},
                })),
                Some("Temporary-One7!") => Answer::json(&json!({
                    "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s",
                    "ChallengeParameters": {},
                })),
                Some("Too-Many-Tries7!") => Answer::error("TooManyRequestsException"),
                _ => Answer::error("NotAuthorizedException"),
            },
            "AdminGetUser" => Answer::json(&json!({
                "Username": "ann", "Enabled": true, "UserStatus": "CONFIRMED",
                "UserAttributes": [
                    { "Name": "sub", "Value": "1" },
                    { "Name": "email", "Value": "ann@example.com" },
                ],
            })),
            _ => Answer::status(500),
        }
    })
    .await
}

#[tokio::test]
async fn another_user_pool_is_asked_through_its_client() {
    let pool = other_pool().await;
    let migration = start()
        .with("DIRECTORY_USER_POOL_ID", "eu-west-1_Other0001")
        .with("DIRECTORY_CLIENT_ID", "client")
        .with("DIRECTORY_CLIENT_SECRET", "secret")
        .given("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &pool.url)
        .run();
    for password in ["Correct-Horse7!", "Second-Factor7!"] {
        let brought = migration.call(&sign_in(password)).await.unwrap();
        let attributes = json!({ "email": "ann@example.com" });
        assert_eq!(brought["response"]["userAttributes"], attributes, "{password}");
    }
    let question = pool.asked()[0].json();
    assert_eq!(question["AuthFlow"], "ADMIN_USER_PASSWORD_AUTH");
    assert_eq!(question["UserPoolId"], "eu-west-1_Other0001");
    // Base64 of HMAC-SHA-256 of name and client under the secret.
    assert_eq!(question["AuthParameters"]["SECRET_HASH"].as_str().unwrap().len(), 44);

    for password in ["hunter2", "Temporary-One7!"] {
        let thrown = migration.thrown(&sign_in(password)).await;
        assert_eq!(thrown, "Error: Bad user name or password", "{password}");
    }
    let thrown = migration.thrown(&sign_in("Too-Many-Tries7!")).await;
    assert_eq!(thrown, "Error: The user cannot be brought over now");
    let lines = format!("{:?}", migration.lines());
    assert!(lines.contains("TooManyRequestsException") && !lines.contains("hunter2"), "{lines}");
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    let both =
        start().with("DIRECTORY_URL", "https://example.com").with("DIRECTORY_USER_POOL_ID", "p");
    for start in [start(), both] {
        let refused = start.refused();
        assert!(refused.contains("is needed, and only one"), "{refused}");
    }
    let refused = start().with("DIRECTORY_USER_POOL_ID", "eu-west-1_Other0001").refused();
    assert!(refused.contains("DIRECTORY_CLIENT_ID is missing"), "{refused}");
    let refused = start().with("DIRECTORY_URL", "http://example.com").refused();
    assert!(refused.contains("DIRECTORY_URL is no https address"), "{refused}");
    let refused = start()
        .with("DIRECTORY_URL", "https://example.com")
        .with("DIRECTORY_AUTHORIZATION", "hunter2\n2")
        .refused();
    assert!(refused.contains("cannot be sent as a header") && !refused.contains("hunter2"));
}
