use crate::*;

#[tokio::test]
async fn users_delete_themselves() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    assert_eq!(tokens.call(&house, "DeleteUser", json!({})).await.ok(), Value::Null);
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&ann.sign_in().await.line());
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&tokens.call(&house, "DeleteUser", json!({})).await.line());
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
}
