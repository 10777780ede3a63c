use crate::{
    passkeys::{
        PAGE, complete, configure, house_of_passkeys, house_without_a_domain, register, start,
    },
    *,
};
use testkit::Authenticator;

#[tokio::test]
async fn a_page_is_told_what_to_make() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let mut options = start(&house, &tokens).await;
    assert_eq!(options["challenge"].as_str().unwrap().len(), 43);
    options["challenge"] = json!("…");
    options["user"]["id"] = json!("…");
    expect![[r#"
        {
          "attestation": "none",
          "authenticatorSelection": {
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": "preferred"
          },
          "challenge": "…",
          "excludeCredentials": [],
          "pubKeyCredParams": [
            {
              "alg": -7,
              "type": "public-key"
            },
            {
              "alg": -257,
              "type": "public-key"
            }
          ],
          "rp": {
            "id": "example.com",
            "name": "example.com"
          },
          "timeout": 300000,
          "user": {
            "displayName": "ann",
            "id": "…",
            "name": "ann"
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&options).unwrap());

    // The one that is there is not to be made again.
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &tokens, &mut authenticator).await;
    let options = start(&house, &tokens).await;
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    let required = json!({ "RelyingPartyId": "example.com", "UserVerification": "required" });
    configure(&house, required).await.ok();
    let options = start(&house, &tokens).await;
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
}

#[tokio::test]
async fn a_pool_has_to_take_passkeys_and_to_have_a_domain() {
    let plain = House::new().await;
    let ann = plain.user("ann").await;
    expect!["400 WebAuthnNotEnabledException: Passkeys are not enabled for this user pool."]
        .assert_eq(&ann.call("StartWebAuthnRegistration", json!({})).await.line());
    let house = house_without_a_domain().await;
    let ann = house.user("ann").await;
    expect!["400 WebAuthnConfigurationMissingException: The user pool has no relying party ID and no domain."]
        .assert_eq(&ann.call("StartWebAuthnRegistration", json!({})).await.line());
}

#[tokio::test]
async fn a_user_has_twenty_at_most() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    for _ in 0..19 {
        register(&house, &tokens, &mut Authenticator::new(PAGE)).await;
    }
    let options = start(&house, &tokens).await;
    complete(&house, &tokens, &Authenticator::new(PAGE).make(&options)).await.ok();
    expect!["400 LimitExceededException: A user may have 20 passkeys at most."]
        .assert_eq(&tokens.call(&house, "StartWebAuthnRegistration", json!({})).await.line());
}
