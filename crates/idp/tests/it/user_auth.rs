//! `USER_AUTH`: sign-ins in which the user has the choice how to begin.

use crate::*;

/// A pool that takes codes as the only factor, and a client whose users have the choice.
pub(crate) async fn house_of_choice() -> House {
    choosing(json!({})).await
}

async fn choosing(client: Value) -> House {
    let factors = json!({ "SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] } });
    let mut settings = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
    settings.as_object_mut().unwrap().extend(client.as_object().unwrap().clone());
    House::with(json!({ "Policies": factors }), settings).await
}

async fn begin(house: &House, name: &str, parameters: Value) -> Answer {
    let mut parameters = parameters;
    parameters["USERNAME"] = json!(name);
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_AUTH",
        "AuthParameters": parameters });
    house.call_unsigned("InitiateAuth", input).await
}

#[tokio::test]
async fn a_user_chooses_from_what_the_pool_allows_and_the_user_has() {
    let house = house_of_choice().await;
    house.user("ann").await;
    let begun = begin(&house, "ann", json!({})).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(begun["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));
    assert_eq!(begun["ChallengeParameters"], json!({}));
    // What cannot be had is no reason to refuse.
    let begun = begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "WEB_AUTHN" })).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    let begun = begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "SMS_OTP" })).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    house.user_with("bob", json!({ "phone_number": "+15550001234" })).await;
    let begun = begin(&house, "bob", json!({})).await.ok();
    assert_eq!(begun["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "SMS_OTP"]));
}

#[tokio::test]
async fn a_password_in_one_step_or_two() {
    let house = house_of_choice().await;
    house.user("ann").await;
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    SignedIn::of(&begin(&house, "ann", at_once).await.ok());
    let wrong = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Wrong-Horse7!" });
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&begin(&house, "ann", wrong).await.line());

    let begun = begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "PASSWORD" })).await.ok();
    assert_eq!(begun["ChallengeName"], "PASSWORD");
    assert_eq!(begun["AvailableChallenges"], json!(["PASSWORD"]));
    let wrong = json!({ "PASSWORD": "Wrong-Horse7!" });
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&house.answer("PASSWORD", "ann", &begun, wrong).await.line());
    let right = json!({ "PASSWORD": PASSWORD });
    SignedIn::of(&house.answer("PASSWORD", "ann", &begun, right.clone()).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&house.answer("PASSWORD", "ann", &begun, right).await.line());

    let begun = begin(&house, "ann", json!({})).await.ok();
    let chosen = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    SignedIn::of(&house.answer("SELECT_CHALLENGE", "ann", &begun, chosen).await.ok());
    let begun = begin(&house, "ann", json!({})).await.ok();
    let chosen = json!({ "ANSWER": "PASSWORD" });
    let asked = house.answer("SELECT_CHALLENGE", "ann", &begun, chosen).await.ok();
    assert_eq!(asked["ChallengeName"], "PASSWORD");
}

#[tokio::test]
async fn a_password_is_proven_in_two_steps_or_three() {
    let house = house_of_choice().await;
    house.user("ann").await;
    let new = || crypto::srp::client::Client::new(&crypto::SystemRandom);
    let client = new();
    let srp_a = client.public_a().to_hex();
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": srp_a });
    let asked = begin(&house, "ann", at_once).await.ok();
    assert_eq!(asked["ChallengeName"], "PASSWORD_VERIFIER");
    SignedIn::of(&house.respond_srp(house.prove(&asked, &client, PASSWORD)).await.ok());

    let client = new();
    let begun = begin(&house, "ann", json!({})).await.ok();
    let chosen = json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": client.public_a().to_hex() });
    let asked = house.answer("SELECT_CHALLENGE", "ann", &begun, chosen).await.ok();
    SignedIn::of(&house.respond_srp(house.prove(&asked, &client, PASSWORD)).await.ok());

    let client = new();
    let begun = begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP" })).await.ok();
    assert_eq!(begun["ChallengeName"], "PASSWORD_SRP");
    let answer = json!({ "SRP_A": client.public_a().to_hex() });
    let asked = house.answer("PASSWORD_SRP", "ann", &begun, answer).await.ok();
    SignedIn::of(&house.respond_srp(house.prove(&asked, &client, PASSWORD)).await.ok());
}

