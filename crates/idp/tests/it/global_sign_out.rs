use crate::*;

/// TOK-14.
#[tokio::test]
async fn every_session_ends() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let first = ann.tokens().await;
    house.advance(SignedDuration::from_secs(5));
    let second = ann.tokens().await;
    assert_eq!(second.call(&house, "GlobalSignOut", json!({})).await.ok(), json!({}));
    for tokens in [&first, &second] {
        expect!["400 NotAuthorizedException: Access Token has been revoked"]
            .assert_eq(&tokens.call(&house, "GetUser", json!({})).await.line());
        expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
            .assert_eq(&house.refresh(&tokens.refresh).await.line());
    }
    let third = ann.tokens().await;
    third.call(&house, "GetUser", json!({})).await.ok();
    house.refresh(&third.refresh).await.ok();
}
