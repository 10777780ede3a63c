use crate::*;

#[tokio::test]
async fn administrators_remove_attributes() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    house.user("ann").await;
    let delete = async |name: &str, attribute: &str| {
        let input = json!({ "UserPoolId": house.pool, "Username": name,
            "UserAttributeNames": [attribute] });
        house.call("AdminDeleteUserAttributes", input).await
    };
    house.sign_in("ann@example.com", PASSWORD).await.ok();
    assert_eq!(delete("ann", "email").await.ok(), json!({}));
    assert_eq!(house.attribute("ann", "email_verified").await, None);
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.sign_in("ann@example.com", PASSWORD).await.line());
    // The address is free again.
    house.user("bob").await;
    let change = json!({ "UserPoolId": house.pool, "Username": "bob", "UserAttributes": [
        { "Name": "email", "Value": "ann@example.com" }, { "Name": "email_verified", "Value": "true" }] });
    house.call("AdminUpdateUserAttributes", change).await.ok();
    expect!["400 InvalidParameterException: user.sub: Attribute cannot be updated.\n"]
        .assert_eq(&delete("ann", "sub").await.line());
    expect!["400 InvalidParameterException: Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\n"]
        .assert_eq(&delete("ann", "custom:foo").await.line());
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&delete("nobody", "name").await.line());
}
