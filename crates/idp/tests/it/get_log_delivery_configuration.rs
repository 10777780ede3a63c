use crate::*;

#[tokio::test]
async fn a_pool_without_one_has_an_empty_list() {
    let house = House::new().await;
    let told = house.call("GetLogDeliveryConfiguration", json!({ "UserPoolId": house.pool })).await;
    let empty = json!({ "UserPoolId": house.pool, "LogConfigurations": [] });
    assert_eq!(told.ok()["LogDeliveryConfiguration"], empty);
}
