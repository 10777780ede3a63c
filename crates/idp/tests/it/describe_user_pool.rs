use crate::*;

#[tokio::test]
async fn a_pool_that_is_missing_is_named() {
    let house = House::empty();
    let answer =
        house.call("DescribeUserPool", json!({ "UserPoolId": "eu-west-1_Nobody123" })).await;
    expect!["400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist."]
        .assert_eq(&answer.line());
    assert_eq!(answer.headers["x-amzn-errortype"], "ResourceNotFoundException:");
}

#[tokio::test]
async fn an_absent_feature_stays_absent() {
    let house = House::new().await;
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    for name in
        ["DeviceConfiguration", "UserPoolAddOns", "AccountRecoverySetting", "SmsConfiguration"]
    {
        assert!(pool["UserPool"].get(name).is_none(), "{name}");
    }
}

#[tokio::test]
async fn the_users_of_a_small_pool_are_counted() {
    let house = House::new().await;
    let count = async || {
        let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
        pool["UserPool"]["EstimatedNumberOfUsers"].clone()
    };
    assert_eq!(count().await, 0);
    for number in 0..20 {
        house.user(&format!("user{number}")).await;
    }
    assert_eq!(count().await, 20);
    let gone = json!({ "UserPoolId": house.pool, "Username": "user7" });
    house.call("AdminDeleteUser", gone).await.ok();
    assert_eq!(count().await, 19);
}
