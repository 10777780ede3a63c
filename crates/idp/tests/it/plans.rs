//! What does a plan not have, and what stands in the way of another one?

use crate::*;

const LACKS: &str =
    "400 FeatureUnavailableInTierException: The following features need to be disabled for the";
const USES: &str =
    "400 TierChangeNotAllowedException: The following features need to be disabled for the";

/// A house whose pool is on the lowest plan.
async fn lite() -> House {
    House::with(json!({ "UserPoolTier": "LITE" }), json!({})).await
}

fn of_pool(house: &House, settings: Value) -> Value {
    merged(json!({ "UserPoolId": house.pool }), settings)
}

fn rotating() -> Value {
    json!({ "ClientName": "more", "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "RefreshTokenRotation": { "Feature": "ENABLED" } })
}

fn choosing() -> Value {
    json!({ "ClientName": "more", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] })
}

fn activity() -> Value {
    json!({ "LogConfigurations": [{ "LogLevel": "INFO", "EventSource": "userAuthEvents",
        "S3Configuration": { "BucketArn": "arn:aws:s3:::people" } }] })
}

#[tokio::test]
async fn a_pool_is_not_made_with_what_its_plan_lacks() {
    let house = House::empty();
    let version = json!({ "LambdaVersion": "V3_0",
        "LambdaArn": "arn:aws:lambda:eu-west-1:000000000000:function:claims" });
    for (settings, features) in [
        (json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } }), "Threat Protection"),
        (
            json!({ "Policies": { "SignInPolicy": {
                "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } }),
            "Passwordless Sign-In",
        ),
        (
            json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": 3 } } }),
            "Password History",
        ),
        (
            json!({ "LambdaConfig": { "PreTokenGenerationConfig": version } }),
            "Token Customization with Pre-Token Generation Lambda V3_0",
        ),
        (
            json!({ "AcrConfiguration": { "Level1": { "AcrValue": "urn:one" } } }),
            "Step-Up Authentication",
        ),
        (json!({ "DcrConfiguration": {} }), "Dynamic Client Registration"),
        (
            json!({ "DcrConfiguration": {}, "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } }),
            "Threat Protection, Dynamic Client Registration",
        ),
    ] {
        let settings = merged(json!({ "PoolName": "people", "UserPoolTier": "LITE" }), settings);
        let line = house.call("CreateUserPool", settings.clone()).await.line();
        assert_eq!(line, format!("{LACKS} LITE pricing tier configured: {features}"));
        let plus = merged(settings, json!({ "UserPoolTier": "PLUS" }));
        house.call("CreateUserPool", plus).await.ok();
    }
    let plain = json!({ "PoolName": "people", "UserPoolTier": "LITE",
        "DcrConfiguration": { "EnableStatus": "Disabled" },
        "UserPoolAddOns": { "AdvancedSecurityMode": "OFF" },
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } } });
    house.call("CreateUserPool", plain).await.ok();
}

#[tokio::test]
async fn a_pool_does_not_get_what_its_plan_lacks() {
    let house = lite().await;
    house.call("CreateUserPoolDomain", of_pool(&house, json!({ "Domain": "people" }))).await.ok();
    let client = json!({ "ClientId": house.client });
    let managed = json!({ "Domain": "people", "ManagedLoginVersion": 2 });
    for (operation, settings, feature) in [
        ("CreateUserPoolClient", rotating(), "Refresh Token Rotation"),
        ("UpdateUserPoolClient", merged(client.clone(), rotating()), "Refresh Token Rotation"),
        ("CreateUserPoolClient", choosing(), "Choice-Based Sign-In"),
        ("UpdateUserPoolClient", merged(client.clone(), choosing()), "Choice-Based Sign-In"),
        ("CreateUserPoolDomain", managed.clone(), "Managed Login"),
        ("UpdateUserPoolDomain", managed, "Managed Login"),
        ("SetLogDeliveryConfiguration", activity(), "User Activity Logs"),
        (
            "CreateUserPoolReplica",
            json!({ "RegionName": "eu-central-1" }),
            "Multi-Region Replication",
        ),
        (
            "SetUserPoolMfaConfig",
            json!({ "EmailMfaConfiguration": {}, "WebAuthnConfiguration": {} }),
            "Passwordless Sign-In, Email MFA",
        ),
        (
            "SetUserPoolClientSessionConfiguration",
            merged(client, json!({ "SSOSession": { "MaxValidityMinutes": 5 } })),
            "Session Management",
        ),
        (
            "UpdateUserPool",
            json!({ "UserPoolTier": "LITE", "DcrConfiguration": {} }),
            "Dynamic Client Registration",
        ),
    ] {
        let line = house.call(operation, of_pool(&house, settings)).await.line();
        assert_eq!(line, format!("{LACKS} LITE pricing tier configured: {feature}"), "{operation}");
    }
    let essentials = House::new().await;
    let line =
        essentials.call("SetLogDeliveryConfiguration", of_pool(&essentials, activity())).await;
    assert_eq!(
        line.line(),
        format!("{LACKS} ESSENTIALS pricing tier configured: User Activity Logs")
    );
}

#[tokio::test]
async fn nobody_chooses_how_to_sign_in_where_the_plan_lacks_it() {
    let house = lite().await;
    let begin = json!({ "ClientId": house.client, "AuthFlow": "USER_AUTH",
        "AuthParameters": { "USERNAME": "ann" } });
    let choice = format!("{LACKS} LITE pricing tier configured: Choice-Based Sign-In");
    assert_eq!(house.call("InitiateAuth", begin.clone()).await.line(), choice);
    let mut level = of_pool(&house, begin);
    level["AuthParameters"]["TARGET_ACR_VALUES"] = json!("urn:cognito:loa:2");
    let both = format!("{choice}, Step-Up Authentication");
    assert_eq!(house.call("AdminInitiateAuth", level).await.line(), both);
}

#[tokio::test]
async fn a_pool_keeps_its_plan_while_it_uses_what_the_other_lacks() {
    let house = House::with(json!({ "UserPoolTier": "PLUS" }), json!({})).await;
    let to = async |tier: &str| house.update_pool(json!({ "UserPoolTier": tier })).await.line();
    let done = "200 OK";

    let call = async |operation: &str, settings: Value| {
        house.call(operation, of_pool(&house, settings)).await.ok()
    };
    call("SetLogDeliveryConfiguration", activity()).await;
    assert_eq!(
        to("ESSENTIALS").await,
        format!("{USES} ESSENTIALS pricing tier configured: User Activity Logs")
    );
    call("SetLogDeliveryConfiguration", json!({ "LogConfigurations": [] })).await;
    assert_eq!(to("ESSENTIALS").await, done);

    let client = call("CreateUserPoolClient", rotating()).await;
    let client = json!({ "ClientId": client["UserPoolClient"]["ClientId"] });
    let track =
        |state: &str| json!({ "UserSessionTracking": state, "TokenSession": { "MaxPerUser": 5 } });
    call("SetUserPoolSessionConfiguration", track("ENABLED")).await;
    let factors = json!({ "EmailMfaConfiguration": {}, "WebAuthnConfiguration": {
        "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" } });
    call("SetUserPoolMfaConfig", factors).await;
    let managed = json!({ "Domain": "people", "ManagedLoginVersion": 2 });
    call("CreateUserPoolDomain", managed).await;
    call("CreateUserPoolReplica", json!({ "RegionName": "eu-central-1" })).await;
    house.update_pool(json!({ "DcrConfiguration": {} })).await.ok();
    assert_eq!(
        to("LITE").await,
        format!(
            "{USES} LITE pricing tier configured: Passkey MFA, Email MFA, Refresh Token Rotation, Managed \
             Login, Session Management, Dynamic Client Registration, Multi-Region Replication"
        )
    );
    assert_eq!(to("PLUS").await, done);
    assert_eq!(to("ESSENTIALS").await, done);

    let still = merged(client, choosing());
    call("UpdateUserPoolClient", still.clone()).await;
    call("SetUserPoolSessionConfiguration", track("DISABLED")).await;
    let factors = json!({ "MfaConfiguration": "OFF", "WebAuthnConfiguration": {} });
    call("SetUserPoolMfaConfig", factors).await;
    call("UpdateUserPoolDomain", json!({ "Domain": "people", "ManagedLoginVersion": 1 })).await;
    call("DeleteUserPoolReplica", json!({ "RegionName": "eu-central-1" })).await;
    let closed = json!({ "UserPoolTier": "LITE",
        "DcrConfiguration": { "EnableStatus": "Disabled" } });
    assert_eq!(
        house.update_pool(closed.clone()).await.line(),
        format!("{USES} LITE pricing tier configured: Choice-Based Sign-In")
    );
    call("DeleteUserPoolClient", json!({ "ClientId": still["ClientId"] })).await;
    assert_eq!(house.update_pool(closed).await.line(), done);
}
