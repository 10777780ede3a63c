use crate::*;

#[tokio::test]
async fn the_clients_of_the_pool_and_of_no_other_are_listed() {
    let house = House::new().await;
    let second = house.make_client(json!({ "ClientName": "server" })).await;
    let other = house.make_pool(json!({})).await;
    house.make_client(json!({ "UserPoolId": other })).await;
    let page = house.call("ListUserPoolClients", json!({ "UserPoolId": house.pool })).await.ok();
    let clients = page["UserPoolClients"].as_array().unwrap();
    assert_eq!(clients.len(), 2);
    assert!(clients.iter().any(|client| client["ClientId"] == second
        && client["ClientName"] == "server"
        && client.get("ClientSecret").is_none()));
    let dynamic = json!({ "UserPoolId": house.pool, "ClientType": "DCR" });
    let page = house.call("ListUserPoolClients", dynamic).await.ok();
    assert_eq!(page["UserPoolClients"], json!([]));
}

#[tokio::test]
async fn a_missing_pool_has_no_list() {
    let house = House::empty();
    expect!["400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist."]
        .assert_eq(
            &house
                .call("ListUserPoolClients", json!({ "UserPoolId": "eu-west-1_Nobody123" }))
                .await
                .line(),
        );
}
