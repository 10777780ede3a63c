use crate::{
    devices::{confirmed, house},
    *,
};

#[tokio::test]
async fn administrators_see_whose_device_it_is() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let input = |name: &str, key: &str| json!({ "UserPoolId": house.pool, "Username": name, "DeviceKey": key });
    let got = house.call("AdminGetDevice", input("ann", &gadget.key)).await.ok();
    let attributes = got["Device"]["DeviceAttributes"].as_array().unwrap();
    let value = |name: &str| {
        let found = attributes.iter().find(|it| it["Name"] == name).unwrap();
        found["Value"].as_str().unwrap().to_owned()
    };
    let owner = format!("ann.{}", house.pool);
    assert_eq!(value("dev:device_owner"), owner);
    let arn =
        format!("arn:aws:cognito-idp:eu-west-1:000000000000:owner/{owner}/device/{}", gadget.key);
    assert_eq!(value("dev:device_arn"), arn);
    expect!["400 ResourceNotFoundException: Device does not exist."]
        .assert_eq(&house.call("AdminGetDevice", input("ann", "eu-west-1_00")).await.line());
    expect!["400 InvalidParameterException: User does not exist."]
        .assert_eq(&house.call("AdminGetDevice", input("nobody", &gadget.key)).await.line());
}
