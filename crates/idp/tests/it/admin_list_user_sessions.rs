use crate::{list_user_sessions::house, *};

#[tokio::test]
async fn administrators_list_the_sessions_of_a_user() {
    let house = house(20).await;
    house.user("ann").await.tokens().await;
    let input = |name: &str| json!({ "UserPoolId": house.pool, "Username": name });
    let listed = house.call("AdminListUserSessions", input("ann")).await.ok();
    assert_eq!(listed["Sessions"][0]["ClientId"], house.client.as_str());
    assert_eq!(listed["Sessions"][0]["IsCurrentSession"], false);
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminListUserSessions", input("nobody")).await.line());
    let plain = House::new().await;
    plain.user("ann").await;
    let input = json!({ "UserPoolId": plain.pool, "Username": "ann" });
    expect!["400 InvalidParameterException: Session tracking is not enabled for the user pool."]
        .assert_eq(&plain.call("AdminListUserSessions", input).await.line());
}
