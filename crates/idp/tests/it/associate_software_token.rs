use crate::{mfa::house_with_tokens, *};

#[tokio::test]
async fn a_secret_is_given_to_whoever_is_signed_in() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let given = ann.call("AssociateSoftwareToken", json!({})).await.ok();
    let secret = given["SecretCode"].as_str().unwrap();
    assert_eq!(secret.len(), 52);
    assert_eq!(given["Session"], Value::Null);
    // Nothing is asked until a first code was told.
    SignedIn::of(&ann.sign_in().await.ok());
}

#[tokio::test]
async fn a_new_secret_leaves_the_one_in_use_until_it_is_verified() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let secret = ann.enrol().await;
    tokens.call(&house, "AssociateSoftwareToken", json!({})).await.ok();
    house.advance(SignedDuration::from_secs(30));
    let asked = ann.sign_in().await.ok();
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": house.shown(&secret) });
    SignedIn::of(&house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok());
}

#[tokio::test]
async fn it_takes_a_token_or_a_session_and_not_both() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    expect!["400 InvalidParameterException: Either AccessToken or Session is required."]
        .assert_eq(&house.call_unsigned("AssociateSoftwareToken", json!({})).await.line());
    let both = json!({ "Session": "x".repeat(20) });
    expect!["400 InvalidParameterException: Only one of AccessToken and Session can be given."]
        .assert_eq(&ann.call("AssociateSoftwareToken", both.clone()).await.line());
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&house.call_unsigned("AssociateSoftwareToken", both).await.line());
}

#[tokio::test]
async fn a_session_of_another_challenge_gives_no_secret() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    ann.enrol().await;
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let session = json!({ "Session": asked["Session"] });
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&house.call_unsigned("AssociateSoftwareToken", session).await.line());
}

#[tokio::test]
async fn a_pool_without_authenticators_gives_and_takes_no_secret() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let off = expect![
        "400 SoftwareTokenMFANotFoundException: Software Token MFA has not been enabled by the userPool"
    ];
    off.assert_eq(&ann.call("AssociateSoftwareToken", json!({})).await.line());
    let code = json!({ "UserCode": "123456" });
    off.assert_eq(&ann.call("VerifySoftwareToken", code).await.line());
}
