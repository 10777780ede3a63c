use crate::{list_user_sessions::configure, *};

#[tokio::test]
async fn tracking_is_a_setting_of_its_own() {
    let house = House::new().await;
    let set = configure(&house, "ENABLED", 3).await.ok();
    let expected = json!({ "UserPoolId": house.pool, "UserSessionTracking": "ENABLED",
        "TokenSession": { "MaxPerUser": 3 } });
    assert_eq!(set, expected);
    house.update_pool(json!({})).await.ok();
    let input = json!({ "UserPoolId": house.pool });
    let got = house.call("GetUserPoolSessionConfiguration", input).await.ok();
    assert_eq!(got, expected, "an update of the pool leaves it");
    assert!(configure(&house, "ENABLED", 101).await.line().contains("1 validation error"));
    let lite = House::with(json!({ "UserPoolTier": "LITE" }), json!({})).await;
    expect!["400 FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Session Management"]
        .assert_eq(&configure(&lite, "ENABLED", 3).await.line());
}
