use crate::{user_auth::house_of_choice, *};

#[tokio::test]
async fn users_learn_how_they_can_sign_in() {
    let house = house_of_choice().await;
    let ann = house.user("ann").await;
    let told = ann.call("GetUserAuthFactors", json!({})).await.ok();
    assert_eq!(
        told,
        json!({ "Username": "ann",
        "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP"] })
    );
}
