use crate::{groups::*, *};

#[tokio::test]
async fn whoever_leaves_is_out_and_may_leave_again() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    make_group(&house, "readers", None).await;
    house.call("AdminAddUserToGroup", membership(&house, "ann", "readers")).await.ok();
    for _ in 0..2 {
        house.call("AdminRemoveUserFromGroup", membership(&house, "ann", "readers")).await.ok();
    }
    assert!(claims(&ann.tokens().await.id).get("cognito:groups").is_none());
    expect!["400 ResourceNotFoundException: Group not found."].assert_eq(
        &house.call("AdminRemoveUserFromGroup", membership(&house, "ann", "writers")).await.line(),
    );
}
