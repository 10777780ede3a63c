use crate::*;

#[tokio::test]
async fn a_password_that_was_used_lately_is_refused_where_the_pool_remembers() {
    let policy = json!({ "PasswordPolicy": { "MinimumLength": 8, "PasswordHistorySize": 2 } });
    let house = House::with(json!({ "Policies": policy }), json!({})).await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let change = async |from: &str, to: &str| {
        let input = json!({ "PreviousPassword": from, "ProposedPassword": to });
        tokens.call(&house, "ChangePassword", input).await.line()
    };
    let refused =
        "400 PasswordHistoryPolicyViolationException: Password has already been used before.";
    assert_eq!(change(PASSWORD, PASSWORD).await, refused);
    assert_eq!(change(PASSWORD, "Second-Horse7!").await, "200 OK");
    assert_eq!(change("Second-Horse7!", PASSWORD).await, refused);
    // Not on an administrator's word either, nor by a code.
    let set = async |password: &str, is_permanent: bool| {
        let input = json!({ "UserPoolId": house.pool, "Username": "ann", "Password": password,
            "Permanent": is_permanent });
        house.call("AdminSetUserPassword", input).await.line()
    };
    assert_eq!(set(PASSWORD, true).await, refused);
    let forgot = json!({ "ClientId": house.client, "Username": "ann" });
    house.call_unsigned("ForgotPassword", forgot).await.ok();
    let reset = json!({ "ClientId": house.client, "Username": "ann", "Password": PASSWORD,
        "ConfirmationCode": house.mailbox.code("ann@example.com") });
    assert_eq!(house.call_unsigned("ConfirmForgotPassword", reset).await.line(), refused);
    let reset = json!({ "ClientId": house.client, "Username": "ann", "Password": "Third-Horse7!",
        "ConfirmationCode": house.mailbox.code("ann@example.com") });
    assert_eq!(house.call_unsigned("ConfirmForgotPassword", reset).await.line(), "200 OK");
    // A temporary one is nobody's own, and what it replaced is still remembered.
    assert_eq!(set("Third-Horse7!", false).await, "200 OK");
    let asked = house.sign_in("ann", "Third-Horse7!").await.ok();
    let choose = async |password: &str| {
        let new = json!({ "NEW_PASSWORD": password });
        house.answer("NEW_PASSWORD_REQUIRED", "ann", &asked, new).await
    };
    assert_eq!(choose("Third-Horse7!").await.line(), refused);
    // Two are remembered, so the first is free again.
    SignedIn::of(&choose(PASSWORD).await.ok());
}

async fn change(house: &House, tokens: &SignedIn, previous: &str, proposed: &str) -> String {
    let input = json!({ "PreviousPassword": previous, "ProposedPassword": proposed });
    tokens.call(house, "ChangePassword", input).await.line()
}

#[tokio::test]
async fn the_old_password_is_needed_and_the_new_one_counts() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&change(&house, &tokens, "Wrong-Horse7!", "Another-Horse8!").await);
    expect!["400 InvalidPasswordException: Password did not conform with policy: Password must have numeric characters"]
        .assert_eq(&change(&house, &tokens, PASSWORD, "Another-Horse!").await);
    assert_eq!(change(&house, &tokens, PASSWORD, "Another-Horse8!").await, "200 OK");
    assert_ne!(house.sign_in("ann", PASSWORD).await.line(), "200 OK");
    house.sign_in("ann", "Another-Horse8!").await.ok();
    tokens.call(&house, "GetUser", json!({})).await.ok();
}

#[tokio::test]
async fn guesses_at_the_old_password_are_counted() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    for _ in 0..5 {
        change(&house, &tokens, "Wrong-Horse7!", "Another-Horse8!").await;
    }
    expect!["400 LimitExceededException: Attempt limit exceeded, please try after some time."]
        .assert_eq(&change(&house, &tokens, PASSWORD, "Another-Horse8!").await);
}
