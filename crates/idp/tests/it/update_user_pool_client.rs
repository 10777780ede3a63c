use crate::*;

#[tokio::test]
async fn what_is_left_out_has_its_default_again_and_the_secret_stays() {
    let house = House::with(
        json!({}),
        json!({ "GenerateSecret": true, "PreventUserExistenceErrors": "ENABLED", "AuthSessionValidity": 9 }),
    )
    .await;
    let named = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    let before = house.call("DescribeUserPoolClient", named.clone()).await.ok();
    let after = house.call("UpdateUserPoolClient", named.clone()).await.ok();
    let client = &after["UserPoolClient"];
    assert_eq!(client["PreventUserExistenceErrors"], "LEGACY");
    assert_eq!(client["AuthSessionValidity"], 3);
    assert_eq!(client["ClientName"], "web");
    assert_eq!(client["ClientSecret"], before["UserPoolClient"]["ClientSecret"]);
    assert_eq!(after, house.call("DescribeUserPoolClient", named).await.ok());
}

#[tokio::test]
async fn a_flow_that_is_taken_away_is_gone() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    ann.sign_in().await.ok();
    let input = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] });
    house.call("UpdateUserPoolClient", input).await.ok();
    expect!["400 InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client"]
        .assert_eq(&ann.sign_in().await.line());
}

#[tokio::test]
async fn a_custom_attribute_of_the_first_day_stays_writable() {
    let schema = json!([{ "Name": "nick", "AttributeDataType": "String" }]);
    let house = House::with(json!({ "Schema": schema }), json!({})).await;
    let flows = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    house.call("UpdateUserPoolClient", flows).await.ok();
    let ann = house.user("ann").await;
    let change = json!({ "UserAttributes": [{ "Name": "custom:nick", "Value": "annie" }] });
    ann.call("UpdateUserAttributes", change).await.ok();
    assert_eq!(house.attribute("ann", "custom:nick").await.as_deref(), Some("annie"));
}
