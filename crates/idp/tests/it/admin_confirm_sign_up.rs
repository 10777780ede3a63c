use crate::*;

#[tokio::test]
async fn an_administrator_confirms_and_verifies_nothing() {
    let house = House::new().await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    assert_eq!(house.call("AdminConfirmSignUp", named.clone()).await.ok(), json!({}));
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("false"));
    house.sign_in("ann", PASSWORD).await.ok();
    expect!["400 NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"]
        .assert_eq(&house.call("AdminConfirmSignUp", named).await.line());
    let nobody = json!({ "UserPoolId": house.pool, "Username": "nobody" });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminConfirmSignUp", nobody).await.line());
}

#[tokio::test]
async fn an_alias_that_somebody_has_is_told_in_words_the_operation_declares() {
    let house = House::with(json!({ "AliasAttributes": ["preferred_username"] }), json!({})).await;
    house.user_with("ann", json!({ "preferred_username": "annie" })).await;
    house.sign_up("bob", json!({ "preferred_username": "Annie" })).await.ok();
    let named = json!({ "UserPoolId": house.pool, "Username": "bob" });
    expect!["400 InvalidParameterException: An account with the given preferred_username already exists."]
        .assert_eq(&house.call("AdminConfirmSignUp", named).await.line());
}
