use crate::*;

async fn respond(house: &House, name: &str, session: Value, responses: Value) -> Answer {
    let input = json!({ "ClientId": house.client, "ChallengeName": name, "Session": session,
        "ChallengeResponses": responses });
    house.call_unsigned("RespondToAuthChallenge", input).await
}

/// A user with a temporary password.
async fn erin(house: &House, attributes: Value) {
    let input = json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "SUPPRESS",
        "TemporaryPassword": "Temporary-1!", "UserAttributes": named_values(&attributes) });
    house.call("AdminCreateUser", input).await.ok();
}

#[tokio::test]
async fn a_proof_gives_tokens() {
    let house = House::new().await;
    house.user("ann").await;
    SignedIn::of(&house.srp_sign_in("ann", PASSWORD).await.ok());
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&house.srp_sign_in("ann", "Wrong-Horse7!").await.line());
}

#[tokio::test]
async fn the_name_to_prove_with_is_the_one_that_is_kept() {
    let house = House::with(json!({ "UsernameAttributes": ["email"] }), json!({})).await;
    let ann = house.user_with("ann@example.com", json!({})).await;
    let (begun, _) = house.begin_srp("Ann@Example.com").await;
    let parameters = begun.ok()["ChallengeParameters"].clone();
    assert_eq!(parameters["USER_ID_FOR_SRP"], ann.sub);
    assert_eq!(parameters["USERNAME"], ann.sub);
    for name in ["SALT", "SRP_B"] {
        assert!(!parameters[name].as_str().unwrap().starts_with('0'), "{name}");
    }
    house.srp_sign_in("ann@example.com", PASSWORD).await.ok();
}

/// SRP-04.
#[tokio::test]
async fn a_proof_counts_once() {
    let house = House::new().await;
    house.user("ann").await;
    let (begun, client) = house.begin_srp("ann").await;
    let proof = house.prove(&begun.ok(), &client, PASSWORD);
    house.respond_srp(proof.clone()).await.ok();
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&house.respond_srp(proof).await.line());
}

/// SRP-03 and SRP-06.
#[tokio::test]
async fn a_secret_block_is_of_one_user_one_session_and_one_client() {
    let house = House::new().await;
    house.user("ann").await;
    house.user("bob").await;
    let (ann_begun, ann) = house.begin_srp("ann").await;
    let (bob_begun, _) = house.begin_srp("bob").await;
    let (ann_begun, bob_begun) = (ann_begun.ok(), bob_begun.ok());
    let invalid = "400 NotAuthorizedException: Invalid session for the user.";

    let proof = house.prove(&ann_begun, &ann, PASSWORD);
    let block = proof["PASSWORD_CLAIM_SECRET_BLOCK"].as_str().unwrap();
    let mut altered = proof.clone();
    altered["PASSWORD_CLAIM_SECRET_BLOCK"] = json!(format!("AAAA{}", &block[4..]));
    assert_eq!(house.respond_srp(altered).await.line(), invalid);

    let mut another = proof.clone();
    another["PASSWORD_CLAIM_SECRET_BLOCK"] =
        bob_begun["ChallengeParameters"]["SECRET_BLOCK"].clone();
    assert_eq!(house.respond_srp(another).await.line(), invalid, "bob's, told as ann's");

    let mut mixed = proof.clone();
    let (again, _) = house.begin_srp("ann").await;
    mixed["PASSWORD_CLAIM_SECRET_BLOCK"] =
        again.ok()["ChallengeParameters"]["SECRET_BLOCK"].clone();
    assert_eq!(
        house.respond_srp(mixed).await.line(),
        "400 NotAuthorizedException: Incorrect username or password.",
        "ann's, of another session"
    );

    let other = house.make_client(json!({})).await;
    assert_eq!(house.through(&other).respond_srp(proof.clone()).await.line(), invalid);
    house.respond_srp(proof).await.ok();
}

#[tokio::test]
async fn a_challenge_waits_three_minutes() {
    let house = House::new().await;
    house.user("ann").await;
    let (begun, client) = house.begin_srp("ann").await;
    let begun = begun.ok();
    house.advance(SignedDuration::from_mins(3));
    expect!["400 NotAuthorizedException: Invalid session for the user, session is expired."]
        .assert_eq(&house.respond_srp(house.prove(&begun, &client, PASSWORD)).await.line());
}

#[tokio::test]
async fn a_proof_of_the_old_password_is_none() {
    let house = House::new().await;
    house.user("ann").await;
    let (begun, client) = house.begin_srp("ann").await;
    let proof = house.prove(&begun.ok(), &client, PASSWORD);
    let password = json!({ "UserPoolId": house.pool, "Username": "ann",
        "Password": "Another-Horse8!", "Permanent": true });
    house.call("AdminSetUserPassword", password).await.ok();
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&house.respond_srp(proof).await.line());
}

#[tokio::test]
async fn what_is_missing_or_malformed_is_told() {
    let house = House::new().await;
    house.user("ann").await;
    for missing in
        ["USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"]
    {
        let (begun, client) = house.begin_srp("ann").await;
        let mut proof = house.prove(&begun.ok(), &client, PASSWORD);
        proof.as_object_mut().unwrap().remove(missing);
        assert_eq!(
            house.respond_srp(proof).await.line(),
            format!("400 InvalidParameterException: Missing required parameter {missing}")
        );
    }
    let (begun, client) = house.begin_srp("ann").await;
    let mut proof = house.prove(&begun.ok(), &client, PASSWORD);
    proof["TIMESTAMP"] = json!("2026-11-21T08:00:00Z");
    expect!["400 InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."]
        .assert_eq(&house.respond_srp(proof).await.line());
}

