use crate::*;

async fn delete(house: &House, tokens: &SignedIn, names: Value) -> Answer {
    tokens.call(house, "DeleteUserAttributes", json!({ "UserAttributeNames": names })).await
}

/// ATR-03.
#[tokio::test]
async fn users_remove_what_their_app_may_write() {
    let schema = json!({ "Schema": [
        { "Name": "frozen", "AttributeDataType": "String", "Mutable": false },
        { "Name": "email", "Required": true }] });
    let house = House::with(schema, json!({})).await;
    let attributes = json!({ "email": "ann@example.com", "name": "Ann", "nickname": "A",
        "custom:frozen": "x" });
    let tokens = house.user_with("ann", attributes).await.tokens().await;
    assert_eq!(delete(&house, &tokens, json!(["name", "nickname"])).await.ok(), json!({}));
    assert_eq!(house.attribute("ann", "name").await, None);
    for (name, line) in [
        ("custom:frozen", "user.custom:frozen: Attribute cannot be updated.\n"),
        ("email", "Attributes did not conform to the schema: email: The attribute is required\n"),
        (
            "custom:foo",
            "Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\n",
        ),
    ] {
        let expected = format!("400 InvalidParameterException: {line}");
        assert_eq!(delete(&house, &tokens, json!([name])).await.line(), expected);
    }
    for ours in ["sub", "email_verified"] {
        let line = delete(&house, &tokens, json!([ours])).await.line();
        assert!(line.starts_with("400 NotAuthorizedException"), "{ours}: {line}");
    }
    assert_eq!(house.attribute("ann", "custom:frozen").await.unwrap(), "x");
}

#[tokio::test]
async fn an_app_removes_nothing_that_it_may_not_write() {
    let house = House::new().await;
    let attributes = json!({ "email": "ann@example.com", "name": "Ann" });
    house.user_with("ann", attributes).await;
    let client = house.make_client(json!({ "WriteAttributes": ["nickname"] })).await;
    let house = house.through(&client);
    let tokens = SignedIn::of(&house.sign_in("ann", PASSWORD).await.ok());
    expect!["400 NotAuthorizedException: A client attempted to write unauthorized attribute"]
        .assert_eq(&delete(&house, &tokens, json!(["name"])).await.line());
}
