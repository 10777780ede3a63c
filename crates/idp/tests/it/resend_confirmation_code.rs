use crate::{confirm_sign_up::confirm, *};

pub async fn resend(house: &House, name: &str) -> Answer {
    let input = json!({ "ClientId": house.client, "Username": name });
    house.call_unsigned("ResendConfirmationCode", input).await
}

/// RST-03, for a sign-up.
#[tokio::test]
async fn the_new_code_is_good_and_the_old_one_is_not() {
    let house = House::new().await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let old = house.mailbox.code("ann@example.com");
    let sent = resend(&house, "ann").await.ok();
    assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let new = house.mailbox.code("ann@example.com");
    if old != new {
        expect!["400 CodeMismatchException: Invalid verification code provided, please try again."]
            .assert_eq(&confirm(&house, "ann", &old).await.line());
    }
    confirm(&house, "ann", &new).await.ok();
    expect!["400 InvalidParameterException: User is already confirmed."]
        .assert_eq(&resend(&house, "ann").await.line());
}

/// BRU-07.
#[tokio::test]
async fn five_an_hour_are_sent() {
    let house = House::new().await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    for _ in 0..5 {
        resend(&house, "ann").await.ok();
    }
    expect!["400 LimitExceededException: Attempt limit exceeded, please try after some time."]
        .assert_eq(&resend(&house, "ann").await.line());
    assert_eq!(house.mailbox.len(), 6);
    house.advance(SignedDuration::from_hours(1));
    resend(&house, "ann").await.ok();
}

/// ENM-04.
#[tokio::test]
async fn somebody_who_does_not_exist_is_told_the_same() {
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let house = House::with(json!({ "UsernameAttributes": ["email"] }), hides).await;
    house.sign_up("ann@example.com", json!({})).await.ok();
    for _ in 0..7 {
        let known = resend(&house, "ann@example.com").await;
        let unknown = resend(&house, "abe@example.com").await;
        assert_eq!(known.body, unknown.body);
    }
    let house = House::new().await;
    expect!["400 UserNotFoundException: Username/client id combination not found."]
        .assert_eq(&resend(&house, "nobody").await.line());
}
