use crate::*;

pub async fn replicate(house: &House, region: &str) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "RegionName": region });
    house.call("CreateUserPoolReplica", input).await
}

#[tokio::test]
async fn a_replica_is_made_inactive_in_another_region() {
    let house = House::new().await;
    let made = replicate(&house, "us-east-1").await.ok();
    let arn = format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{}", house.pool);
    let expected = json!({ "UserPoolReplica": { "RegionName": "us-east-1", "Status": "INACTIVE",
        "Role": "SECONDARY", "UserPoolArn": arn } });
    assert_eq!(made, expected);
    expect!["400 InvalidParameterException: A replica already exists in us-east-1."]
        .assert_eq(&replicate(&house, "us-east-1").await.line());
    expect!["400 InvalidParameterException: RegionName must not be the region of the user pool."]
        .assert_eq(&replicate(&house, "eu-west-1").await.line());
    expect!["400 InvalidParameterException: RegionName is not a region."]
        .assert_eq(&replicate(&house, "nowhere at all").await.line());
    expect!["400 LimitExceededException: The user pool has all the replicas it may have."]
        .assert_eq(&replicate(&house, "us-west-2").await.line());
}
