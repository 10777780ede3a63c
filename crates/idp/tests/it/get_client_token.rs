use crate::*;

async fn machine(house: &House, more: Value) -> Value {
    let server = json!({ "UserPoolId": house.pool, "Identifier": "fruit", "Name": "fruit",
        "Scopes": [{ "ScopeName": "read", "ScopeDescription": "reads" },
            { "ScopeName": "pick", "ScopeDescription": "picks" }] });
    house.call("CreateResourceServer", server).await.ok();
    let mut client = json!({ "UserPoolId": house.pool, "ClientName": "machine",
        "GenerateSecret": true });
    client.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.call("CreateUserPoolClient", client).await.ok()["UserPoolClient"].clone()
}

#[tokio::test]
async fn a_client_gets_what_its_grant_allows() {
    let house = House::new().await;
    let client = machine(
        &house,
        json!({ "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthScopes": ["fruit/read"] }),
    )
    .await;
    let ask = async |scopes: Value| {
        let input = json!({ "ClientId": client["ClientId"], "Secret": client["ClientSecret"],
            "Scopes": scopes });
        house.call_unsigned("GetClientToken", input).await
    };
    for scopes in [json!(null), json!(["fruit/read"])] {
        let result = ask(scopes).await.ok()["ClientAuthenticationResult"].clone();
        assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
        let claims = claims(result["AccessToken"].as_str().unwrap());
        assert_eq!(claims["scope"], "fruit/read");
        assert_eq!((&claims["sub"], &claims["token_use"]), (&client["ClientId"], &json!("access")));
    }
    expect!["400 InvalidParameterException: The scope fruit/pick is not granted."]
        .assert_eq(&ask(json!(["fruit/pick"])).await.line());
}

#[tokio::test]
async fn a_client_without_the_grant_or_the_secret_gets_nothing() {
    let house = House::new().await;
    let client = machine(&house, json!({})).await;
    let ask = async |secret: &str| {
        let input = json!({ "ClientId": client["ClientId"], "Secret": secret });
        house.call_unsigned("GetClientToken", input).await.line()
    };
    expect!["400 NotAuthorizedException: The client or its secret is not valid."]
        .assert_eq(&ask("not0the0secret0of0this0client").await);
    expect!["400 NotAuthorizedException: ALLOW_CLIENT_TOKEN_AUTH flow not enabled for this client"]
        .assert_eq(&ask(client["ClientSecret"].as_str().unwrap()).await);
}
