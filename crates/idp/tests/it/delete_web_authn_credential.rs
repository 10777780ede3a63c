use crate::{
    passkeys::{PAGE, begin, house_of_passkeys, register},
    *,
};
use testkit::Authenticator;

async fn ids(house: &House, tokens: &SignedIn) -> Vec<Value> {
    let listed = tokens.call(house, "ListWebAuthnCredentials", json!({})).await.ok();
    let listed = listed["Credentials"].as_array().unwrap();
    listed.iter().map(|it| it["CredentialId"].clone()).collect()
}

#[tokio::test]
async fn a_passkey_that_was_forgotten_is_nothing_any_more() {
    let house = house_of_passkeys().await;
    let tokens = house.user("ann").await.tokens().await;
    let (mut one, mut other) = (Authenticator::new(PAGE), Authenticator::new(PAGE));
    register(&house, &tokens, &mut one).await;
    register(&house, &tokens, &mut other).await;
    let there = ids(&house, &tokens).await;
    let bob = house.user("bob").await.tokens().await;
    let missing = "400 ResourceNotFoundException: The credential does not exist.";
    let first = json!({ "CredentialId": there[0] });
    let refused = bob.call(&house, "DeleteWebAuthnCredential", first.clone()).await;
    assert_eq!(refused.line(), missing);
    for id in &there {
        let input = json!({ "CredentialId": id });
        let done = tokens.call(&house, "DeleteWebAuthnCredential", input).await.ok();
        assert_eq!(done, json!({}));
    }
    let again = tokens.call(&house, "DeleteWebAuthnCredential", first).await;
    assert_eq!(again.line(), missing);
    assert!(ids(&house, &tokens).await.is_empty());
    let begun = begin(&house, "ann", Some("WEB_AUTHN")).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    // Its id is free again.
    register(&house, &bob, &mut one).await;
}

#[tokio::test]
async fn a_passkey_is_a_factor_that_is_told() {
    let house = house_of_passkeys().await;
    let tokens = house.user("ann").await.tokens().await;
    let told = tokens.call(&house, "GetUserAuthFactors", json!({})).await.ok();
    assert_eq!(told["ConfiguredUserAuthFactors"], json!(["PASSWORD", "EMAIL_OTP"]));
    register(&house, &tokens, &mut Authenticator::new(PAGE)).await;
    let told = tokens.call(&house, "GetUserAuthFactors", json!({})).await.ok();
    assert_eq!(told["ConfiguredUserAuthFactors"], json!(["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]));
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    let told = house.call("AdminGetUserAuthFactors", named).await.ok();
    assert_eq!(told["ConfiguredUserAuthFactors"], json!(["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]));
}
