use crate::{
    devices::{confirmed, house},
    *,
};

#[tokio::test]
async fn administrators_take_a_device_off_the_remembered_ones() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let input = |name: &str| {
        json!({ "UserPoolId": house.pool, "Username": name,
        "DeviceKey": gadget.key, "DeviceRememberedStatus": "not_remembered" })
    };
    assert_eq!(house.call("AdminUpdateDeviceStatus", input("ann")).await.ok(), json!({}));
    assert!(gadget.sign_in(&house, "ann").await.ok().get("ChallengeName").is_none());
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminUpdateDeviceStatus", input("nobody")).await.line());
}
