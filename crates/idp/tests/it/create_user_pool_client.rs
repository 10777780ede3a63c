use crate::*;

async fn line(house: &House, settings: Value) -> String {
    let mut input = json!({ "UserPoolId": house.pool, "ClientName": "web" });
    input.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    house.call("CreateUserPoolClient", input).await.line()
}

#[tokio::test]
async fn a_client_of_defaults_shows_them() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "ClientName": "web" });
    let made = house.call("CreateUserPoolClient", input).await.ok();
    let mut client = made["UserPoolClient"].clone();
    let id = client["ClientId"].as_str().unwrap();
    assert!(id.len() == 26 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    for moving in ["ClientId", "UserPoolId"] {
        client.as_object_mut().unwrap().remove(moving);
    }
    expect![[r#"
        {
          "AllowedOAuthFlowsUserPoolClient": false,
          "AuthSessionValidity": 3,
          "ClientName": "web",
          "CreationDate": 1795248000.25,
          "EnablePropagateAdditionalUserContextData": false,
          "EnableTokenRevocation": true,
          "ExplicitAuthFlows": [
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_CUSTOM_AUTH"
          ],
          "LastModifiedDate": 1795248000.25,
          "PreventUserExistenceErrors": "LEGACY",
          "RefreshTokenValidity": 30
        }"#]]
    .assert_eq(&pretty(&client));
}

#[tokio::test]
async fn what_is_given_is_told_back() {
    let house = House::new().await;
    house
        .call(
            "CreateResourceServer",
            json!({ "UserPoolId": house.pool, "Identifier": "users", "Name": "users",
                "Scopes": [{ "ScopeName": "read", "ScopeDescription": "read" }] }),
        )
        .await
        .ok();
    let given = json!({
        "RefreshTokenValidity": 90, "AccessTokenValidity": 10, "IdTokenValidity": 20,
        "TokenValidityUnits": { "AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes" },
        "ReadAttributes": ["email", "name"],
        "WriteAttributes": ["email"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": ["https://example.com/cb", "http://localhost:3000"],
        "LogoutURLs": ["https://example.com/out"],
        "DefaultRedirectURI": "https://example.com/cb",
        "AllowedOAuthFlows": ["code", "implicit"],
        "AllowedOAuthScopes": ["openid", "users/read"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AnalyticsConfiguration": { "ApplicationId": "abc", "UserDataShared": false },
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": false,
        "EnablePropagateAdditionalUserContextData": true,
        "AuthSessionValidity": 15,
        "RefreshTokenRotation": { "Feature": "DISABLED", "RetryGracePeriodSeconds": 10 },
    });
    let mut input = given.clone();
    input["UserPoolId"] = json!(house.pool);
    input["ClientName"] = json!("web");
    input["GenerateSecret"] = json!(true);
    let made = house.call("CreateUserPoolClient", input).await.ok();
    let id = made["UserPoolClient"]["ClientId"].clone();
    let described = json!({ "UserPoolId": house.pool, "ClientId": id });
    let described = house.call("DescribeUserPoolClient", described).await.ok();
    assert_eq!(described, made, "the secret too");
    assert_eq!(made["UserPoolClient"]["ClientSecret"].as_str().unwrap().len(), 52);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&made["UserPoolClient"][name], value, "{name}");
    }
}

#[tokio::test]
async fn rotation_takes_the_refresh_flow_out_of_the_usual_ones() {
    let house = House::new().await;
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 60 });
    let input = json!({ "UserPoolId": house.pool, "ClientName": "web",
        "RefreshTokenRotation": rotation });
    let made = house.call("CreateUserPoolClient", input).await.ok();
    let client = &made["UserPoolClient"];
    assert_eq!(client["RefreshTokenRotation"], rotation);
    assert_eq!(client["ExplicitAuthFlows"], json!(["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]));
    let long =
        json!({ "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 61 } });
    assert!(
        line(&house, long).await.starts_with("400 InvalidParameterException: 1 validation error")
    );
}

#[tokio::test]
async fn a_secret_may_be_brought_along() {
    let house = House::new().await;
    let secret = "abcdefghijklmnopqrstuvwxyz";
    let input = json!({ "UserPoolId": house.pool, "ClientName": "web", "ClientSecret": secret });
    let made = house.call("CreateUserPoolClient", input).await.ok();
    assert_eq!(made["UserPoolClient"]["ClientSecret"], secret);
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused() {
    let house = House::new().await;
    expect!["400 InvalidParameterException: Invalid ExplicitAuthFlows: ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY and USER_PASSWORD_AUTH cannot be combined with values that begin with ALLOW_."]
        .assert_eq(&line(&house, json!({ "ExplicitAuthFlows": ["USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"] })).await);
    expect!["400 InvalidOAuthFlowException: client_credentials flow can not be selected along with code flow or implicit flow"]
        .assert_eq(&line(&house, json!({ "AllowedOAuthFlows": ["client_credentials", "code"] })).await);
    expect!["400 InvalidOAuthFlowException: client_credentials flow can not be selected if client does not have a client secret"]
        .assert_eq(&line(&house, json!({ "AllowedOAuthFlows": ["client_credentials"] })).await);
    expect!["400 ScopeDoesNotExistException: Invalid scope requested: users/read"]
        .assert_eq(&line(&house, json!({ "AllowedOAuthScopes": ["openid", "users/read"] })).await);
    expect!["400 InvalidParameterException: Default redirect URI is not one of the callback URLs."]
        .assert_eq(&line(&house, json!({ "DefaultRedirectURI": "https://example.com/cb" })).await);
    expect!["400 InvalidParameterException: http://example.com/cb is not a valid redirect URL."]
        .assert_eq(&line(&house, json!({ "CallbackURLs": ["http://example.com/cb"] })).await);
    expect!["400 InvalidParameterException: Invalid range for token validity."].assert_eq(
        &line(
            &house,
            json!({ "AccessTokenValidity": 4, "TokenValidityUnits": { "AccessToken": "minutes" } }),
        )
        .await,
    );
    expect!["400 InvalidParameterException: Invalid range for token validity."].assert_eq(
        &line(
            &house,
            json!({ "AccessTokenValidity": 2, "RefreshTokenValidity": 1,
            "TokenValidityUnits": { "RefreshToken": "hours" } }),
        )
        .await,
    );
    expect!["400 InvalidParameterException: EnablePropagateAdditionalUserContextData needs a client with a secret."]
        .assert_eq(&line(&house, json!({ "EnablePropagateAdditionalUserContextData": true })).await);
    expect!["400 InvalidParameterException: ALLOW_REFRESH_TOKEN_AUTH cannot be enabled together with refresh token rotation."]
        .assert_eq(&line(&house, json!({ "RefreshTokenRotation": { "Feature": "ENABLED" },
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] })).await);
    expect![
        "400 InvalidParameterException: Invalid write attributes specified while creating a client"
    ]
    .assert_eq(&line(&house, json!({ "WriteAttributes": ["email_verified"] })).await);
    expect![
        "400 InvalidParameterException: Invalid read attributes specified while creating a client"
    ]
    .assert_eq(&line(&house, json!({ "ReadAttributes": ["custom:none"] })).await);
    expect!["400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist."]
        .assert_eq(&line(&house, json!({ "UserPoolId": "eu-west-1_Nobody123" })).await);
}

#[tokio::test]
async fn oauth_needs_flows_and_scopes() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "ClientName": "web",
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"] });
    expect!["400 InvalidParameterException: AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."]
        .assert_eq(&house.call("CreateUserPoolClient", input).await.line());
}
