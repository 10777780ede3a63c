use crate::*;

#[tokio::test]
async fn a_client_of_another_pool_does_not_exist() {
    let house = House::new().await;
    let other = house.make_pool(json!({})).await;
    let input = json!({ "UserPoolId": other, "ClientId": house.client });
    assert_eq!(
        house.call("DescribeUserPoolClient", input).await.line(),
        format!("400 ResourceNotFoundException: User pool client {} does not exist.", house.client)
    );
}