/// MFA-01, and every other challenge that nobody was asked.
#[tokio::test]
async fn a_challenge_that_was_not_asked_is_not_answered() {
    let house = House::new().await;
    erin(&house, json!({})).await;
    let session = house.sign_in("erin", "Temporary-1!").await.ok()["Session"].clone();
    for name in [
        "SMS_MFA",
        "SOFTWARE_TOKEN_MFA",
        "MFA_SETUP",
        "CUSTOM_CHALLENGE",
        "SELECT_CHALLENGE",
        "DEVICE_SRP_AUTH",
        "EMAIL_OTP",
        "WEB_AUTHN",
        "ADMIN_NO_SRP_AUTH",
        "PASSWORD_SRP",
    ] {
        let responses = json!({ "USERNAME": "erin", "SMS_MFA_CODE": "123456", "ANSWER": "x",
            "SOFTWARE_TOKEN_MFA_CODE": "123456", "EMAIL_OTP_CODE": "123456",
            "DEVICE_KEY": "eu-west-1_00", "SRP_A": "ab", "CREDENTIAL": "{}" });
        expect!["400 NotAuthorizedException: Invalid session for the user."]
            .assert_eq(&respond(&house, name, session.clone(), responses).await.line());
    }
}

#[tokio::test]
async fn a_temporary_password_is_changed_at_the_first_sign_in() {
    let schema = json!([{ "Name": "given_name", "Required": true, "AttributeDataType": "String" }]);
    let house = House::with(json!({ "Schema": schema }), json!({})).await;
    erin(&house, json!({ "email": "erin@example.com", "email_verified": "true" })).await;
    assert_eq!(house.look_at("erin").await["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let body = house.sign_in("erin", "Temporary-1!").await.ok();
    assert_eq!(body["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert!(body.get("AuthenticationResult").is_none());
    let parameters = &body["ChallengeParameters"];
    assert_eq!(parameters["USER_ID_FOR_SRP"], "erin");
    expect![[r#"{"email":"erin@example.com","email_verified":"true"}"#]]
        .assert_eq(parameters["userAttributes"].as_str().unwrap());
    expect![[r#"["userAttributes.given_name"]"#]]
        .assert_eq(parameters["requiredAttributes"].as_str().unwrap());

    let session = body["Session"].clone();
    let answer = async |more: Value| {
        let mut responses = json!({ "USERNAME": "erin", "NEW_PASSWORD": PASSWORD });
        responses.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        respond(&house, "NEW_PASSWORD_REQUIRED", session.clone(), responses).await
    };
    expect!["400 InvalidPasswordException: Password did not conform with policy: Password not long enough"]
        .assert_eq(&answer(json!({ "NEW_PASSWORD": "aB1!" })).await.line());
    expect!["400 InvalidParameterException: Attributes did not conform to the schema: given_name: The attribute is required\n"]
        .assert_eq(&answer(json!({})).await.line());
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&answer(json!({ "USERNAME": "ann" })).await.line());
    let given = json!({ "userAttributes.given_name": "Erin" });
    SignedIn::of(&answer(given.clone()).await.ok());
    assert_eq!(house.look_at("erin").await["UserStatus"], "CONFIRMED");
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&answer(given).await.line());
    house.sign_in("erin", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_new_password_comes_with_no_proof_of_an_address() {
    let house = House::new().await;
    erin(&house, json!({ "email": "erin@example.com", "email_verified": "true" })).await;
    let session = house.sign_in("erin", "Temporary-1!").await.ok()["Session"].clone();
    let responses = json!({ "USERNAME": "erin", "NEW_PASSWORD": PASSWORD,
        "userAttributes.email": "alice@example.com" });
    let body = respond(&house, "NEW_PASSWORD_REQUIRED", session, responses).await.ok();
    let id = claims(&SignedIn::of(&body).id);
    assert_eq!((&id["email"], &id["email_verified"]), (&json!("alice@example.com"), &json!(false)));
}

#[tokio::test]
async fn a_temporary_password_ends() {
    let house = House::new().await;
    erin(&house, json!({})).await;
    house.advance(SignedDuration::from_hours(24 * 7));
    expect!["400 NotAuthorizedException: Temporary password has expired and must be reset by an administrator."]
        .assert_eq(&house.sign_in("erin", "Temporary-1!").await.line());
}

#[tokio::test]
async fn a_challenge_over_srp_leads_to_a_new_password_too() {
    let house = House::new().await;
    erin(&house, json!({})).await;
    let body = house.srp_sign_in("erin", "Temporary-1!").await.ok();
    assert_eq!(body["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let responses = json!({ "USERNAME": "erin", "NEW_PASSWORD": PASSWORD });
    let session = body["Session"].clone();
    SignedIn::of(&respond(&house, "NEW_PASSWORD_REQUIRED", session, responses).await.ok());
    let input = json!({ "ClientId": house.client, "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": { "USERNAME": "erin", "NEW_PASSWORD": PASSWORD } });
    expect!["400 InvalidParameterException: Missing required parameter Session"]
        .assert_eq(&house.call_unsigned("RespondToAuthChallenge", input).await.line());
}
