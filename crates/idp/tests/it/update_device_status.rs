use crate::{
    devices::{confirmed, house},
    *,
};

#[tokio::test]
async fn a_device_that_is_not_remembered_is_asked_nothing() {
    let house = house().await;
    let (gadget, ann) = confirmed(&house, "ann").await;
    let status =
        |status: Value| json!({ "DeviceKey": gadget.key, "DeviceRememberedStatus": status });
    let answer = ann.call(&house, "UpdateDeviceStatus", status(json!("not_remembered"))).await;
    assert_eq!(answer.ok(), json!({}));
    let body = gadget.sign_in(&house, "ann").await.ok();
    assert!(body.get("ChallengeName").is_none());
    assert!(body["AuthenticationResult"].get("NewDeviceMetadata").is_none());
    ann.call(&house, "UpdateDeviceStatus", status(Value::Null)).await.ok();
    assert!(gadget.sign_in(&house, "ann").await.ok().get("ChallengeName").is_none());
    ann.call(&house, "UpdateDeviceStatus", status(json!("remembered"))).await.ok();
    gadget.tokens(&house, "ann").await;
    let unknown = json!({ "DeviceKey": "eu-west-1_0000", "DeviceRememberedStatus": "remembered" });
    expect!["400 ResourceNotFoundException: Device does not exist."]
        .assert_eq(&ann.call(&house, "UpdateDeviceStatus", unknown).await.line());
}
