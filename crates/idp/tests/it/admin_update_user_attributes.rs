use crate::*;

async fn change(house: &House, attributes: Value) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "Username": "ann",
        "UserAttributes": named_values(&attributes) });
    house.call("AdminUpdateUserAttributes", input).await
}

#[tokio::test]
async fn an_administrator_vouches_for_an_address() {
    let house = House::with(json!({ "UsernameAttributes": ["email"] }), json!({})).await;
    let ann = house.user_with("ann@example.com", json!({})).await;
    let input = json!({ "UserPoolId": house.pool, "Username": ann.sub, "UserAttributes": [
        { "Name": "email", "Value": "new@example.com" }, { "Name": "email_verified", "Value": "true" }] });
    assert_eq!(house.call("AdminUpdateUserAttributes", input).await.ok(), json!({}));
    assert!(house.mailbox.is_empty());
    house.sign_in("new@example.com", PASSWORD).await.ok();
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.sign_in("ann@example.com", PASSWORD).await.line());
}

#[tokio::test]
async fn an_address_nobody_vouches_for_is_proven_by_a_code() {
    let house = House::new().await;
    house.user("ann").await;
    change(&house, json!({ "email": "new@example.com" })).await.ok();
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("false"));
    assert_eq!(house.mailbox.to("new@example.com").len(), 1);
    house.mailbox.go_down();
    change(&house, json!({ "email": "lost@example.com" })).await.ok();
    assert_eq!(house.attribute("ann", "email").await.as_deref(), Some("lost@example.com"));
}

#[tokio::test]
async fn an_administrator_writes_what_no_client_may() {
    let schema = json!([
        { "Name": "note", "AttributeDataType": "String", "DeveloperOnlyAttribute": true },
        { "Name": "frozen", "AttributeDataType": "String", "Mutable": false },
    ]);
    let house = House::with(json!({ "Schema": schema }), json!({})).await;
    let ann = house.user("ann").await;
    change(&house, json!({ "dev:custom:note": "x" })).await.ok();
    assert_eq!(house.attribute("ann", "dev:custom:note").await.as_deref(), Some("x"));
    assert!(!claims(&ann.tokens().await.id).to_string().contains("note"));
    let shown = ann.call("GetUser", json!({})).await.ok();
    assert!(!shown.to_string().contains("note"));
    expect!["400 InvalidParameterException: user.custom:frozen: Attribute cannot be updated.\n"]
        .assert_eq(&change(&house, json!({ "custom:frozen": "x" })).await.line());
    expect!["400 InvalidParameterException: user.sub: Attribute cannot be updated.\n"]
        .assert_eq(&change(&house, json!({ "sub": "x" })).await.line());
    expect!["400 InvalidParameterException: Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.\n"]
        .assert_eq(&change(&house, json!({ "custom:none": "x" })).await.line());
}

#[tokio::test]
async fn an_empty_value_removes_an_attribute() {
    let house = House::new().await;
    house.user_with("ann", json!({ "name": "Ann", "email": "ann@example.com" })).await;
    change(&house, json!({ "name": "", "email": "" })).await.ok();
    for gone in ["name", "email", "email_verified"] {
        assert_eq!(house.attribute("ann", gone).await, None, "{gone}");
    }
}

/// ATR-09.
#[tokio::test]
async fn a_users_token_is_no_signature() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    for operation in ["AdminUpdateUserAttributes", "AdminAddUserToGroup"] {
        let request = http::Request::post("/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header("authorization", format!("Bearer {}", tokens.access));
        let answer = house.send(request.body("{}".into()).unwrap()).await;
        assert_eq!(answer.status, 400);
        assert_ne!(answer.body["__type"], "InvalidParameterException", "{}", answer.line());
    }
}
