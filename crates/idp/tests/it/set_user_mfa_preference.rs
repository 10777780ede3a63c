use crate::{mfa::house_with_tokens, *};

async fn prefer(house: &House, tokens: &SignedIn, settings: Value) -> Answer {
    tokens.call(house, "SetUserMFAPreference", settings).await
}

#[tokio::test]
async fn factors_are_turned_on_and_off_and_told() {
    let house = house_with_tokens("OPTIONAL").await;
    let attributes = json!({ "email": "ann@example.com", "phone_number": "+15550001234" });
    let ann = house.user_with("ann", attributes).await;
    let tokens = ann.tokens().await;
    ann.enrol().await;
    let settings = json!({ "SMSMfaSettings": { "Enabled": true },
        "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    prefer(&house, &tokens, settings).await.ok();
    let user = tokens.call(&house, "GetUser", json!({})).await.ok();
    assert_eq!(user["UserMFASettingList"], json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]));
    assert_eq!(user["PreferredMfaSetting"], "EMAIL_OTP");
    assert_eq!(
        user["MFAOptions"],
        json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }])
    );
    let looked = house.look_at("ann").await;
    assert_eq!(looked["PreferredMfaSetting"], "EMAIL_OTP");

    // What is not spoken of stays.
    prefer(&house, &tokens, json!({ "EmailMfaSettings": { "Enabled": false } })).await.ok();
    let user = tokens.call(&house, "GetUser", json!({})).await.ok();
    assert_eq!(user["UserMFASettingList"], json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA"]));
    assert_eq!(user["PreferredMfaSetting"], Value::Null);
    let off = json!({ "SMSMfaSettings": { "Enabled": false },
        "SoftwareTokenMfaSettings": { "Enabled": false } });
    prefer(&house, &tokens, off).await.ok();
    let user = tokens.call(&house, "GetUser", json!({})).await.ok();
    assert_eq!(user["UserMFASettingList"], Value::Null);
    SignedIn::of(&ann.sign_in().await.ok());
}

#[tokio::test]
async fn a_factor_that_the_user_does_not_have_is_not_turned_on() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user_with("ann", json!({})).await;
    let tokens = ann.tokens().await;
    for (settings, name) in [
        ("SMSMfaSettings", "SMS_MFA"),
        ("SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA"),
        ("EmailMfaSettings", "EMAIL_MFA"),
    ] {
        let on = json!({ settings: { "Enabled": true } });
        assert_eq!(
            prefer(&house, &tokens, on).await.line(),
            format!(
                "400 InvalidParameterException: User does not have delivery config set to turn on {name}"
            )
        );
    }
    let passkeys = json!({ "WebAuthnMfaSettings": { "Enabled": true } });
    expect!["400 InvalidParameterException: Passkeys do not count as MFA in this user pool."]
        .assert_eq(&prefer(&house, &tokens, passkeys).await.line());
}

#[tokio::test]
async fn one_factor_is_preferred_at_most_and_only_one_that_is_on() {
    let house = house_with_tokens("OPTIONAL").await;
    let attributes = json!({ "email": "ann@example.com", "phone_number": "+15550001234" });
    let ann = house.user_with("ann", attributes).await;
    let tokens = ann.tokens().await;
    let wish = json!({ "Enabled": true, "PreferredMfa": true });
    expect!["400 InvalidParameterException: Only one MFA method can be set as preferred."]
        .assert_eq(
            &prefer(&house, &tokens, json!({ "SMSMfaSettings": wish, "EmailMfaSettings": wish }))
                .await
                .line(),
        );
    expect!["400 InvalidParameterException: An MFA method that is not enabled cannot be set as preferred."]
        .assert_eq(&prefer(&house, &tokens, json!({ "SMSMfaSettings": { "PreferredMfa": true } })).await.line());
}

#[tokio::test]
async fn the_last_factor_stays_where_everybody_needs_one() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user_with("ann", json!({})).await;
    let tokens = ann.tokens().await;
    ann.enrol().await;
    mfa::configure(&house, "ON").await;
    let off = json!({ "SoftwareTokenMfaSettings": { "Enabled": false } });
    expect![
        "400 InvalidParameterException: User cannot turn off MFA while the user pool requires it."
    ]
    .assert_eq(&prefer(&house, &tokens, off).await.line());
}
