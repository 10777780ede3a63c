use crate::*;

#[tokio::test]
async fn a_new_user_waits_for_a_code_and_then_signs_in() {
    let house = House::new().await;
    let signed_up = house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    assert_eq!(signed_up["UserConfirmed"], false);
    assert_eq!(
        signed_up["CodeDeliveryDetails"],
        json!({ "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" })
    );
    assert_eq!(signed_up["UserSub"], house.attribute("ann", "sub").await.unwrap());
    expect!["400 UserNotConfirmedException: User is not confirmed."]
        .assert_eq(&house.sign_in("ann", PASSWORD).await.line());
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&house.sign_in("ann", "Wrong-Horse7!").await.line());
    let code = house.mailbox.code("ann@example.com");
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
    house
        .call_unsigned(
            "ConfirmSignUp",
            json!({ "ClientId": house.client, "Username": "ann", "ConfirmationCode": code }),
        )
        .await
        .ok();
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("true"));
    house.sign_in("ann", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_name_is_taken_once_whatever_its_case() {
    let house = House::new().await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    for name in ["ann", "ANN", "ａｎｎ"] {
        expect!["400 UsernameExistsException: User already exists"]
            .assert_eq(&house.sign_up(name, json!({ "email": "b@example.com" })).await.line());
    }
}

#[tokio::test]
async fn a_password_must_fit_the_policy_and_the_first_rule_is_told() {
    let house = House::new().await;
    for (password, reason) in [
        ("aB1!", "Password not long enough"),
        ("abcdefg1!", "Password must have uppercase characters"),
        ("ABCDEFG1!", "Password must have lowercase characters"),
        ("abcdefgH!", "Password must have numeric characters"),
        ("abcdefgH1", "Password must have symbol characters"),
    ] {
        let input = json!({ "ClientId": house.client, "Username": "ann", "Password": password });
        assert_eq!(
            house.call_unsigned("SignUp", input).await.line(),
            format!("400 InvalidPasswordException: Password did not conform with policy: {reason}")
        );
    }
    let input = json!({ "ClientId": house.client, "Username": "ann" });
    expect!["400 InvalidParameterException: 1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null"]
        .assert_eq(&house.call_unsigned("SignUp", input).await.line());
}

#[tokio::test]
async fn a_closed_pool_lets_nobody_sign_up() {
    let closed = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
    let house = House::with(closed, json!({})).await;
    expect!["400 NotAuthorizedException: SignUp is not permitted for this user pool"]
        .assert_eq(&house.sign_up("ann", json!({})).await.line());
}

#[tokio::test]
async fn a_client_that_is_missing_is_named() {
    let house = House::new().await.through("nobody");
    expect!["400 ResourceNotFoundException: User pool client nobody does not exist."]
        .assert_eq(&house.sign_up("ann", json!({})).await.line());
}

#[tokio::test]
async fn where_people_sign_in_with_an_address_the_name_is_the_sub() {
    let house = House::with(json!({ "UsernameAttributes": ["email"] }), json!({})).await;
    expect!["400 InvalidParameterException: Username should be an email."]
        .assert_eq(&house.sign_up("ann", json!({})).await.line());
    let signed_up = house.sign_up("Ann@Example.com", json!({})).await.ok();
    let sub = signed_up["UserSub"].as_str().unwrap();
    let user = house.look_at("ann@example.com").await;
    assert_eq!(user["Username"], sub);
    assert_eq!(house.attribute(sub, "email").await.as_deref(), Some("Ann@Example.com"));
    expect!["400 UsernameExistsException: An account with the given email already exists."]
        .assert_eq(&house.sign_up("ANN@example.com", json!({})).await.line());
    expect!["400 InvalidParameterException: Attribute value for email must match the username."]
        .assert_eq(
            &house.sign_up("bob@example.com", json!({ "email": "eve@example.com" })).await.line(),
        );
}

#[tokio::test]
async fn the_name_of_a_pool_with_aliases_is_no_address() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    expect!["400 InvalidParameterException: Username cannot be of email format, since user pool is configured for email alias."]
        .assert_eq(&house.sign_up("ann@example.com", json!({})).await.line());
}

#[tokio::test]
async fn attributes_must_fit_the_schema() {
    let schema = json!([{ "Name": "email", "Required": true, "AttributeDataType": "String" },
        { "Name": "tenant", "AttributeDataType": "Number" }]);
    let house = House::with(json!({ "Schema": schema }), json!({})).await;
    expect!["400 InvalidParameterException: Attributes did not conform to the schema: email: The attribute is required\n"]
        .assert_eq(&house.sign_up("ann", json!({})).await.line());
    let line = async |attributes: Value| {
        let mut all = json!({ "email": "ann@example.com" });
        all.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
        house.sign_up("ann", all).await.line()
    };
    expect!["400 InvalidParameterException: Invalid email address format."]
        .assert_eq(&line(json!({ "email": "nobody" })).await);
    // ATR-07.
    expect!["400 InvalidParameterException: Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.\n"]
        .assert_eq(&line(json!({ "custom:none": "x" })).await);
    expect!["400 InvalidParameterException: Attributes did not conform to the schema: custom:tenant: Number must be an integer\n"]
        .assert_eq(&line(json!({ "custom:tenant": "x" })).await);
    expect!["400 InvalidParameterException: 1 validation error detected: Value at 'userAttributes.2.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048"]
        .assert_eq(&line(json!({ "name": "x".repeat(2049) })).await);
    assert!(house.mailbox.is_empty());
}

