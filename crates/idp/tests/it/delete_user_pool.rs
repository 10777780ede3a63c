use crate::*;

#[tokio::test]
async fn a_deleted_pool_takes_everything_with_it() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let answer = house.call("DeleteUserPool", json!({ "UserPoolId": house.pool })).await;
    assert_eq!(answer.ok(), Value::Null, "the operation has no output shape");
    let client = &house.client;
    assert_eq!(
        ann.sign_in().await.line(),
        format!("400 ResourceNotFoundException: User pool client {client} does not exist.")
    );
    expect!["400 NotAuthorizedException: Invalid Access Token"]
        .assert_eq(&tokens.call(&house, "GetUser", json!({})).await.line());
    assert_eq!(
        house.call("ListUserPools", json!({ "MaxResults": 10 })).await.ok(),
        json!({ "UserPools": [] })
    );
}

#[tokio::test]
async fn a_protected_pool_stays() {
    let house = House::with(json!({ "DeletionProtection": "ACTIVE" }), json!({})).await;
    let line = house.call("DeleteUserPool", json!({ "UserPoolId": house.pool })).await.line();
    expect!["400 InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first."]
        .assert_eq(&line);
}
