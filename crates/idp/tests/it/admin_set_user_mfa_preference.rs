use crate::{mfa::house_with_tokens, *};

#[tokio::test]
async fn an_administrator_turns_factors_on_and_off() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let set = async |settings: Value| {
        let mut input = settings;
        input["UserPoolId"] = json!(house.pool);
        input["Username"] = json!("ann");
        house.call("AdminSetUserMFAPreference", input).await
    };
    set(json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } })).await.ok();
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(house.look_at("ann").await["UserMFASettingList"], json!(["EMAIL_OTP"]));
    set(json!({ "EmailMfaSettings": { "Enabled": false } })).await.ok();
    SignedIn::of(&ann.sign_in().await.ok());
    expect!["400 InvalidParameterException: User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA"]
        .assert_eq(&set(json!({ "SoftwareTokenMfaSettings": { "Enabled": true } })).await.line());
}

#[tokio::test]
async fn where_everybody_needs_one_the_user_sets_up_another() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user_with("ann", json!({})).await;
    ann.enrol().await;
    mfa::configure(&house, "ON").await;
    let off = json!({ "UserPoolId": house.pool, "Username": "ann",
        "SoftwareTokenMfaSettings": { "Enabled": false } });
    house.call("AdminSetUserMFAPreference", off).await.ok();
    assert_eq!(ann.sign_in().await.ok()["ChallengeName"], "MFA_SETUP");
}

#[tokio::test]
async fn somebody_who_does_not_exist_has_no_factors() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "Username": "nobody" });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminSetUserMFAPreference", input).await.line());
}
