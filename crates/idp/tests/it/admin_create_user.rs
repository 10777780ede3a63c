use crate::*;

async fn create(house: &House, more: Value) -> Answer {
    let mut input = json!({ "UserPoolId": house.pool, "Username": "erin" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.call("AdminCreateUser", input).await
}

#[tokio::test]
async fn an_invited_user_has_a_temporary_password_by_mail() {
    let house = House::new().await;
    let made = create(
        &house,
        json!({
            "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" }],
            "DesiredDeliveryMediums": ["EMAIL"],
        }),
    )
    .await
    .ok();
    let user = &made["User"];
    assert_eq!(user["Username"], "erin");
    assert_eq!(user["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(user["Enabled"], true);
    assert_eq!(user["Attributes"][0]["Name"], "sub");
    let message = house.mailbox.to("erin@example.com").pop().unwrap();
    assert_eq!(
        message.body.text(),
        format!("Your username is erin and temporary password is {}", message.code)
    );
    let body = house.sign_in("erin", &message.code).await.ok();
    assert_eq!(body["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[tokio::test]
async fn an_account_that_is_there_is_not_made_again() {
    let house = House::new().await;
    create(&house, json!({ "MessageAction": "SUPPRESS" })).await.ok();
    expect!["400 UsernameExistsException: User account already exists"].assert_eq(
        &create(&house, json!({ "Username": "ERIN", "MessageAction": "SUPPRESS" })).await.line(),
    );
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    house.user("ann").await;
    let taken = json!({ "MessageAction": "SUPPRESS", "UserAttributes": [
        { "Name": "email", "Value": "ANN@example.com" }, { "Name": "email_verified", "Value": "true" }] });
    expect!["400 UsernameExistsException: An account with the given email already exists."]
        .assert_eq(&create(&house, taken.clone()).await.line());
    let mut moving = taken;
    moving["ForceAliasCreation"] = json!(true);
    create(&house, moving).await.ok();
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("false"));
    assert_eq!(house.look_at("ann@example.com").await["Username"], "erin");
}

#[tokio::test]
async fn an_invitation_is_sent_again_to_who_has_not_come() {
    let house = House::new().await;
    let email = json!([{ "Name": "email", "Value": "erin@example.com" }]);
    let resend = json!({ "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"] });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&create(&house, resend.clone()).await.line());
    create(&house, json!({ "UserAttributes": email, "DesiredDeliveryMediums": ["EMAIL"] }))
        .await
        .ok();
    let first = house.mailbox.code("erin@example.com");
    create(&house, resend.clone()).await.ok();
    let second = house.mailbox.code("erin@example.com");
    assert_ne!(first, second);
    assert_ne!(house.sign_in("erin", &first).await.line(), "200 OK");
    house.sign_in("erin", &second).await.ok();
    house.user("ann").await;
    let mut ann = resend;
    ann["Username"] = json!("ann");
    expect!["400 UnsupportedUserStateException: Resend not possible. ann status is not FORCE_CHANGE_PASSWORD"]
        .assert_eq(&create(&house, ann).await.line());
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let house = House::new().await;
    expect!["400 InvalidPasswordException: Password did not conform with policy: Password must have uppercase characters"]
        .assert_eq(&create(&house, json!({ "TemporaryPassword": "password1!" })).await.line());
    expect!["400 InvalidParameterException: User should be created with the requested delivery medium attribute."]
        .assert_eq(&create(&house, json!({ "DesiredDeliveryMediums": ["EMAIL"] })).await.line());
    expect!["400 InvalidParameterException: Cannot set the attribute: it is not mutable."]
        .assert_eq(
            &create(&house, json!({ "UserAttributes": [{ "Name": "sub", "Value": "x" }] }))
                .await
                .line(),
        );
}

#[tokio::test]
async fn required_attributes_may_come_later() {
    let schema = json!([{ "Name": "name", "Required": true, "AttributeDataType": "String" }]);
    let house = House::with(json!({ "Schema": schema }), json!({})).await;
    create(&house, json!({ "MessageAction": "SUPPRESS" })).await.ok();
}
