//! What many operations have in common on the wire.

use crate::*;

#[tokio::test]
async fn an_operation_without_output_answers_nothing_and_one_with_an_empty_one_braces() {
    let house = House::new().await;
    house.user("ann").await;
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    assert_eq!(house.call("AdminUserGlobalSignOut", named.clone()).await.body, json!({}));
    assert_eq!(house.call("AdminDeleteUser", named).await.body, Value::Null);
}

#[tokio::test]
async fn an_operation_that_does_not_exist_is_told() {
    let house = House::empty();
    expect!["400 UnknownOperationException: There is no such operation."]
        .assert_eq(&house.call("MakeCoffee", json!({})).await.line());
}
