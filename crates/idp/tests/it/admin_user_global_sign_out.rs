use crate::*;

#[tokio::test]
async fn a_sign_in_of_the_same_second_is_good() {
    for revocation in [true, false] {
        let house = House::with(json!({}), json!({ "EnableTokenRevocation": revocation })).await;
        let ann = house.user("ann").await;
        let before = ann.tokens().await;
        let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
        assert_eq!(house.call("AdminUserGlobalSignOut", named).await.ok(), json!({}));
        let after = ann.tokens().await;
        expect!["400 NotAuthorizedException: Access Token has been revoked"]
            .assert_eq(&before.call(&house, "GetUser", json!({})).await.line());
        after.call(&house, "GetUser", json!({})).await.ok();
        house.refresh(&after.refresh).await.ok();
    }
}
