use crate::{mfa::house_with_tokens, *};

#[tokio::test]
async fn an_administrator_learns_how_a_user_can_sign_in() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    ann.enrol().await;
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    let told = house.call("AdminGetUserAuthFactors", named).await.ok();
    assert_eq!(
        told,
        json!({ "Username": "ann", "PreferredMfaSetting": "SOFTWARE_TOKEN_MFA",
        "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"], "ConfiguredUserAuthFactors": ["PASSWORD"] })
    );
}
