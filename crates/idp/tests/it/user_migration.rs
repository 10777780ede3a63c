//! Somebody who is known elsewhere comes over at the first sign-in, or to set a new password.

use crate::*;
use std::sync::{Arc, Mutex};

async fn house_with(
    pool: Value,
    client: Value,
    response: Value,
) -> (House, Arc<Mutex<Vec<Value>>>) {
    let house = House::with(pool, client).await;
    let heard = migrating(&house, response).await;
    (house, heard)
}

async fn migrating(house: &House, response: Value) -> Arc<Mutex<Vec<Value>>> {
    let (arn, heard) = house.listener("f", response);
    house.update_pool(json!({ "LambdaConfig": { "UserMigration": arn } })).await.ok();
    heard
}

fn known(status: &str) -> Value {
    json!({ "userAttributes": { "email": "Ann@example.com", "email_verified": "true", "name": "Ann" },
        "finalUserStatus": status, "messageAction": "SUPPRESS" })
}

fn one_event(house: &House, heard: &Mutex<Vec<Value>>) -> Value {
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 1);
    let mut event = heard[0].clone();
    assert_eq!(event["userPoolId"], house.pool);
    assert_eq!(event["callerContext"]["clientId"], house.client);
    for moving in ["userPoolId", "callerContext"] {
        event.as_object_mut().unwrap().remove(moving);
    }
    event
}

#[tokio::test]
async fn a_user_comes_over_with_the_first_sign_in() {
    let (house, heard) = house_with(json!({}), json!({}), known("CONFIRMED")).await;
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "Ann", "PASSWORD": "short" },
        "ClientMetadata": { "from": "web" } });
    let tokens = SignedIn::of(&house.call_unsigned("InitiateAuth", input).await.ok());
    let id = house.verified(&tokens.id).await;
    assert_eq!((&id["email"], &id["email_verified"]), (&json!("Ann@example.com"), &json!(true)));
    expect![[r#"
        {
          "region": "eu-west-1",
          "request": {
            "clientMetadata": null,
            "password": "short",
            "validationData": {
              "from": "web"
            }
          },
          "response": {
            "desiredDeliveryMediums": null,
            "enableSMSMFA": null,
            "finalUserStatus": null,
            "forceAliasCreation": null,
            "messageAction": null,
            "userAttributes": null
          },
          "triggerSource": "UserMigration_Authentication",
          "userName": "Ann",
          "version": "1"
        }"#]]
    .assert_eq(&pretty(&one_event(&house, &heard)));
    let user = house.look_at("ann").await;
    assert_eq!((&user["Username"], &user["UserStatus"]), (&json!("ann"), &json!("CONFIRMED")));
    assert!(house.mailbox.is_empty());

    // From now on the user is here, and the function is not asked.
    house.srp_sign_in("ann", "short").await.ok();
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&house.sign_in("ann", "Wrong-Horse7!").await.line());
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn administrators_bring_users_over_too() {
    let (house, _) = house_with(json!({}), json!({}), known("CONFIRMED")).await;
    let input = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD } });
    SignedIn::of(&house.call("AdminInitiateAuth", input).await.ok());
}

