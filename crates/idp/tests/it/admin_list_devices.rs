use crate::{
    devices::{confirmed, house},
    *,
};

#[tokio::test]
async fn administrators_list_the_devices_of_a_user() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let input = |name: &str| json!({ "UserPoolId": house.pool, "Username": name, "Limit": 1 });
    let page = house.call("AdminListDevices", input("ann")).await.ok();
    assert_eq!(page["Devices"][0]["DeviceKey"], gadget.key.as_str());
    expect!["400 InvalidParameterException: User does not exist."]
        .assert_eq(&house.call("AdminListDevices", input("nobody")).await.line());
}
