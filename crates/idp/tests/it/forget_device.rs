use crate::{
    devices::{Gadget, confirmed, house},
    *,
};

#[tokio::test]
async fn a_forgotten_device_is_a_new_one() {
    let house = house().await;
    let (gadget, ann) = confirmed(&house, "ann").await;
    let (_, bob) = confirmed(&house, "bob").await;
    let input = json!({ "DeviceKey": gadget.key });
    let missing = "400 ResourceNotFoundException: Device does not exist.";
    assert_eq!(bob.call(&house, "ForgetDevice", input.clone()).await.line(), missing);
    let answer = ann.call(&house, "ForgetDevice", input.clone()).await;
    assert_eq!(answer.ok(), Value::Null, "an empty body");
    assert_eq!(ann.call(&house, "ForgetDevice", input).await.line(), missing);
    Gadget::of(&house.srp_sign_in("ann", PASSWORD).await.ok());
}

#[tokio::test]
async fn a_device_that_is_forgotten_meanwhile_proves_nothing() {
    let house = house().await;
    let (gadget, ann) = confirmed(&house, "ann").await;
    let asked = gadget.sign_in(&house, "ann").await.ok();
    let (begun, client) = gadget.begin(&house, "ann", &asked["Session"]).await;
    let proof = gadget.prove(&house, &begun.ok(), &client);
    ann.call(&house, "ForgetDevice", json!({ "DeviceKey": gadget.key })).await.ok();
    let line = devices::respond(&house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await;
    expect!["400 ResourceNotFoundException: Device does not exist."].assert_eq(&line.line());
}
