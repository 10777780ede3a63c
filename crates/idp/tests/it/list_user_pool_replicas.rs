use crate::{create_user_pool_replica::replicate, *};

#[tokio::test]
async fn the_pool_itself_is_the_first_of_its_replicas() {
    let house = House::new().await;
    let list = async || {
        let pool = json!({ "UserPoolId": house.pool });
        let listed = house.call("ListUserPoolReplicas", pool).await.ok();
        assert_eq!(listed.get("NextToken"), None);
        let replicas = listed["UserPoolReplicas"].as_array().unwrap().clone();
        let tell = |it: &Value| format!("{} {} {}", it["RegionName"], it["Role"], it["Status"]);
        replicas.iter().map(tell).collect::<Vec<_>>().join("; ").replace('"', "")
    };
    expect!["eu-west-1 PRIMARY ACTIVE"].assert_eq(&list().await);
    replicate(&house, "us-east-1").await.ok();
    expect!["eu-west-1 PRIMARY ACTIVE; us-east-1 SECONDARY INACTIVE"].assert_eq(&list().await);
}
