use crate::{mfa::house_with_tokens, *};

#[tokio::test]
async fn an_authenticator_is_taken_away() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    ann.enrol().await;
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    assert_eq!(house.call("AdminDeleteSoftwareToken", named).await.ok(), json!({}));
    SignedIn::of(&ann.sign_in().await.ok());
    assert_eq!(house.look_at("ann").await["UserMFASettingList"], Value::Null);
    let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true } });
    expect!["400 InvalidParameterException: User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA"]
        .assert_eq(&ann.call("SetUserMFAPreference", on).await.line());
    let nobody = json!({ "UserPoolId": house.pool, "Username": "nobody" });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminDeleteSoftwareToken", nobody).await.line());
}
