use crate::*;

#[tokio::test]
async fn a_client_of_another_pool_is_none() {
    let pool =
        json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } });
    let house = House::with(pool.clone(), json!({})).await;
    let other = house.make_pool(pool).await;
    let asked = json!({ "UserPoolId": other, "ClientId": house.client });
    assert_eq!(
        house.call("DescribeRiskConfiguration", asked).await.line(),
        format!("400 ResourceNotFoundException: User pool client {} does not exist.", house.client)
    );
}
