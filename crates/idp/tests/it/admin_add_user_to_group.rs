use crate::{groups::*, *};

#[tokio::test]
async fn twice_is_as_good_as_once() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    make_group(&house, "readers", None).await;
    for _ in 0..2 {
        let answer = house.call("AdminAddUserToGroup", membership(&house, "ann", "readers")).await;
        assert_eq!(answer.ok(), Value::Null);
    }
    let tokens = ann.tokens().await;
    assert_eq!(claims(&tokens.access)["cognito:groups"], json!(["readers"]));
    assert_eq!(claims(&tokens.id)["cognito:groups"], json!(["readers"]));
}

#[tokio::test]
async fn user_and_group_must_be_there() {
    let house = House::new().await;
    house.user("ann").await;
    expect!["400 ResourceNotFoundException: Group not found."].assert_eq(
        &house.call("AdminAddUserToGroup", membership(&house, "ann", "readers")).await.line(),
    );
    make_group(&house, "readers", None).await;
    expect!["400 UserNotFoundException: User does not exist."].assert_eq(
        &house.call("AdminAddUserToGroup", membership(&house, "bob", "readers")).await.line(),
    );
}

#[tokio::test]
async fn a_hundred_groups_are_the_most() {
    let house = House::new().await;
    house.user("ann").await;
    for number in 0..=100 {
        make_group(&house, &format!("g{number}"), None).await;
        let line = house
            .call("AdminAddUserToGroup", membership(&house, "ann", &format!("g{number}")))
            .await
            .line();
        if number < 100 {
            assert_eq!(line, "200 OK");
        } else {
            expect![
                "400 InvalidParameterException: User is already in the maximum number of groups."
            ]
            .assert_eq(&line);
        }
    }
    // Whoever is in that many groups can still be deleted in commits of a hundred writes.
    house
        .call("AdminDeleteUser", json!({ "UserPoolId": house.pool, "Username": "ann" }))
        .await
        .ok();
    let members = house.call("ListUsersInGroup", named(&house, "g7")).await.ok();
    assert_eq!(members["Users"], json!([]));
}