/// ATR-02.
#[tokio::test]
async fn nobody_makes_more_of_themselves() {
    let schema = json!([{ "Name": "role", "AttributeDataType": "String" }]);
    let house =
        House::with(json!({ "Schema": schema }), json!({ "WriteAttributes": ["email"] })).await;
    for (name, value) in [
        ("custom:role", "admin"),
        ("email_verified", "true"),
        ("sub", "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa"),
        ("identities", "[]"),
    ] {
        expect!["400 NotAuthorizedException: A client attempted to write unauthorized attribute"]
            .assert_eq(&house.sign_up("mallory", json!({ name: value })).await.line());
    }
    assert_ne!(
        house.sign_up("mallory", json!({ "cognito:groups": "admins" })).await.line(),
        "200 OK"
    );
    let look = json!({ "UserPoolId": house.pool, "Username": "mallory" });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminGetUser", look).await.line());
}

#[tokio::test]
async fn a_user_whose_code_got_lost_can_ask_again() {
    let house = House::new().await;
    house.mailbox.go_down();
    expect!["400 CodeDeliveryFailureException: The message could not be delivered."]
        .assert_eq(&house.sign_up("ann", json!({ "email": "ann@example.com" })).await.line());
    assert_eq!(house.look_at("ann").await["UserStatus"], "UNCONFIRMED");
}

#[tokio::test]
async fn nothing_is_sent_where_nothing_is_verified() {
    let house = House::new().await;
    let signed_up = house.sign_up("ann", json!({})).await.ok();
    assert!(signed_up.get("CodeDeliveryDetails").is_none());
    let none = json!({ "AutoVerifiedAttributes": null });
    let house = House::with(none, json!({})).await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    assert!(house.mailbox.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_with_one_address_one_wins_and_nobody_is_half_there() {
    let house = House::with(json!({ "UsernameAttributes": ["email"] }), json!({})).await;
    let tries = (0..50).map(|_| {
        let house = house.clone();
        tokio::spawn(async move { house.sign_up("ann@example.com", json!({})).await.line() })
    });
    let mut lines = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        lines.push(one.await.unwrap());
    }
    let won = lines.iter().filter(|line| *line == "200 OK").count();
    assert_eq!(won, 1, "{lines:?}");
    let lost = "400 UsernameExistsException: An account with the given email already exists.";
    assert!(lines.iter().all(|line| line == "200 OK" || line == lost), "{lines:?}");
    let users = house.call("ListUsers", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
    assert_eq!(house.mailbox.len(), 1);
}

/// NRM-02.
#[tokio::test]
async fn a_name_with_something_invisible_is_no_name() {
    let house = House::new().await;
    for name in ["a\u{0}b", "a\u{200b}b", "a\u{202e}b", "a b", "a\u{378}b"] {
        let line = house.sign_up(name, json!({})).await.line();
        assert!(
            line.starts_with(
                "400 InvalidParameterException: 1 validation error detected: Value at 'username'"
            ),
            "{line}"
        );
    }
}

#[tokio::test]
async fn somebody_who_signs_in_by_codes_needs_no_password() {
    let factors =
        json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let client = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
    let house = House::with(json!({ "Policies": factors }), client).await;
    let input = json!({ "ClientId": house.client, "Username": "ann",
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }] });
    house.call_unsigned("SignUp", input).await.ok();
    let code = house.mailbox.code("ann@example.com");
    confirm_sign_up::confirm(&house, "ann", &code).await.ok();
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&house.sign_in("ann", PASSWORD).await.line());

    let begun = passkeys::begin(&house, "ann", Some("EMAIL_OTP")).await.ok();
    assert_eq!(begun["ChallengeName"], "EMAIL_OTP");
    assert!(!begun["AvailableChallenges"].to_string().contains("PASSWORD"), "{begun}");
    let code = house.mailbox.code("ann@example.com");
    let done = house.answer("EMAIL_OTP", "ann", &begun, json!({ "EMAIL_OTP_CODE": code })).await;
    assert!(done.ok()["AuthenticationResult"]["AccessToken"].is_string());
}

#[tokio::test]
async fn an_address_is_sent_twenty_messages_an_hour_whoever_signs_up_with_it() {
    let settings = json!({ "AutoVerifiedAttributes": ["email"] });
    let house = House::with(settings, json!({})).await;
    let sign_up = async |name: String, mail: &str| {
        house.sign_up(&name, json!({ "email": mail })).await.line()
    };
    for number in 0..20 {
        assert!(sign_up(format!("u{number}"), "ann@example.com").await.starts_with("200"));
    }
    expect!["400 LimitExceededException: Attempt limit exceeded, please try after some time."]
        .assert_eq(&sign_up("v".to_owned(), "Ann@Example.com").await);
    assert!(sign_up("v".to_owned(), "bob@example.com").await.starts_with("200"), "nobody was made");
    house.advance(SignedDuration::from_hours(1));
    assert!(sign_up("w".to_owned(), "ann@example.com").await.starts_with("200"));
}
