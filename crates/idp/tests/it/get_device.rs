use crate::{
    devices::{confirmed, house},
    *,
};

#[tokio::test]
async fn users_see_their_own_devices_and_nobody_elses() {
    let house = house().await;
    let (gadget, ann) = confirmed(&house, "ann").await;
    let (_, bob) = confirmed(&house, "bob").await;
    let input = json!({ "DeviceKey": gadget.key });
    let mut device = ann.call(&house, "GetDevice", input.clone()).await.ok()["Device"].clone();
    assert_eq!(device["DeviceKey"], gadget.key.as_str());
    device.as_object_mut().unwrap().remove("DeviceKey");
    expect![[r#"
        {
          "DeviceAttributes": [
            {
              "Name": "device_status",
              "Value": "valid"
            },
            {
              "Name": "device_name",
              "Value": "phone"
            },
            {
              "Name": "dev:device_remembered_status",
              "Value": "remembered"
            }
          ],
          "DeviceCreateDate": 1795248000.25,
          "DeviceLastAuthenticatedDate": 1795248000.25,
          "DeviceLastModifiedDate": 1795248000.25
        }"#]]
    .assert_eq(&pretty(&device));
    let missing = "400 ResourceNotFoundException: Device does not exist.";
    assert_eq!(bob.call(&house, "GetDevice", input.clone()).await.line(), missing);
    let none = house.call_unsigned("GetDevice", input).await.line();
    assert_eq!(none, "400 NotAuthorizedException: Invalid Access Token");
}
