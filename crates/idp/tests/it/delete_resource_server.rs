use crate::{resource_servers::*, *};

#[tokio::test]
async fn a_deleted_resource_server_is_gone() {
    let house = House::new().await;
    house.call("CreateResourceServer", server(&house, "users")).await.ok();
    assert_eq!(house.call("DeleteResourceServer", named(&house, "users")).await.ok(), Value::Null);
    expect!["400 ResourceNotFoundException: Resource server users does not exist."]
        .assert_eq(&house.call("DeleteResourceServer", named(&house, "users")).await.line());
}