#[tokio::test]
async fn a_code_is_enough() {
    let house = house_of_choice().await;
    let attributes = json!({ "email": "ann@example.com", "phone_number": "+15550001234" });
    house.user_with("ann", attributes).await;
    let begun = begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    assert_eq!(begun["ChallengeName"], "EMAIL_OTP");
    assert_eq!(begun["AvailableChallenges"], json!(["EMAIL_OTP"]));
    assert_eq!(begun["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "a***@e***");
    let code = house.mailbox.code("ann@example.com");
    assert_eq!(code.len(), 8);
    expect!["400 CodeMismatchException: Invalid code or auth state for the user."].assert_eq(
        &house.answer("EMAIL_OTP", "ann", &begun, json!({ "EMAIL_OTP_CODE": "x" })).await.line(),
    );
    let right = json!({ "EMAIL_OTP_CODE": code });
    SignedIn::of(&house.answer("EMAIL_OTP", "ann", &begun, right.clone()).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&house.answer("EMAIL_OTP", "ann", &begun, right).await.line());

    let begun = begin(&house, "ann", json!({})).await.ok();
    let asked = house.answer("SELECT_CHALLENGE", "ann", &begun, json!({ "ANSWER": "SMS_OTP" }));
    let asked = asked.await.ok();
    assert_eq!(asked["ChallengeName"], "SMS_OTP");
    let code = json!({ "SMS_OTP_CODE": house.mailbox.code("+15550001234") });
    SignedIn::of(&house.answer("SMS_OTP", "ann", &asked, code).await.ok());
    let begun = begin(&house, "ann", json!({})).await.ok();
    expect!["400 InvalidParameterException: The challenge that was selected is not offered."]
        .assert_eq(
            &house
                .answer("SELECT_CHALLENGE", "ann", &begun, json!({ "ANSWER": "WEB_AUTHN" }))
                .await
                .line(),
        );
}

#[tokio::test]
async fn a_code_confirms_whoever_was_not_confirmed() {
    let house = house_of_choice().await;
    let (arn, heard) = house.listener("confirmed", json!({}));
    let factors =
        json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let config = json!({ "Policies": factors, "LambdaConfig": { "PostConfirmation": arn } });
    house.update_pool(config).await.ok();
    house.sign_up("carol", json!({ "email": "carol@example.com" })).await.ok();
    let begun = begin(&house, "carol", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    let code = json!({ "EMAIL_OTP_CODE": house.mailbox.code("carol@example.com") });
    SignedIn::of(&house.answer("EMAIL_OTP", "carol", &begun, code).await.ok());
    assert_eq!(house.look_at("carol").await["UserStatus"], "CONFIRMED");
    assert_eq!(house.attribute("carol", "email_verified").await.unwrap(), "true");
    assert_eq!(heard.lock().unwrap()[0]["triggerSource"], "PostConfirmation_ConfirmSignUp");
}

#[tokio::test]
async fn whoever_has_a_second_factor_begins_with_a_password() {
    let house = house_of_choice().await;
    let ann = house.user("ann").await;
    let before = begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    let code = json!({ "EMAIL_OTP_CODE": house.mailbox.code("ann@example.com") });
    mfa::configure(&house, "OPTIONAL").await;
    let secret = ann.enrol().await;
    let begun = begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(begun["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    // Nor does a code that was sent before.
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&house.answer("EMAIL_OTP", "ann", &before, code).await.line());
    house.advance(SignedDuration::from_secs(30));
    let chosen = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let begun = begin(&house, "ann", json!({})).await.ok();
    let asked = house.answer("SELECT_CHALLENGE", "ann", &begun, chosen).await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": house.shown(&secret) });
    SignedIn::of(&house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok());
}

#[tokio::test]
async fn a_temporary_password_is_not_passed_by_with_a_code() {
    let house = house_of_choice().await;
    let input = json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "SUPPRESS",
        "TemporaryPassword": "Temporary-1!",
        "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" },
            { "Name": "email_verified", "Value": "true" }] });
    house.call("AdminCreateUser", input).await.ok();
    let begun = begin(&house, "erin", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    assert_eq!(begun["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
}

#[tokio::test]
async fn somebody_who_does_not_exist_looks_like_somebody_who_does() {
    let house = choosing(json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let begun = begin(&house, "nobody", json!({})).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    let begun = begin(&house, "nobody", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    assert_eq!(begun["ChallengeName"], "EMAIL_OTP");
    let code = json!({ "EMAIL_OTP_CODE": "12345678" });
    for _ in 0..5 {
        expect!["400 CodeMismatchException: Invalid code or auth state for the user."]
            .assert_eq(&house.answer("EMAIL_OTP", "nobody", &begun, code.clone()).await.line());
    }
    expect!["400 NotAuthorizedException: Password attempts exceeded"]
        .assert_eq(&house.answer("EMAIL_OTP", "nobody", &begun, code).await.line());
    assert!(house.mailbox.is_empty());
    let sms = begin(&house, "nobody", json!({ "PREFERRED_CHALLENGE": "SMS_OTP" })).await.ok();
    assert!(
        sms["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"]
            .as_str()
            .unwrap()
            .starts_with("+*******")
    );
    let wrong = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&begin(&house, "nobody", wrong).await.line());

    let open = house_of_choice().await;
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&begin(&open, "nobody", json!({})).await.line());
}

#[tokio::test]
async fn a_code_is_sent_so_often_an_hour() {
    let house = house_of_choice().await;
    house.user("ann").await;
    let send = async || begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await;
    for _ in 0..20 {
        send().await.ok();
    }
    expect!["400 TooManyRequestsException: Too many requests"].assert_eq(&send().await.line());
    assert_eq!(house.mailbox.len(), 20);
}

#[tokio::test]
async fn a_confirmation_in_the_session_of_the_sign_up_leads_to_a_sign_in() {
    let house = house_of_choice().await;
    let signed_up = house.sign_up("carol", json!({ "email": "carol@example.com" })).await.ok();
    assert!(signed_up["Session"].is_string());
    let sign_in = async |session: &Value| {
        let input = json!({ "ClientId": house.client, "AuthFlow": "USER_AUTH", "Session": session,
            "AuthParameters": { "USERNAME": "carol" } });
        house.call_unsigned("InitiateAuth", input).await
    };
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&sign_in(&signed_up["Session"]).await.line());
    let confirm = json!({ "ClientId": house.client, "Username": "carol",
        "ConfirmationCode": house.mailbox.code("carol@example.com"),
        "Session": signed_up["Session"] });
    let confirmed = house.call_unsigned("ConfirmSignUp", confirm).await.ok();
    SignedIn::of(&sign_in(&confirmed["Session"]).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&sign_in(&confirmed["Session"]).await.line());

    // Without the session of the sign-up a code confirms and does no more.
    house.sign_up("dora", json!({ "email": "dora@example.com" })).await.ok();
    let code = house.mailbox.code("dora@example.com");
    assert_eq!(confirm_sign_up::confirm(&house, "dora", &code).await.ok(), json!({}));
}

#[tokio::test]
async fn a_client_must_allow_it() {
    let house = House::new().await;
    house.user("ann").await;
    expect!["400 InvalidParameterException: USER_AUTH is not enabled for the client."]
        .assert_eq(&begin(&house, "ann", json!({})).await.line());
    let house = house_of_choice().await;
    expect!["400 InvalidParameterException: The challenge is not PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP or WEB_AUTHN."]
        .assert_eq(&begin(&house, "ann", json!({ "PREFERRED_CHALLENGE": "MAGIC" })).await.line());
}
