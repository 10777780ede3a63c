use crate::{groups::*, *};

#[tokio::test]
async fn a_group_that_is_made_again_starts_empty() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    make_group(&house, "readers", None).await;
    house.call("AdminAddUserToGroup", membership(&house, "ann", "readers")).await.ok();
    assert_eq!(house.call("DeleteGroup", named(&house, "readers")).await.ok(), Value::Null);
    make_group(&house, "readers", None).await;
    let members = house.call("ListUsersInGroup", named(&house, "readers")).await.ok();
    assert_eq!(members["Users"], json!([]));
    assert!(claims(&ann.tokens().await.access).get("cognito:groups").is_none());
    expect!["400 ResourceNotFoundException: Group not found."]
        .assert_eq(&house.call("DeleteGroup", named(&house, "writers")).await.line());
}
