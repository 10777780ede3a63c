use crate::*;

#[tokio::test]
async fn a_pool_tracks_no_sessions_unless_it_was_told_to() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool });
    let got = house.call("GetUserPoolSessionConfiguration", input).await.ok();
    let expected = json!({ "UserPoolId": house.pool, "UserSessionTracking": "DISABLED",
        "TokenSession": { "MaxPerUser": 20 } });
    assert_eq!(got, expected);
}
