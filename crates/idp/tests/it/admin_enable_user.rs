use crate::*;

#[tokio::test]
async fn old_sessions_do_not_come_back() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    house.call("AdminDisableUser", named.clone()).await.ok();
    assert_eq!(house.call("AdminEnableUser", named).await.ok(), json!({}));
    expect!["400 NotAuthorizedException: Access Token has been revoked"]
        .assert_eq(&tokens.call(&house, "GetUser", json!({})).await.line());
    expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
    ann.call("GetUser", json!({})).await.ok();
}
