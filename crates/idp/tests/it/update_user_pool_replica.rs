use crate::{create_user_pool_replica::replicate, *};

#[tokio::test]
async fn a_replica_is_turned_on_and_off() {
    let house = House::new().await;
    let set = async |region: &str, status: &str| {
        let input = json!({ "UserPoolId": house.pool, "RegionName": region, "Status": status });
        house.call("UpdateUserPoolReplica", input).await
    };
    expect!["400 ResourceNotFoundException: User pool replica in us-east-1 does not exist."]
        .assert_eq(&set("us-east-1", "ACTIVE").await.line());
    replicate(&house, "us-east-1").await.ok();
    for status in ["ACTIVE", "ACTIVE", "INACTIVE"] {
        let replica = set("us-east-1", status).await.ok();
        assert_eq!(replica["UserPoolReplica"]["Status"], status);
    }
}
