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
    assert_eq!(
        tokens.call(&house, "GetUser", json!({})).await.line(),
        format!("400 ResourceNotFoundException: User pool {} does not exist.", house.pool)
    );
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

#[tokio::test]
async fn what_was_in_a_pool_is_removed_in_the_background() {
    let house = House::new().await;
    for number in 0..30 {
        house.user(&format!("u{number}")).await;
    }
    let pools = house.idp.pools.clone();
    let before = pools.pool(&house.pool.parse().unwrap()).await.unwrap();
    house.call("DeleteUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    // Nobody gets at them, though they are still there.
    let users = async || pools.list_users(&before, None, 60, None).await.unwrap().items.len();
    assert_eq!(users().await, 30);
    let line = house.call("ListUsers", json!({ "UserPoolId": house.pool })).await.line();
    assert_eq!(
        line,
        format!("400 ResourceNotFoundException: User pool {} does not exist.", house.pool)
    );
    assert_eq!(imports::work(&house).await, 1);
    assert_eq!(users().await, 0);
    assert_eq!(imports::work(&house).await, 0);
}

#[tokio::test]
async fn another_node_goes_on_with_a_removal() {
    let house = House::new().await;
    for number in 0..30 {
        house.user(&format!("u{number}")).await;
    }
    let pools = house.idp.pools.clone();
    let before = pools.pool(&house.pool.parse().unwrap()).await.unwrap();
    house.call("DeleteUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    let dying = {
        let house = house.clone();
        tokio::spawn(async move { imports::work(&house).await })
    };
    let users = async || pools.list_users(&before, None, 60, None).await.unwrap().items.len();
    while users().await == 30 {}
    dying.abort();
    let _ = dying.await;
    assert_eq!(imports::work(&house).await, 0, "the lease of the dead node goes on");
    house.advance(SignedDuration::from_secs(61));
    assert_eq!(imports::work(&house).await, 1);
    assert_eq!(users().await, 0);
}

#[tokio::test]
async fn what_was_done_as_its_users_goes_with_a_pool() {
    let house = threats::watched("AUDIT").await;
    house.user("ann").await;
    threats::sign_in_from(&house, threats::HOME, threats::LAPTOP, "ann", PASSWORD).await.ok();
    let event = threats::events(&house, "ann").await.remove(0);
    let id = event["EventId"].as_str().unwrap();
    let pools = house.idp.pools.clone();
    let pool = pools.pool(&house.pool.parse().unwrap()).await.unwrap();
    let ann = pools.user(&pool, &"ann".parse().unwrap()).await.unwrap();
    pools.judge_auth_event(&ann, id, true).await.unwrap();
    house.call("DeleteUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(imports::work(&house).await, 1);
    let gone = pools.judge_auth_event(&ann, id, true).await;
    assert!(matches!(gone, Err(pool::Error::Refused(pool::Refusal::NoAuthEvent))), "{gone:?}");
}
