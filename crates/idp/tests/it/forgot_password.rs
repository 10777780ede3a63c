use crate::*;

pub async fn forgot(house: &House, name: &str) -> Answer {
    let input = json!({ "ClientId": house.client, "Username": name });
    house.call_unsigned("ForgotPassword", input).await
}

#[tokio::test]
async fn a_code_goes_to_a_proven_address_only() {
    let house = House::new().await;
    house.user("ann").await;
    let sent = forgot(&house, "ann").await.ok();
    assert_eq!(
        sent["CodeDeliveryDetails"],
        json!({ "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" })
    );
    assert_eq!(house.mailbox.to("ann@example.com").len(), 1);
    // RST-06.
    house.sign_up("bob", json!({ "email": "bob@example.com" })).await.ok();
    let before = house.mailbox.len();
    expect!["400 InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"]
        .assert_eq(&forgot(&house, "bob").await.line());
    assert_eq!(house.mailbox.len(), before);
}

#[tokio::test]
async fn who_cannot_reset_is_told_so() {
    let house = House::new().await;
    house.user("dave").await;
    house
        .call("AdminDisableUser", json!({ "UserPoolId": house.pool, "Username": "dave" }))
        .await
        .ok();
    expect!["400 NotAuthorizedException: User is disabled."]
        .assert_eq(&forgot(&house, "dave").await.line());
    let erin = json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "SUPPRESS" });
    house.call("AdminCreateUser", erin).await.ok();
    expect!["400 NotAuthorizedException: User password cannot be reset in the current state."]
        .assert_eq(&forgot(&house, "erin").await.line());
    expect!["400 UserNotFoundException: Username/client id combination not found."]
        .assert_eq(&forgot(&house, "nobody").await.line());
    let admin_only = json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [
        { "Priority": 1, "Name": "admin_only" }] } });
    let house = House::with(admin_only, json!({})).await;
    house.user("ann").await;
    expect!["400 NotAuthorizedException: Contact administrator to reset password."]
        .assert_eq(&forgot(&house, "ann").await.line());
}

/// ENM-03.
#[tokio::test]
async fn nobody_learns_who_exists() {
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let house = House::with(json!({ "UsernameAttributes": ["email"] }), hides).await;
    house.user_with("ann@example.com", json!({ "email": "ann@example.com" })).await;
    house.user_with("abe@example.com", json!({ "email": "abe@example.com" })).await;
    let abe = json!({ "UserPoolId": house.pool, "Username": "abe@example.com" });
    house.call("AdminDisableUser", abe).await.ok();
    for _ in 0..7 {
        let known = forgot(&house, "ann@example.com").await;
        for other in ["alf@example.com", "abe@example.com"] {
            assert_eq!(forgot(&house, other).await.body, known.body, "{other}");
        }
    }
    assert_eq!(house.mailbox.len(), 5);
    let plain = House::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let first = forgot(&plain, "nobody").await.ok();
    assert_eq!(forgot(&plain, "NOBODY").await.ok(), first);
    // Two letters are made up, which may be the same for two names, but not for all of these.
    let mut seen = std::collections::BTreeSet::from([first.to_string()]);
    for other in ["somebody", "anybody", "no-one", "someone", "anyone"] {
        seen.insert(forgot(&plain, other).await.ok().to_string());
    }
    assert!(seen.len() > 1, "{seen:?}");
}

#[tokio::test]
async fn the_contact_is_chosen_in_the_order_of_the_pool() {
    let order = json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [
        { "Priority": 2, "Name": "verified_phone_number" }, { "Priority": 1, "Name": "verified_email" }] } });
    let both = json!({ "email": "ann@example.com", "phone_number": "+15551231234" });
    let house = House::with(order, json!({})).await;
    house.user_with("ann", both.clone()).await;
    assert_eq!(forgot(&house, "ann").await.ok()["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
    let house = House::new().await;
    house.user_with("ann", both).await;
    let sent = forgot(&house, "ann").await.ok();
    assert_eq!(
        sent["CodeDeliveryDetails"]["DeliveryMedium"], "SMS",
        "phone first when nothing is said"
    );
    assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "+*******1234");
}
