use crate::{groups::*, *};

#[tokio::test]
async fn a_group_that_is_missing_is_not_found() {
    let house = House::new().await;
    expect!["400 ResourceNotFoundException: Group not found."]
        .assert_eq(&house.call("GetGroup", named(&house, "readers")).await.line());
}
