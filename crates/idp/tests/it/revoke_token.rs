use crate::*;

async fn revoke(house: &House, token: &str, secret: Option<&str>) -> Answer {
    let input = json!({ "ClientId": house.client, "Token": token, "ClientSecret": secret });
    house.call_unsigned("RevokeToken", input).await
}

/// TOK-13.
#[tokio::test]
async fn one_session_ends_with_all_its_tokens() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let (gone, stays) = (ann.tokens().await, ann.tokens().await);
    let refreshed = house.refresh(&gone.refresh).await.ok();
    for _ in 0..2 {
        assert_eq!(revoke(&house, &gone.refresh, None).await.ok(), json!({}));
    }
    let later = refreshed["AuthenticationResult"]["AccessToken"].as_str().unwrap();
    for access in [gone.access.as_str(), later] {
        let answer = house.call_unsigned("GetUser", json!({ "AccessToken": access })).await;
        expect!["400 NotAuthorizedException: Access Token has been revoked"]
            .assert_eq(&answer.line());
    }
    expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
        .assert_eq(&house.refresh(&gone.refresh).await.line());
    stays.call(&house, "GetUser", json!({})).await.ok();
    house.refresh(&stays.refresh).await.ok();
}

#[tokio::test]
async fn only_a_refresh_token_is_revoked_and_an_unknown_one_is_no_matter() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    for token in [&tokens.access, &tokens.id] {
        expect!["400 UnsupportedTokenTypeException: Unsupported token type"]
            .assert_eq(&revoke(&house, token, None).await.line());
    }
    assert_eq!(revoke(&house, "unknown", None).await.ok(), json!({}));
    // Another client's token is none of this client's business, and stays good.
    let other = house.through(&house.make_client(json!({})).await);
    revoke(&other, &tokens.refresh, None).await.ok();
    house.refresh(&tokens.refresh).await.ok();
}

#[tokio::test]
async fn a_client_proves_itself_and_may_have_chosen_not_to_revoke() {
    let secret = "abcdefghijklmnopqrstuvwxyz";
    let house = House::with(json!({}), json!({ "ClientSecret": secret })).await;
    let refused = "400 UnauthorizedException: The client or its secret is not valid.";
    assert_eq!(revoke(&house, "unknown", None).await.line(), refused);
    assert_eq!(revoke(&house, "unknown", Some("zyxwvutsrqponmlkjihgfedcba")).await.line(), refused);
    assert_eq!(revoke(&house, "unknown", Some(secret)).await.line(), "200 OK");
    assert_eq!(revoke(&house.through("nobody"), "unknown", None).await.line(), refused);
    let house = House::with(json!({}), json!({ "EnableTokenRevocation": false })).await;
    expect!["400 UnsupportedOperationException: Token revocation is not enabled for this client"]
        .assert_eq(&revoke(&house, "unknown", None).await.line());
}
