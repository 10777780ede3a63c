use crate::{threats::*, *};

#[tokio::test]
async fn the_token_of_a_mail_is_good_for_its_event_and_no_other() {
    let house = watched("ENFORCED").await;
    let _ann = house.user("ann").await;
    let _bob = house.user("bob").await;
    configure(&house, "NO_ACTION").await;
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
    house.advance(SignedDuration::from_secs(1));
    sign_in_from(&house, AWAY, PHONE, "ann", PASSWORD).await.ok();
    let event = events(&house, "ann").await.remove(0);
    let body = house.mailbox.to("ann@example.com").remove(0).body.text().to_owned();
    let (_, token) = body.split_once("token ").unwrap();
    let input = json!({ "UserPoolId": house.pool, "Username": "ann", "EventId": event["EventId"],
        "FeedbackToken": token, "FeedbackValue": "Valid" });
    let refused = "400 NotAuthorizedException: Invalid feedback token";
    let other = events(&house, "ann").await.remove(1)["EventId"].clone();
    for (member, value) in [
        ("Username", json!("bob")),
        ("Username", json!("nobody")),
        ("EventId", other),
        ("FeedbackToken", json!("eyJhbGciOiJub25lIn0.e30.")),
        ("FeedbackToken", json!(format!("{token}A"))),
    ] {
        let mut wrong = input.clone();
        wrong[member] = value;
        let line = house.call_unsigned("UpdateAuthEventFeedback", wrong).await.line();
        assert_eq!(line, refused, "{member}");
    }
    house.call_unsigned("UpdateAuthEventFeedback", input.clone()).await.ok();
    let feedback = events(&house, "ann").await.remove(0)["EventFeedback"].clone();
    assert_eq!(
        (&feedback["FeedbackValue"], &feedback["Provider"]),
        (&json!("Valid"), &json!("User"))
    );
    house.advance(SignedDuration::from_hours(24 * 8));
    assert_eq!(house.call_unsigned("UpdateAuthEventFeedback", input.clone()).await.line(), refused);
    turn(&house, "OFF").await;
    expect![
        "400 UserPoolAddOnNotEnabledException: Advanced security is not enabled for this user pool."
    ]
    .assert_eq(&house.call_unsigned("UpdateAuthEventFeedback", input).await.line());
}
