use crate::{mfa::house_with_tokens, *};

#[tokio::test]
async fn the_first_code_makes_an_authenticator_count() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let given = tokens.call(&house, "AssociateSoftwareToken", json!({})).await.ok();
    let secret = given["SecretCode"].as_str().unwrap();
    let code = json!({ "UserCode": house.shown(secret), "FriendlyDeviceName": "Ann's phone" });
    let verified = tokens.call(&house, "VerifySoftwareToken", code.clone()).await.ok();
    assert_eq!(verified, json!({ "Status": "SUCCESS" }));
    // It is there now, and turned on by a preference.
    SignedIn::of(&ann.sign_in().await.ok());
    let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true } });
    tokens.call(&house, "SetUserMFAPreference", on).await.ok();
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({ "USER_ID_FOR_SRP": "ann", "FRIENDLY_DEVICE_NAME": "Ann's phone" })
    );
    expect![
        "400 SoftwareTokenMFANotFoundException: Software Token MFA does not exist for the user."
    ]
    .assert_eq(&tokens.call(&house, "VerifySoftwareToken", code).await.line());
}

#[tokio::test]
async fn a_wrong_first_code_enrols_nothing() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let code = json!({ "UserCode": "123456" });
    expect![
        "400 SoftwareTokenMFANotFoundException: Software Token MFA does not exist for the user."
    ]
    .assert_eq(&tokens.call(&house, "VerifySoftwareToken", code.clone()).await.line());
    let given = tokens.call(&house, "AssociateSoftwareToken", json!({})).await.ok();
    let right = house.shown(given["SecretCode"].as_str().unwrap());
    let wrong = if right == "123456" { "654321" } else { "123456" };
    for _ in 0..5 {
        expect![
            "400 EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
        ]
        .assert_eq(
            &tokens.call(&house, "VerifySoftwareToken", json!({ "UserCode": wrong })).await.line(),
        );
    }
    expect!["400 NotAuthorizedException: Password attempts exceeded"].assert_eq(
        &tokens.call(&house, "VerifySoftwareToken", json!({ "UserCode": right })).await.line(),
    );
    let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true } });
    expect!["400 InvalidParameterException: User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA"]
        .assert_eq(&tokens.call(&house, "SetUserMFAPreference", on).await.line());
    house.advance(SignedDuration::from_secs(1));
    tokens.call(&house, "VerifySoftwareToken", json!({ "UserCode": right })).await.ok();
}

/// MFA-02, of somebody who is signed in.
#[tokio::test]
async fn a_secret_is_verified_by_the_session_that_asked_for_it() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let (one, other) = (ann.tokens().await, ann.tokens().await);
    let given = one.call(&house, "AssociateSoftwareToken", json!({})).await.ok();
    let code = json!({ "UserCode": house.shown(given["SecretCode"].as_str().unwrap()) });
    expect![
        "400 SoftwareTokenMFANotFoundException: Software Token MFA does not exist for the user."
    ]
    .assert_eq(&other.call(&house, "VerifySoftwareToken", code.clone()).await.line());
    one.call(&house, "VerifySoftwareToken", code).await.ok();
}
