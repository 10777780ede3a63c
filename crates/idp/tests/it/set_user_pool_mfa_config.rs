use crate::*;

async fn set(house: &House, config: Value) -> Answer {
    let mut input = config;
    input["UserPoolId"] = json!(house.pool);
    house.call("SetUserPoolMfaConfig", input).await
}

#[tokio::test]
async fn what_is_said_is_told_back() {
    let house = House::new().await;
    let said = json!({ "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "SmsMfaConfiguration": { "SmsAuthenticationMessage": "Code {####}",
            "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
        "EmailMfaConfiguration": { "Subject": "Code", "Message": "It is {####}" },
        "WebAuthnConfiguration": { "RelyingPartyId": "example.com", "UserVerification": "required" } });
    assert_eq!(set(&house, said.clone()).await.ok(), said);
    let told = house.call("GetUserPoolMfaConfig", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(told, said);
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(pool["UserPool"]["MfaConfiguration"], "OPTIONAL");
    assert_eq!(pool["UserPool"]["SmsAuthenticationMessage"], "Code {####}");

    let fewer = json!({ "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    let told = set(&house, fewer).await.ok();
    assert_eq!(told["EmailMfaConfiguration"], Value::Null);
    assert_eq!(told["SmsMfaConfiguration"], Value::Null);
    assert_eq!(told["WebAuthnConfiguration"]["RelyingPartyId"], "example.com");
}

#[tokio::test]
async fn a_part_that_is_said_alone_leaves_the_others() {
    let house = House::new().await;
    let on = json!({ "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    set(&house, on).await.ok();
    let email = json!({ "EmailMfaConfiguration": { "Subject": "S", "Message": "It is {####}" } });
    let told = set(&house, email).await.ok();
    assert_eq!(told["MfaConfiguration"], "OPTIONAL");
    assert_eq!(told["SoftwareTokenMfaConfiguration"], json!({ "Enabled": true }));
    assert_eq!(told["EmailMfaConfiguration"]["Subject"], "S");
}

#[tokio::test]
async fn an_update_of_the_pool_leaves_factors_that_it_cannot_name() {
    let house = House::new().await;
    let on = json!({ "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    set(&house, on).await.ok();
    house.update_pool(json!({ "MfaConfiguration": "ON" })).await.ok();
    let named = json!({ "UserPoolId": house.pool });
    let told = house.call("GetUserPoolMfaConfig", named.clone()).await.ok();
    assert_eq!(
        told,
        json!({ "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } })
    );
    house.update_pool(json!({})).await.ok();
    let told = house.call("GetUserPoolMfaConfig", named).await.ok();
    assert_eq!(told["MfaConfiguration"], "OFF", "left out, so back to its default");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let house = House::new().await;
    expect!["400 InvalidParameterException: At least one of [SmsMfaConfiguration] or [SoftwareTokenMfaConfiguration] must be provided."]
        .assert_eq(&set(&house, json!({ "MfaConfiguration": "ON" })).await.line());
    let off = json!({ "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": false } });
    expect!["400 InvalidParameterException: At least one of [SmsMfaConfiguration] or [SoftwareTokenMfaConfiguration] must be provided."]
        .assert_eq(&set(&house, off).await.line());
    let sms = json!({ "MfaConfiguration": "ON",
        "SmsMfaConfiguration": { "SmsAuthenticationMessage": "Code {####}" } });
    expect!["400 InvalidParameterException: SmsConfiguration is required for SMS MFA."]
        .assert_eq(&set(&house, sms).await.line());
    let codes = json!({ "Policies": { "SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } } });
    house.update_pool(codes).await.ok();
    let on = json!({ "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    expect!["400 InvalidParameterException: EMAIL_OTP and SMS_OTP cannot be first factors of a user pool that requires MFA."]
        .assert_eq(&set(&house, on).await.line());
    house.update_pool(json!({ "UserPoolTier": "LITE" })).await.ok();
    let email = json!({ "MfaConfiguration": "ON",
        "EmailMfaConfiguration": { "Subject": "S", "Message": "It is {####}" } });
    expect!["400 FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Email MFA"]
        .assert_eq(&set(&house, email).await.line());
}
