use crate::*;

#[tokio::test]
async fn no_client_can_have_the_flow_that_it_needs() {
    let house = House::new().await;
    let confidential = json!({ "UserPoolId": house.pool, "ClientName": "machine",
        "GenerateSecret": true });
    let client = house.call("CreateUserPoolClient", confidential).await.ok();
    let client = &client["UserPoolClient"];
    let ask = async |secret: &str| {
        let input = json!({ "ClientId": client["ClientId"], "Secret": secret });
        house.call_unsigned("GetClientToken", input).await.line()
    };
    expect!["400 NotAuthorizedException: The client or its secret is not valid."]
        .assert_eq(&ask("not0the0secret0of0this0client").await);
    expect!["400 NotAuthorizedException: ALLOW_CLIENT_TOKEN_AUTH flow not enabled for this client"]
        .assert_eq(&ask(client["ClientSecret"].as_str().unwrap()).await);
}
