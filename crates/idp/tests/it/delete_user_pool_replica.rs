use crate::{create_user_pool_replica::replicate, *};

#[tokio::test]
async fn only_an_inactive_replica_is_deleted() {
    let house = House::new().await;
    replicate(&house, "us-east-1").await.ok();
    let replica = json!({ "UserPoolId": house.pool, "RegionName": "us-east-1" });
    let set = async |status: &str| {
        let mut input = replica.clone();
        input["Status"] = json!(status);
        house.call("UpdateUserPoolReplica", input).await.ok();
    };
    set("ACTIVE").await;
    expect!["400 InvalidParameterException: Only an INACTIVE replica can be deleted."]
        .assert_eq(&house.call("DeleteUserPoolReplica", replica.clone()).await.line());
    set("INACTIVE").await;
    let deleted = house.call("DeleteUserPoolReplica", replica.clone()).await.ok();
    assert_eq!(deleted["UserPoolReplica"]["Status"], "DELETING");
    expect!["400 ResourceNotFoundException: User pool replica in us-east-1 does not exist."]
        .assert_eq(&house.call("DeleteUserPoolReplica", replica).await.line());
    replicate(&house, "us-east-1").await.ok();
}
