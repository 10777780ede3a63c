use crate::*;

/// A house that tracks sessions, so many of each user.
pub(crate) async fn house(most: u8) -> House {
    let house = House::new().await;
    configure(&house, "ENABLED", most).await.ok();
    house
}

pub(crate) async fn configure(house: &House, tracking: &str, most: u8) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "UserSessionTracking": tracking,
        "TokenSession": { "MaxPerUser": most } });
    house.call("SetUserPoolSessionConfiguration", input).await
}

pub(crate) async fn sessions(house: &House, tokens: &SignedIn) -> Vec<Value> {
    let listed = tokens.call(house, "ListUserSessions", json!({})).await.ok();
    listed["Sessions"].as_array().unwrap().clone()
}

const REVOKED: &str = "400 NotAuthorizedException: Refresh Token has been revoked";

#[tokio::test]
async fn users_see_their_sessions_and_which_one_is_theirs() {
    let house = house(20).await;
    let ann = house.user("ann").await;
    let first = ann.tokens().await;
    house.advance(SignedDuration::from_secs(5));
    let second = ann.tokens().await;
    house.refresh(&first.refresh).await.ok();
    let listed = sessions(&house, &second).await;
    assert_eq!(listed.len(), 2);
    let current: Vec<&Value> = listed.iter().filter(|it| it["IsCurrentSession"] == true).collect();
    assert_eq!(current.len(), 1);
    let mut other = listed.iter().find(|it| it["IsCurrentSession"] == false).unwrap().clone();
    let id = other["SessionId"].as_str().unwrap();
    assert!(id.len() == 28 && id.starts_with("tkn"));
    for moving in ["SessionId", "ClientId"] {
        other.as_object_mut().unwrap().remove(moving);
    }
    expect![[r#"
        {
          "CreateDate": 1795248000.25,
          "IsCurrentSession": false,
          "LastActiveDate": 1795248005.25,
          "SessionType": "TOKEN"
        }"#]]
    .assert_eq(&pretty(&other));
    let bob = house.user("bob").await.tokens().await;
    assert_eq!(sessions(&house, &bob).await.len(), 1, "nobody else's");
}

#[tokio::test]
async fn a_session_that_is_over_is_listed_no_more() {
    let house = house(20).await;
    let ann = house.user("ann").await;
    let (first, second) = (ann.tokens().await, ann.tokens().await);
    let revoke = json!({ "ClientId": house.client, "Token": first.refresh });
    house.call_unsigned("RevokeToken", revoke).await.ok();
    assert_eq!(sessions(&house, &second).await.len(), 1);
    second.call(&house, "GlobalSignOut", json!({})).await.ok();
    // A sign-in at the same moment is a session of its own.
    let third = ann.tokens().await;
    assert_eq!(sessions(&house, &third).await.len(), 1);
}

#[tokio::test]
async fn the_session_that_was_used_least_gives_way() {
    let house = house(2).await;
    let ann = house.user("ann").await;
    let mut all = Vec::new();
    for _ in 0..2 {
        all.push(ann.tokens().await);
        house.advance(SignedDuration::from_secs(1));
    }
    house.refresh(&all[0].refresh).await.ok();
    house.advance(SignedDuration::from_secs(1));
    let third = ann.tokens().await;
    assert_eq!(sessions(&house, &third).await.len(), 2);
    assert_eq!(house.refresh(&all[1].refresh).await.line(), REVOKED);
    house.refresh(&all[0].refresh).await.ok();
    house.refresh(&third.refresh).await.ok();
}

#[tokio::test]
async fn a_pool_that_does_not_track_has_no_list() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    expect!["400 InvalidParameterException: Session tracking is not enabled for the user pool."]
        .assert_eq(&tokens.call(&house, "ListUserSessions", json!({})).await.line());
    configure(&house, "ENABLED", 20).await.ok();
    // What began before was not noted.
    assert_eq!(sessions(&house, &tokens).await.len(), 0);
}
