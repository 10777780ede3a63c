use crate::{threats::*, *};

#[tokio::test]
async fn an_administrator_says_whether_it_was_the_user() {
    let house = watched("AUDIT").await;
    let _ann = house.user("ann").await;
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
    let event = events(&house, "ann").await.remove(0);
    let mut input = json!({ "UserPoolId": house.pool, "Username": "ann",
        "EventId": event["EventId"], "FeedbackValue": "Invalid" });
    let answered = house.call("AdminUpdateAuthEventFeedback", input.clone()).await.ok();
    assert_eq!(answered, json!({}));
    let feedback = events(&house, "ann").await.remove(0)["EventFeedback"].clone();
    assert_eq!(feedback["FeedbackValue"], "Invalid");
    assert_eq!(feedback["Provider"], "Admin");
    assert!(feedback["FeedbackDate"].is_number());
    input["EventId"] = json!("0193a0a0-0000-7000-8000-000000000000");
    expect!["400 ResourceNotFoundException: Auth event does not exist."]
        .assert_eq(&house.call("AdminUpdateAuthEventFeedback", input.clone()).await.line());
    input["Username"] = json!("nobody");
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminUpdateAuthEventFeedback", input.clone()).await.line());
    turn(&house, "OFF").await;
    expect![
        "400 UserPoolAddOnNotEnabledException: Advanced security is not enabled for this user pool."
    ]
    .assert_eq(&house.call("AdminUpdateAuthEventFeedback", input).await.line());
}

#[tokio::test]
async fn what_was_valid_is_familiar_and_what_was_not_is_not() {
    let house = watched("AUDIT").await;
    let _ann = house.user("ann").await;
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
    let level = || async {
        house.advance(SignedDuration::from_secs(1));
        sign_in_from(&house, AWAY, LAPTOP, "ann", PASSWORD).await.ok();
        events(&house, "ann").await.remove(0)
    };
    let strange = level().await;
    assert_eq!(strange["EventRisk"]["RiskLevel"], "Low");
    let judge = |value: &'static str| {
        json!({ "UserPoolId": house.pool, "Username": "ann", "EventId": strange["EventId"],
            "FeedbackValue": value })
    };
    house.call("AdminUpdateAuthEventFeedback", judge("Valid")).await.ok();
    assert_eq!(level().await["EventRisk"]["RiskDecision"], "NoRisk");
    house.call("AdminUpdateAuthEventFeedback", judge("Invalid")).await.ok();
    assert_eq!(level().await["EventRisk"]["RiskLevel"], "Low");
}
