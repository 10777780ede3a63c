use crate::*;

async fn reset(house: &House, name: &str) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "Username": name });
    house.call("AdminResetUserPassword", input).await
}

#[tokio::test]
async fn the_password_is_ended_and_a_code_sets_another() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    assert_eq!(reset(&house, "ann").await.ok(), json!({}));
    assert_eq!(house.look_at("ann").await["UserStatus"], "RESET_REQUIRED");
    expect!["400 PasswordResetRequiredException: Password reset required for the user"]
        .assert_eq(&ann.sign_in().await.line());
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&house.sign_in("ann", "Wrong-Horse7!").await.line());
    expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
    let set = json!({ "ClientId": house.client, "Username": "ann", "Password": "Another-Horse8!",
        "ConfirmationCode": house.mailbox.code("ann@example.com") });
    house.call_unsigned("ConfirmForgotPassword", set).await.ok();
    SignedIn::of(&house.sign_in("ann", "Another-Horse8!").await.ok());
    // Somebody who has not set one yet can be sent another code.
    reset(&house, "ann").await.ok();
    reset(&house, "ann").await.ok();
}

#[tokio::test]
async fn whoever_cannot_be_reset_is_left_alone() {
    let house = House::new().await;
    house.sign_up("carol", json!({ "email": "carol@example.com" })).await.ok();
    expect!["400 NotAuthorizedException: User password cannot be reset in the current state."]
        .assert_eq(&reset(&house, "carol").await.line());
    house.user_with("bob", json!({})).await;
    expect!["400 InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"]
        .assert_eq(&reset(&house, "bob").await.line());
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&reset(&house, "nobody").await.line());
    assert_eq!(house.look_at("bob").await["UserStatus"], "CONFIRMED");
}

#[tokio::test]
async fn the_function_that_words_messages_is_asked() {
    let house = House::new().await;
    let response = json!({ "emailSubject": "Hm", "emailMessage": "Yours: {####}" });
    let (arn, heard) = house.listener("word", response);
    house.update_pool(json!({ "LambdaConfig": { "CustomMessage": arn } })).await.ok();
    house.user("ann").await;
    let input = json!({ "UserPoolId": house.pool, "Username": "ann",
        "ClientMetadata": { "why": "lost" } });
    house.call("AdminResetUserPassword", input).await.ok();
    let heard = heard.lock().unwrap();
    assert_eq!(heard[0]["triggerSource"], "CustomMessage_ForgotPassword");
    assert_eq!(heard[0]["callerContext"]["clientId"], "CLIENT_ID_NOT_APPLICABLE");
    assert_eq!(heard[0]["request"]["clientMetadata"], json!({ "why": "lost" }));
    assert_eq!(house.mailbox.to("ann@example.com")[0].subject, "Hm");
}
