use crate::{groups::*, *};

#[tokio::test]
async fn the_groups_that_count_most_come_first() {
    let house = House::new().await;
    house.user("ann").await;
    for (name, precedence) in
        [("none", None), ("two", Some(2)), ("zero", Some(0)), ("one", Some(1))]
    {
        make_group(&house, name, precedence).await;
        house.call("AdminAddUserToGroup", membership(&house, "ann", name)).await.ok();
    }
    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let input =
            json!({ "UserPoolId": house.pool, "Username": "ann", "Limit": 3, "NextToken": token });
        let page = house.call("AdminListGroupsForUser", input).await.ok();
        let groups = page["Groups"].as_array().unwrap();
        seen.extend(groups.iter().map(|group| group["GroupName"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("NextToken") else { break };
        token = next.clone();
    }
    assert_eq!(seen, ["zero", "one", "two", "none"]);
    expect!["400 UserNotFoundException: User does not exist."].assert_eq(
        &house
            .call("AdminListGroupsForUser", json!({ "UserPoolId": house.pool, "Username": "bob" }))
            .await
            .line(),
    );
}
