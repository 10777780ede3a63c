use crate::*;

async fn begin(house: &House, flow: &str, parameters: Value) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "ClientId": house.client, "AuthFlow": flow,
        "AuthParameters": parameters });
    house.call("AdminInitiateAuth", input).await
}

#[tokio::test]
async fn a_server_signs_people_in_under_either_name_of_its_flow() {
    let house = House::new().await;
    house.user("ann").await;
    for flow in ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
        let parameters = json!({ "USERNAME": "ann", "PASSWORD": PASSWORD });
        let tokens = SignedIn::of(&begin(&house, flow, parameters).await.ok());
        let refreshed =
            begin(&house, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": tokens.refresh }));
        assert!(refreshed.await.ok()["AuthenticationResult"].get("RefreshToken").is_none());
    }
}

#[tokio::test]
async fn the_public_flow_is_not_a_servers() {
    let house = House::new().await;
    let parameters = json!({ "USERNAME": "ann", "PASSWORD": PASSWORD });
    expect!["400 InvalidParameterException: Initiate Auth method not supported"]
        .assert_eq(&begin(&house, "USER_PASSWORD_AUTH", parameters).await.line());
    let house =
        House::with(json!({}), json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
    expect!["400 InvalidParameterException: Auth flow not enabled for this client"]
        .assert_eq(&begin(&house, "ADMIN_USER_PASSWORD_AUTH", json!({})).await.line());
}

#[tokio::test]
async fn pool_and_client_must_belong_together() {
    let house = House::new().await;
    let mut other = house.clone();
    other.pool = house.make_pool(json!({})).await;
    assert_eq!(
        begin(&other, "ADMIN_USER_PASSWORD_AUTH", json!({})).await.line(),
        format!("400 ResourceNotFoundException: User pool client {} does not exist.", house.client)
    );
}
