use crate::*;

async fn set(house: &House, password: &str, permanent: bool) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "Username": "ann", "Password": password,
        "Permanent": permanent });
    house.call("AdminSetUserPassword", input).await
}

#[tokio::test]
async fn a_permanent_password_confirms_and_a_temporary_one_must_be_changed() {
    let house = House::new().await;
    house.sign_up("ann", json!({})).await.ok();
    assert_eq!(set(&house, "Another-Horse8!", true).await.ok(), json!({}));
    assert_eq!(house.look_at("ann").await["UserStatus"], "CONFIRMED");
    house.sign_in("ann", "Another-Horse8!").await.ok();
    assert_ne!(house.sign_in("ann", PASSWORD).await.line(), "200 OK");
    set(&house, "Temporary-1!", false).await.ok();
    assert_eq!(house.look_at("ann").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let body = house.sign_in("ann", "Temporary-1!").await.ok();
    assert_eq!(body["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    expect!["400 InvalidPasswordException: Password did not conform with policy: Password must have symbol characters"]
        .assert_eq(&set(&house, "abcdefgH1", true).await.line());
}
