use crate::{resource_servers::*, *};

#[tokio::test]
async fn a_resource_server_that_is_missing_is_named() {
    let house = House::new().await;
    expect!["400 ResourceNotFoundException: Resource server users does not exist."]
        .assert_eq(&house.call("DescribeResourceServer", named(&house, "users")).await.line());
}
