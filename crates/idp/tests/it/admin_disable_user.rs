use crate::*;

#[tokio::test]
async fn a_disabled_user_cannot_sign_in() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    assert_eq!(house.call("AdminDisableUser", named).await.ok(), json!({}));
    expect!["400 NotAuthorizedException: User is disabled."].assert_eq(&ann.sign_in().await.line());
    expect!["400 NotAuthorizedException: User is disabled."]
        .assert_eq(&tokens.call(&house, "GetUser", json!({})).await.line());
    assert_eq!(house.look_at("ann").await["Enabled"], false);
}
