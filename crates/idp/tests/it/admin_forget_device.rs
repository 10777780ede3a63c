use crate::{
    devices::{confirmed, house},
    *,
};

#[tokio::test]
async fn administrators_forget_a_device() {
    let house = house().await;
    let (gadget, ann) = confirmed(&house, "ann").await;
    let input =
        |name: &str| json!({ "UserPoolId": house.pool, "Username": name, "DeviceKey": gadget.key });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminForgetDevice", input("nobody")).await.line());
    assert_eq!(house.call("AdminForgetDevice", input("ann")).await.ok(), Value::Null);
    expect!["400 ResourceNotFoundException: Device does not exist."]
        .assert_eq(&house.call("AdminForgetDevice", input("ann")).await.line());
    let none = ann.call(&house, "ListDevices", json!({})).await.ok();
    assert_eq!(none, json!({ "Devices": [] }));
}
