use crate::*;

#[tokio::test]
async fn a_deleted_user_is_gone_and_the_name_is_free() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    assert_eq!(house.call("AdminDeleteUser", named.clone()).await.ok(), Value::Null);
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&tokens.call(&house, "GetUser", json!({})).await.line());
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminDeleteUser", named).await.line());
    let again = house.user("ann").await;
    assert_ne!(again.sub, ann.sub);
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&tokens.call(&house, "GetUser", json!({})).await.line());
}
