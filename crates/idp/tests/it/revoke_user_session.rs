use crate::{
    list_user_sessions::{house, sessions},
    *,
};

#[tokio::test]
async fn users_end_another_session_and_not_the_one_they_are_in() {
    let house = house(20).await;
    let ann = house.user("ann").await;
    let (first, second) = (ann.tokens().await, ann.tokens().await);
    let listed = sessions(&house, &second).await;
    let id = |is_current: bool| {
        let found = listed.iter().find(|it| it["IsCurrentSession"] == is_current).unwrap();
        json!({ "SessionId": found["SessionId"] })
    };
    expect!["400 InvalidParameterException: The current session cannot be revoked."]
        .assert_eq(&second.call(&house, "RevokeUserSession", id(true)).await.line());
    let bob = house.user("bob").await.tokens().await;
    expect!["400 ResourceNotFoundException: Session does not exist."]
        .assert_eq(&bob.call(&house, "RevokeUserSession", id(false)).await.line());
    let revoked = second.call(&house, "RevokeUserSession", id(false)).await;
    assert_eq!(revoked.ok(), json!({}));
    expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
        .assert_eq(&house.refresh(&first.refresh).await.line());
    expect!["400 NotAuthorizedException: Access Token has been revoked"]
        .assert_eq(&first.call(&house, "GetUser", json!({})).await.line());
    house.refresh(&second.refresh).await.ok();
    expect!["400 ResourceNotFoundException: Session does not exist."]
        .assert_eq(&second.call(&house, "RevokeUserSession", id(false)).await.line());
}
