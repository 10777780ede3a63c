use crate::{
    devices::{Gadget, confirmed, house},
    *,
};

#[tokio::test]
async fn only_the_device_of_the_session_is_confirmed_and_once() {
    let house = house().await;
    let (gadget, tokens) = confirmed(&house, "ann").await;
    expect!["400 DeviceKeyExistsException: Device already exists."]
        .assert_eq(&gadget.confirm(&house, &tokens).await.line());
    let ann = SignedIn::of(&house.sign_in("ann", PASSWORD).await.ok());
    expect!["400 InvalidParameterException: Invalid device key given."]
        .assert_eq(&gadget.confirm(&house, &ann).await.line());
    house.update_pool(json!({})).await.ok();
    let body = house.sign_in("ann", PASSWORD).await.ok();
    expect!["400 InvalidUserPoolConfigurationException: Device tracking is not enabled for the user pool."]
        .assert_eq(&gadget.confirm(&house, &SignedIn::of(&body)).await.line());
}

#[tokio::test]
async fn a_pool_may_leave_it_to_the_user() {
    let prompt = json!({ "DeviceConfiguration": { "DeviceOnlyRememberedOnUserPrompt": true } });
    let house = House::with(prompt, json!({})).await;
    house.user("ann").await;
    let body = house.sign_in("ann", PASSWORD).await.ok();
    let (gadget, tokens) = (Gadget::of(&body), SignedIn::of(&body));
    let confirmed = gadget.confirm(&house, &tokens).await.ok();
    assert_eq!(confirmed, json!({ "UserConfirmationNecessary": true }));
    let plain = gadget.sign_in(&house, "ann").await.ok();
    assert!(plain.get("ChallengeName").is_none(), "it is not remembered");
    let access = SignedIn::of(&plain).access;
    assert_eq!(claims(&access)["device_key"], gadget.key.as_str());
    let remember = json!({ "DeviceKey": gadget.key, "DeviceRememberedStatus": "remembered" });
    tokens.call(&house, "UpdateDeviceStatus", remember).await.ok();
    gadget.tokens(&house, "ann").await;
}

#[tokio::test]
async fn a_verifier_that_is_none_is_refused() {
    let house = house().await;
    house.user("ann").await;
    let body = house.sign_in("ann", PASSWORD).await.ok();
    let (gadget, tokens) = (Gadget::of(&body), SignedIn::of(&body));
    let good = gadget.verifier();
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let (missing, wrong) = ("InvalidParameterException", "InvalidPasswordException");
    for (bad, name) in [
        (Value::Null, missing),
        (json!({}), missing),
        (with("Salt", Value::Null), missing),
        (with("Salt", json!("not base64")), wrong),
        (with("Salt", json!("QUFBQUFBQUFBQUFBQUFBQUE=")), wrong),
        (with("PasswordVerifier", json!("AAAA")), wrong),
        (with("PasswordVerifier", json!("/".repeat(512))), wrong),
        (with("PasswordVerifier", json!("A".repeat(100_000))), wrong),
    ] {
        let input = json!({ "DeviceKey": gadget.key, "DeviceSecretVerifierConfig": bad });
        let line = tokens.call(&house, "ConfirmDevice", input).await.line();
        assert_eq!(line, format!("400 {name}: Invalid device secret verifier given."), "{bad}");
    }
}