#[tokio::test]
async fn without_a_password_nobody_comes_over() {
    let (house, heard) = house_with(json!({}), json!({}), known("CONFIRMED")).await;
    let (begun, _) = house.begin_srp("ann").await;
    expect!["400 UserNotFoundException: User does not exist."].assert_eq(&begun.line());
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn who_must_choose_another_password_is_told_so() {
    for status in [json!("RESET_REQUIRED"), json!(null)] {
        let mut response = known("");
        response["finalUserStatus"] = status;
        let (house, heard) = house_with(json!({}), json!({}), response).await;
        for _ in 0..2 {
            expect!["400 PasswordResetRequiredException: Password reset required for the user"]
                .assert_eq(&house.sign_in("ann", PASSWORD).await.line());
        }
        assert_eq!(heard.lock().unwrap().len(), 1);
        expect!["400 NotAuthorizedException: Incorrect username or password."]
            .assert_eq(&house.sign_in("ann", "Wrong-Horse7!").await.line());
        assert_eq!(house.look_at("ann").await["UserStatus"], "RESET_REQUIRED");
    }
}

#[tokio::test]
async fn a_forgotten_password_brings_a_user_over() {
    let (house, heard) = house_with(json!({}), json!({}), known("RESET_REQUIRED")).await;
    let input = json!({ "ClientId": house.client, "Username": "ann",
        "ClientMetadata": { "from": "web" } });
    house.call_unsigned("ForgotPassword", input).await.ok();
    let event = one_event(&house, &heard);
    assert_eq!(event["triggerSource"], "UserMigration_ForgotPassword");
    assert_eq!(
        event["request"],
        json!({ "validationData": null, "clientMetadata": { "from": "web" } })
    );
    let reset = json!({ "ClientId": house.client, "Username": "ann", "Password": PASSWORD,
        "ConfirmationCode": house.mailbox.code("Ann@example.com") });
    house.call_unsigned("ConfirmForgotPassword", reset).await.ok();
    house.sign_in("ann", PASSWORD).await.ok();
}

#[tokio::test]
async fn where_people_sign_in_with_an_address_it_is_theirs() {
    let by_email = json!({ "UsernameAttributes": ["email"] });
    let response = json!({ "userAttributes": { "email_verified": "true", "username": "ignored" },
        "finalUserStatus": "CONFIRMED" });
    let (house, _) = house_with(by_email.clone(), json!({}), response).await;
    let tokens = SignedIn::of(&house.sign_in("ann@example.com", PASSWORD).await.ok());
    let id = house.verified(&tokens.id).await;
    assert_eq!((&id["cognito:username"], &id["email"]), (&id["sub"], &json!("ann@example.com")));

    let other = json!({ "userAttributes": { "email": "bob@example.com" },
        "finalUserStatus": "CONFIRMED" });
    let (house, _) = house_with(by_email, json!({}), other).await;
    assert_eq!(
        house.sign_in("ann@example.com", PASSWORD).await.line(),
        format!(
            "400 UserNotFoundException: Exception migrating user in app client {}",
            house.client
        )
    );
}

/// TRG-04.
#[tokio::test]
async fn nobody_who_is_here_is_overwritten() {
    let aliases = json!({ "AliasAttributes": ["email"] });
    let (house, _) = house_with(aliases, json!({}), json!({})).await;
    let bob = house.user("bob").await;
    let attributes = json!({ "username": "BOB", "email": "eve@example.com",
        "email_verified": "true" });
    let address =
        json!({ "username": "eve", "email": "bob@example.com", "email_verified": "true" });
    for taken in [attributes, address] {
        migrating(&house, json!({ "userAttributes": taken, "finalUserStatus": "CONFIRMED" })).await;
        assert_eq!(
            house.sign_in("eve", "Evil-Horse7!").await.line(),
            format!(
                "400 UserNotFoundException: Exception migrating user in app client {}",
                house.client
            )
        );
        let user = house.look_at("bob").await;
        assert_eq!(user["UserAttributes"][0]["Value"], bob.sub);
        assert_eq!(house.attribute("bob", "email").await.as_deref(), Some("bob@example.com"));
        bob.tokens().await;
        expect!["400 NotAuthorizedException: Incorrect username or password."]
            .assert_eq(&house.sign_in("bob", "Evil-Horse7!").await.line());
    }
    // An address goes over only where the function says so, and then as everywhere.
    let address = json!({ "email": "bob@example.com", "email_verified": "true" });
    migrating(
        &house,
        json!({ "userAttributes": address, "finalUserStatus": "CONFIRMED",
            "forceAliasCreation": true }),
    )
    .await;
    house.sign_in("rob", PASSWORD).await.ok();
    assert_eq!(house.attribute("bob", "email_verified").await.as_deref(), Some("false"));
    assert_eq!(house.look_at("bob@example.com").await["Username"], "rob");
}

#[tokio::test]
async fn who_is_not_brought_over_learns_nothing_else() {
    for hides in ["LEGACY", "ENABLED"] {
        let client = json!({ "PreventUserExistenceErrors": hides });
        let (house, _) = house_with(json!({}), client, json!({})).await;
        let expected = if hides == "ENABLED" {
            "400 NotAuthorizedException: Incorrect username or password.".to_owned()
        } else {
            format!(
                "400 UserNotFoundException: Exception migrating user in app client {}",
                house.client
            )
        };
        for (number, response) in [
            json!({}),
            json!({ "userAttributes": {} }),
            json!({ "userAttributes": { "custom:unknown": "x" } }),
            json!({ "userAttributes": { "email": "a@example.com", "sub": "x" } }),
            json!({ "userAttributes": { "email": 7 } }),
            json!({ "userAttributes": { "email": "a@example.com" }, "finalUserStatus": "SOMEHOW" }),
            json!({ "userAttributes": { "email": "a@example.com" }, "enableSMSMFA": true }),
        ]
        .into_iter()
        .enumerate()
        {
            migrating(&house, response).await;
            let name = format!("ann{number}");
            assert_eq!(house.sign_in(&name, PASSWORD).await.line(), expected);
            let looked_at = json!({ "UserPoolId": house.pool, "Username": name });
            assert_eq!(house.call("AdminGetUser", looked_at).await.status, 400);
        }
        let arn = house.function("f", |_| async { Err("computer says no".to_owned()) });
        house.update_pool(json!({ "LambdaConfig": { "UserMigration": arn } })).await.ok();
        assert_eq!(house.sign_in("ann", PASSWORD).await.line(), expected);
        let forgot = json!({ "ClientId": house.client, "Username": "ann" });
        let forgot = house.call_unsigned("ForgotPassword", forgot).await.line();
        assert_eq!(forgot, if hides == "ENABLED" { "200 OK" } else { &expected });
    }
}

#[tokio::test]
async fn a_function_is_no_way_around_the_lockout() {
    let client = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let (house, heard) = house_with(json!({}), client, json!({})).await;
    for _ in 0..5 {
        house.sign_in("ann", "Wrong-Horse7!").await;
    }
    expect!["400 NotAuthorizedException: Password attempts exceeded"]
        .assert_eq(&house.sign_in("ann", PASSWORD).await.line());
    assert_eq!(heard.lock().unwrap().len(), 5);
    let heard = migrating(&house, known("CONFIRMED")).await;
    house.advance(SignedDuration::from_secs(2));
    house.sign_in("ann", PASSWORD).await.ok();
    assert_eq!(heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_comes_over_once_however_many_sign_in() {
    let (house, heard) = house_with(json!({}), json!({}), known("CONFIRMED")).await;
    let sign_ins: Vec<_> = (0..8)
        .map(|_| {
            let house = house.clone();
            tokio::spawn(async move { house.sign_in("ann", PASSWORD).await.line() })
        })
        .collect();
    for signed_in in sign_ins {
        assert_eq!(signed_in.await.unwrap(), "200 OK");
    }
    assert!(!heard.lock().unwrap().is_empty());
    let users = house.call("ListUsers", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
}
