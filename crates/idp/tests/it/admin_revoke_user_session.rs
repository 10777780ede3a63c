use crate::{
    list_user_sessions::{house, sessions},
    *,
};

#[tokio::test]
async fn administrators_end_a_session() {
    let house = house(20).await;
    let tokens = house.user("ann").await.tokens().await;
    let id = sessions(&house, &tokens).await[0]["SessionId"].clone();
    let input = json!({ "UserPoolId": house.pool, "Username": "ann", "SessionId": id });
    let revoked = house.call("AdminRevokeUserSession", input.clone()).await;
    assert_eq!(revoked.ok(), json!({}));
    expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
    expect!["400 ResourceNotFoundException: Session does not exist."]
        .assert_eq(&house.call("AdminRevokeUserSession", input).await.line());
}
