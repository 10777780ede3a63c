use crate::*;

async fn add(house: &House, attributes: Value) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "CustomAttributes": attributes });
    house.call("AddCustomAttributes", input).await
}

#[tokio::test]
async fn users_have_more_attributes_from_now_on() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tier = json!([{ "Name": "tier", "AttributeDataType": "Number", "Mutable": true,
        "NumberAttributeConstraints": { "MinValue": "1", "MaxValue": "3" } }]);
    assert_eq!(add(&house, tier.clone()).await.ok(), json!({}));
    expect!["400 InvalidParameterException: custom:tier: Existing attribute already has name custom:tier."]
        .assert_eq(&add(&house, tier).await.line());
    let change = |value: &str| {
        json!({ "UserPoolId": house.pool, "Username": "ann",
        "UserAttributes": [{ "Name": "custom:tier", "Value": value }] })
    };
    house.call("AdminUpdateUserAttributes", change("2")).await.ok();
    assert!(
        house.call("AdminUpdateUserAttributes", change("9")).await.line().contains("custom:tier")
    );
    assert_eq!(house.attribute("ann", "custom:tier").await.unwrap(), "2");
    // A client of before was not given it.
    assert!(claims(&ann.tokens().await.id).get("custom:tier").is_none());
    let later = house.through(&house.make_client(json!({})).await);
    let tokens = SignedIn::of(&later.sign_in("ann", PASSWORD).await.ok());
    assert_eq!(claims(&tokens.id)["custom:tier"], "2");
}

#[tokio::test]
async fn all_are_added_or_none() {
    let house = House::new().await;
    let twice = json!([{ "Name": "nick", "AttributeDataType": "String" },
        { "Name": "nick", "AttributeDataType": "String" }]);
    expect!["400 InvalidParameterException: custom:nick: Existing attribute already has name custom:nick."]
        .assert_eq(&add(&house, twice).await.line());
    let required = json!([{ "Name": "nick", "AttributeDataType": "String" },
        { "Name": "must", "AttributeDataType": "String", "Required": true }]);
    expect![
        "400 InvalidParameterException: Required custom attributes are not supported currently."
    ]
    .assert_eq(&add(&house, required).await.line());
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert!(!pool.to_string().contains("custom:nick"));
    let nobodys = json!({ "UserPoolId": "eu-west-1_Nobody123",
        "CustomAttributes": [{ "Name": "nick", "AttributeDataType": "String" }] });
    expect!["400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist."]
        .assert_eq(&house.call("AddCustomAttributes", nobodys).await.line());
}
