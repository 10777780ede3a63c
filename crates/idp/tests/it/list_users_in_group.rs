use crate::{groups::*, *};

#[tokio::test]
async fn members_are_listed_with_their_attributes() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    house.user("bob").await;
    make_group(&house, "readers", None).await;
    house.call("AdminAddUserToGroup", membership(&house, "ann", "readers")).await.ok();
    let members = house.call("ListUsersInGroup", named(&house, "readers")).await.ok();
    let users = members["Users"].as_array().unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0]["Username"], "ann");
    assert_eq!(users[0]["Attributes"][0], json!({ "Name": "sub", "Value": ann.sub }));
    assert_eq!(users[0]["UserStatus"], "CONFIRMED");
    expect!["400 ResourceNotFoundException: Group not found."]
        .assert_eq(&house.call("ListUsersInGroup", named(&house, "writers")).await.line());
}
