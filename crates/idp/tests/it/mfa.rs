//! Second factors in a sign-in: which is asked, and which answer counts.

use crate::*;

/// A pool that takes every second factor.
pub(crate) async fn house_with_tokens(mode: &str) -> House {
    let house = House::new().await;
    configure(&house, mode).await;
    house
}

/// Every factor is taken, and needed as this mode says.
pub(crate) async fn configure(house: &House, mode: &str) {
    let input = json!({ "UserPoolId": house.pool, "MfaConfiguration": mode,
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "SmsMfaConfiguration": { "SmsAuthenticationMessage": "Text {####}",
            "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
        "EmailMfaConfiguration": { "Subject": "Your code", "Message": "Mail {####}" } });
    house.call("SetUserPoolMfaConfig", input).await.ok();
}

/// A pool that takes authenticators only, from everybody.
async fn house_of_tokens_only() -> House {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    house.call("SetUserPoolMfaConfig", input).await.ok();
    house
}

async fn prefer(house: &House, name: &str, settings: Value) {
    let mut input = settings;
    input["UserPoolId"] = json!(house.pool);
    input["Username"] = json!(name);
    house.call("AdminSetUserMFAPreference", input).await.ok();
}

fn token_code(code: &str) -> Value {
    json!({ "SOFTWARE_TOKEN_MFA_CODE": code })
}

const PHONE: &str = "+15550001234";

#[tokio::test]
async fn a_code_of_the_authenticator_signs_in() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(30));
    for srp in [false, true] {
        let asked =
            if srp { house.srp_sign_in("ann", PASSWORD).await } else { ann.sign_in().await };
        let asked = asked.ok();
        assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        assert_eq!(asked["ChallengeParameters"], json!({ "USER_ID_FOR_SRP": "ann" }));
        assert_eq!(asked["AuthenticationResult"], Value::Null);
        let code = token_code(&house.shown(&secret));
        SignedIn::of(&house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok());
        house.advance(SignedDuration::from_secs(30));
    }
}

#[tokio::test]
async fn an_administrators_sign_in_asks_too() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(30));
    let begin = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD } });
    let asked = house.call("AdminInitiateAuth", begin).await.ok();
    let answer = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": "ann",
            "SOFTWARE_TOKEN_MFA_CODE": house.shown(&secret) } });
    SignedIn::of(&house.call("AdminRespondToAuthChallenge", answer).await.ok());
}

#[tokio::test]
async fn a_wrong_code_leaves_the_session_good_and_a_right_one_ends_it() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    prefer(&house, "ann", json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({ "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
        "CODE_DELIVERY_DESTINATION": "a***@e***", "USER_ID_FOR_SRP": "ann" })
    );
    let mail = house.mailbox.to("ann@example.com").pop().unwrap();
    assert_eq!((mail.subject.as_str(), mail.purpose), ("Your code", "Authentication"));
    assert_eq!(mail.body.text(), format!("Mail {}", mail.code));
    assert_eq!(mail.code.len(), 6);
    let answer = async |code: &str| {
        house.answer("EMAIL_OTP", "ann", &asked, json!({ "EMAIL_OTP_CODE": code })).await
    };
    expect!["400 CodeMismatchException: Invalid code received for user"]
        .assert_eq(&answer("x").await.line());
    SignedIn::of(&answer(&mail.code).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&answer(&mail.code).await.line());
}

#[tokio::test]
async fn a_code_by_text_message_proves_the_number() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user_with("ann", json!({ "phone_number": PHONE })).await;
    prefer(&house, "ann", json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    let doubt = json!({ "UserPoolId": house.pool, "Username": "ann",
        "UserAttributes": [{ "Name": "phone_number_verified", "Value": "false" }] });
    house.call("AdminUpdateUserAttributes", doubt).await.ok();
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    assert_eq!(asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "+*******1234");
    assert_eq!(asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"], "SMS");
    let text = house.mailbox.to(PHONE).pop().unwrap();
    assert_eq!(text.body.text(), format!("Text {}", text.code));
    let code = json!({ "SMS_MFA_CODE": text.code });
    SignedIn::of(&house.answer("SMS_MFA", "ann", &asked, code).await.ok());
    assert_eq!(house.attribute("ann", "phone_number_verified").await.unwrap(), "true");
}

#[tokio::test]
async fn whoever_has_several_and_prefers_none_chooses() {
    let house = house_with_tokens("OPTIONAL").await;
    let attributes = json!({ "email": "ann@example.com", "phone_number": PHONE });
    let ann = house.user_with("ann", attributes).await;
    let secret = ann.enrol().await;
    let several = json!({ "SMSMfaSettings": { "Enabled": true },
        "SoftwareTokenMfaSettings": { "Enabled": true } });
    prefer(&house, "ann", several).await;
    let choose = async |answer: &str| {
        let asked = ann.sign_in().await.ok();
        assert_eq!(asked["ChallengeName"], "SELECT_MFA_TYPE");
        assert_eq!(
            asked["ChallengeParameters"],
            json!({ "USER_ID_FOR_SRP": "ann",
            "MFAS_CAN_CHOOSE": "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\"]" })
        );
        house.answer("SELECT_MFA_TYPE", "ann", &asked, json!({ "ANSWER": answer })).await
    };
    assert!(house.mailbox.to(PHONE).is_empty());
    let asked = choose("SMS_MFA").await.ok();
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    let code = json!({ "SMS_MFA_CODE": house.mailbox.code(PHONE) });
    SignedIn::of(&house.answer("SMS_MFA", "ann", &asked, code).await.ok());
    house.advance(SignedDuration::from_secs(30));
    let asked = choose("SOFTWARE_TOKEN_MFA").await.ok();
    let code = token_code(&house.shown(&secret));
    SignedIn::of(&house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok());
    for not_offered in ["EMAIL_OTP", "WEB_AUTHN", ""] {
        expect!["400 InvalidParameterException: The MFA type that was selected is not offered."]
            .assert_eq(&choose(not_offered).await.line());
    }
}

#[tokio::test]
async fn a_pool_that_is_off_asks_for_nothing() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    ann.enrol().await;
    let off = json!({ "UserPoolId": house.pool, "MfaConfiguration": "OFF" });
    house.call("SetUserPoolMfaConfig", off).await.ok();
    SignedIn::of(&ann.sign_in().await.ok());
}

#[tokio::test]
async fn where_everybody_needs_one_a_number_will_do() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user_with("ann", json!({ "phone_number": PHONE })).await;
    SignedIn::of(&ann.sign_in().await.ok());
    configure(&house, "ON").await;
    assert_eq!(ann.sign_in().await.ok()["ChallengeName"], "SMS_MFA");
    let bob = house.user("bob").await;
    assert_eq!(bob.sign_in().await.ok()["ChallengeName"], "EMAIL_OTP");
    let carl = house.user_with("carl", json!({})).await;
    assert_eq!(
        carl.sign_in().await.ok()["ChallengeParameters"]["MFAS_CAN_SETUP"],
        "[\"SMS_MFA\",\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]"
    );
}

#[tokio::test]
async fn an_authenticator_is_set_up_in_the_sign_in_that_needs_it() {
    let house = house_of_tokens_only().await;
    let ann = house.user("ann").await;
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({ "USER_ID_FOR_SRP": "ann",
        "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]" })
    );
    expect![
        "400 SoftwareTokenMFANotFoundException: Software Token MFA does not exist for the user."
    ]
    .assert_eq(&house.answer("MFA_SETUP", "ann", &asked, json!({})).await.line());
    let session = json!({ "Session": asked["Session"] });
    let given = house.call_unsigned("AssociateSoftwareToken", session).await.ok();
    let secret = given["SecretCode"].as_str().unwrap();
    let verify = async |code: &str| {
        let input = json!({ "Session": given["Session"], "UserCode": code,
            "FriendlyDeviceName": "phone" });
        house.call_unsigned("VerifySoftwareToken", input).await
    };
    let right = house.shown(secret);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    expect![
        "400 EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
    ]
    .assert_eq(&verify(wrong).await.line());
    let verified = verify(&right).await.ok();
    assert_eq!(verified["Status"], "SUCCESS");
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&verify(&right).await.line());
    SignedIn::of(&house.answer("MFA_SETUP", "ann", &verified, json!({})).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&house.answer("MFA_SETUP", "ann", &verified, json!({})).await.line());

    let looked = house.look_at("ann").await;
    assert_eq!(looked["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(looked["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "phone");
}

#[tokio::test]
async fn whoever_has_a_factor_by_now_sets_up_no_other_in_an_older_sign_in() {
    let house = house_of_tokens_only().await;
    let ann = house.user("ann").await;
    let set_up = async |asked: &Value| {
        let session = json!({ "Session": asked["Session"] });
        let given = house.call_unsigned("AssociateSoftwareToken", session).await;
        if given.status != 200 {
            return given;
        }
        let code = house.shown(given.body["SecretCode"].as_str().unwrap());
        let input = json!({ "Session": given.body["Session"], "UserCode": code });
        house.call_unsigned("VerifySoftwareToken", input).await
    };
    let (one, other) = (ann.sign_in().await.ok(), ann.sign_in().await.ok());
    let session = json!({ "Session": other["Session"] });
    let begun = house.call_unsigned("AssociateSoftwareToken", session).await.ok();
    set_up(&one).await.ok();
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&set_up(&other).await.line());
    let code = house.shown(begun["SecretCode"].as_str().unwrap());
    let input = json!({ "Session": begun["Session"], "UserCode": code });
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&house.call_unsigned("VerifySoftwareToken", input).await.line());
}

/// MFA-02.
#[tokio::test]
async fn a_secret_is_told_once_and_verified_in_its_own_session_only() {
    let house = house_of_tokens_only().await;
    let ann = house.user("ann").await;
    let give = async || {
        let session = json!({ "Session": ann.sign_in().await.ok()["Session"] });
        house.call_unsigned("AssociateSoftwareToken", session).await.ok()
    };
    let (one, other) = (give().await, give().await);
    assert_ne!(one["SecretCode"], other["SecretCode"]);
    let code = house.shown(one["SecretCode"].as_str().unwrap());
    let crossed = json!({ "Session": other["Session"], "UserCode": code });
    expect![
        "400 EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
    ]
    .assert_eq(&house.call_unsigned("VerifySoftwareToken", crossed).await.line());
    let own = json!({ "Session": one["Session"], "UserCode": code });
    let verified = house.call_unsigned("VerifySoftwareToken", own).await.ok();
    let tokens = SignedIn::of(&house.answer("MFA_SETUP", "ann", &verified, json!({})).await.ok());
    let secret = one["SecretCode"].as_str().unwrap();
    for answer in [
        tokens.call(&house, "GetUser", json!({})).await.ok(),
        tokens.call(&house, "GetUserAuthFactors", json!({})).await.ok(),
        house.look_at("ann").await,
        tokens.call(&house, "AssociateSoftwareToken", json!({})).await.ok(),
    ] {
        assert!(!answer.to_string().contains(secret));
    }
}

#[tokio::test]
async fn an_address_is_set_up_in_the_sign_in_that_needs_it() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "MfaConfiguration": "ON",
        "EmailMfaConfiguration": { "Subject": "Your code", "Message": "Mail {####}" } });
    house.call("SetUserPoolMfaConfig", input).await.ok();
    let ann = house.user_with("ann", json!({})).await;
    let asked = ann.sign_in().await.ok();
    assert_eq!(asked["ChallengeParameters"]["MFAS_CAN_SETUP"], "[\"EMAIL_OTP\"]");
    let no_token =
        house.call_unsigned("AssociateSoftwareToken", json!({ "Session": asked["Session"] }));
    expect!["400 SoftwareTokenMFANotFoundException: Software Token MFA has not been enabled by the userPool"]
        .assert_eq(&no_token.await.line());
    expect!["400 InvalidParameterException: Invalid email address format."]
        .assert_eq(&house.answer("MFA_SETUP", "ann", &asked, json!({ "email": "x" })).await.line());
    let email = json!({ "email": "ann@example.com" });
    let asked = house.answer("MFA_SETUP", "ann", &asked, email).await.ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(house.attribute("ann", "email").await, None, "not before it is proven");
    let code = json!({ "EMAIL_OTP_CODE": house.mailbox.code("ann@example.com") });
    SignedIn::of(&house.answer("EMAIL_OTP", "ann", &asked, code).await.ok());
    assert_eq!(house.attribute("ann", "email_verified").await.unwrap(), "true");
    assert_eq!(house.look_at("ann").await["UserMFASettingList"], json!(["EMAIL_OTP"]));
}

#[tokio::test]
async fn a_second_factor_follows_a_new_password() {
    let house = house_with_tokens("ON").await;
    let input = json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "SUPPRESS",
        "TemporaryPassword": "Temporary-1!",
        "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" }] });
    house.call("AdminCreateUser", input).await.ok();
    let (arn, heard) = house.listener("tokens", json!({}));
    house
        .update_pool(
            json!({ "MfaConfiguration": "ON", "LambdaConfig": { "PreTokenGeneration": arn } }),
        )
        .await
        .ok();
    let asked = house.sign_in("erin", "Temporary-1!").await.ok();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let new = json!({ "NEW_PASSWORD": PASSWORD });
    let asked = house.answer("NEW_PASSWORD_REQUIRED", "erin", &asked, new).await.ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    let code = json!({ "EMAIL_OTP_CODE": house.mailbox.code("erin@example.com") });
    SignedIn::of(&house.answer("EMAIL_OTP", "erin", &asked, code).await.ok());
    assert_eq!(heard.lock().unwrap()[0]["triggerSource"], "TokenGeneration_NewPasswordChallenge");
}

/// MFA-01.
#[tokio::test]
async fn a_challenge_is_answered_as_what_it_is() {
    let house = house_with_tokens("OPTIONAL").await;
    let attributes = json!({ "email": "ann@example.com", "phone_number": PHONE });
    let ann = house.user_with("ann", attributes).await;
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(30));
    let token = ann.sign_in().await.ok();
    let code = house.shown(&secret);
    let invalid = "400 NotAuthorizedException: Invalid session for the user.";
    for (name, key) in [
        ("SMS_MFA", "SMS_MFA_CODE"),
        ("EMAIL_OTP", "EMAIL_OTP_CODE"),
        ("SMS_OTP", "SMS_OTP_CODE"),
        ("SELECT_MFA_TYPE", "ANSWER"),
        ("MFA_SETUP", "CODE"),
        ("PASSWORD", "PASSWORD"),
        ("CUSTOM_CHALLENGE", "ANSWER"),
        ("NEW_PASSWORD_REQUIRED", "NEW_PASSWORD"),
    ] {
        let answer = house.answer(name, "ann", &token, json!({ key: code })).await.line();
        assert_eq!(answer, invalid, "{name}");
    }
    prefer(&house, "ann", json!({ "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } }))
        .await;
    let sms = ann.sign_in().await.ok();
    assert_eq!(sms["ChallengeName"], "SMS_MFA");
    let sent = house.mailbox.code(PHONE);
    for (name, key) in [
        ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE"),
        ("EMAIL_OTP", "EMAIL_OTP_CODE"),
        ("SMS_OTP", "SMS_OTP_CODE"),
    ] {
        assert_eq!(house.answer(name, "ann", &sms, json!({ key: sent })).await.line(), invalid);
    }
    house.user("bob").await;
    let right = json!({ "SMS_MFA_CODE": sent });
    assert_eq!(house.answer("SMS_MFA", "bob", &sms, right.clone()).await.line(), invalid);
    let other = house.through(&house.make_client(json!({})).await);
    assert_eq!(other.answer("SMS_MFA", "ann", &sms, right.clone()).await.line(), invalid);
    SignedIn::of(&house.answer("SMS_MFA", "ann", &sms, right).await.ok());
}

/// BRU-05.
#[tokio::test]
async fn a_code_of_an_authenticator_counts_once_and_five_wrong_ones_lock() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(30));
    let code = token_code(&house.shown(&secret));
    let asked = ann.sign_in().await.ok();
    SignedIn::of(&house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code.clone()).await.ok());
    let asked = ann.sign_in().await.ok();
    let again =
        async || house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code.clone()).await.line();
    expect!["400 ExpiredCodeException: Your software token has already been used once."]
        .assert_eq(&again().await);
    // A step later the code is still inside the window, and still used.
    house.advance(SignedDuration::from_secs(30));
    expect!["400 ExpiredCodeException: Your software token has already been used once."]
        .assert_eq(&again().await);
    let right = house.shown(&secret);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let answer = async |code: &str| {
        house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, token_code(code)).await
    };
    for _ in 0..3 {
        expect!["400 CodeMismatchException: Invalid code received for user"]
            .assert_eq(&answer(wrong).await.line());
    }
    expect!["400 NotAuthorizedException: Password attempts exceeded"]
        .assert_eq(&answer(&right).await.line());
    house.advance(SignedDuration::from_secs(1));
    SignedIn::of(&answer(&right).await.ok());
}

/// BRU-05, at the same moment.
#[tokio::test]
async fn of_two_who_tell_the_same_code_one_is_let_in() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(30));
    let code = token_code(&house.shown(&secret));
    let (one, other) = (ann.sign_in().await.ok(), ann.sign_in().await.ok());
    let (one, other) = tokio::join!(
        house.answer("SOFTWARE_TOKEN_MFA", "ann", &one, code.clone()),
        house.answer("SOFTWARE_TOKEN_MFA", "ann", &other, code.clone())
    );
    let mut lines = [one.status, other.status];
    lines.sort_unstable();
    assert_eq!(lines, [200, 400]);
}

/// BRU-06.
#[tokio::test]
async fn wrong_codes_are_counted_over_sessions() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    prefer(&house, "ann", json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let answer = async |asked: &Value, code: &str| {
        house.answer("EMAIL_OTP", "ann", asked, json!({ "EMAIL_OTP_CODE": code })).await
    };
    let mut lines = Vec::new();
    for _ in 0..3 {
        let asked = ann.sign_in().await.ok();
        for _ in 0..2 {
            lines.push(answer(&asked, "x").await.line());
        }
    }
    let mismatch = "400 CodeMismatchException: Invalid code received for user".to_owned();
    let locked = "400 NotAuthorizedException: Password attempts exceeded".to_owned();
    assert_eq!(lines[..5], vec![mismatch.clone(); 5]);
    assert_eq!(lines[5], locked);
    let asked = ann.sign_in().await.ok();
    let code = house.mailbox.code("ann@example.com");
    assert_eq!(answer(&asked, &code).await.line(), locked);
    house.advance(SignedDuration::from_secs(1));
    assert_eq!(answer(&asked, "x").await.line(), mismatch);
    assert_eq!(answer(&asked, &code).await.line(), locked, "twice as long");
    house.advance(SignedDuration::from_secs(2));
    SignedIn::of(&answer(&asked, &code).await.ok());
}

/// BRU-06, at the same moment.
#[tokio::test]
async fn of_many_wrong_codes_at_once_five_are_looked_at() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    prefer(&house, "ann", json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let asked = ann.sign_in().await.ok();
    let guesses: Vec<_> = (0..40)
        .map(|guess| {
            let (house, asked) = (house.clone(), asked.clone());
            tokio::spawn(async move {
                let code = json!({ "EMAIL_OTP_CODE": format!("x{guess}") });
                house.answer("EMAIL_OTP", "ann", &asked, code).await.line()
            })
        })
        .collect();
    let mut looked_at = 0;
    for guess in guesses {
        looked_at += usize::from(guess.await.unwrap().contains("CodeMismatch"));
    }
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it_with_every_answer() {
    let house = house_with_tokens("OPTIONAL").await;
    let made = json!({ "UserPoolId": house.pool, "ClientName": "server", "GenerateSecret": true,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let made = house.call("CreateUserPoolClient", made).await.ok();
    let text = |name: &str| made["UserPoolClient"][name].as_str().unwrap().to_owned();
    let house = house.through(&text("ClientId"));
    house.user("ann").await;
    prefer(&house, "ann", json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let hash = house.secret_hash(&text("ClientSecret"), "ann");
    let begin = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD, "SECRET_HASH": hash } });
    let asked = house.call_unsigned("InitiateAuth", begin).await.ok();
    let code = house.mailbox.code("ann@example.com");
    let without = json!({ "EMAIL_OTP_CODE": code });
    let line = house.answer("EMAIL_OTP", "ann", &asked, without).await.line();
    assert!(line.ends_with("is configured with secret but SECRET_HASH was not received"), "{line}");
    let wrong = json!({ "EMAIL_OTP_CODE": code, "SECRET_HASH": "AAAA" });
    let line = house.answer("EMAIL_OTP", "ann", &asked, wrong).await.line();
    assert!(line.contains("Unable to verify secret hash for client"), "{line}");
    let right = json!({ "EMAIL_OTP_CODE": code, "SECRET_HASH": hash });
    SignedIn::of(&house.answer("EMAIL_OTP", "ann", &asked, right).await.ok());
}

#[tokio::test]
async fn a_code_waits_as_long_as_its_session_and_for_nobody_who_is_barred() {
    let house = house_with_tokens("OPTIONAL").await;
    let ann = house.user("ann").await;
    prefer(&house, "ann", json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let asked = ann.sign_in().await.ok();
    let code = json!({ "EMAIL_OTP_CODE": house.mailbox.code("ann@example.com") });
    house.advance(SignedDuration::from_mins(3));
    expect!["400 NotAuthorizedException: Invalid session for the user, session is expired."]
        .assert_eq(&house.answer("EMAIL_OTP", "ann", &asked, code).await.line());
    let asked = ann.sign_in().await.ok();
    let code = json!({ "EMAIL_OTP_CODE": house.mailbox.code("ann@example.com") });
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    house.call("AdminDisableUser", named).await.ok();
    expect!["400 NotAuthorizedException: User is disabled."]
        .assert_eq(&house.answer("EMAIL_OTP", "ann", &asked, code).await.line());
}

#[tokio::test]
async fn what_proves_a_second_time_gets_no_new_password() {
    let house = house_with_tokens("OPTIONAL").await;
    let attributes = json!({ "email": "ann@example.com", "phone_number": PHONE });
    house.user_with("ann", attributes).await;
    prefer(&house, "ann", json!({ "SMSMfaSettings": { "Enabled": true } })).await;
    let forgot = json!({ "ClientId": house.client, "Username": "ann" });
    let sent = house.call_unsigned("ForgotPassword", forgot.clone()).await.ok();
    assert_eq!(sent["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL", "the phone is for MFA");
    prefer(&house, "ann", json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    expect!["400 InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or phone_number"]
        .assert_eq(&house.call_unsigned("ForgotPassword", forgot).await.line());
}

#[tokio::test]
async fn functions_that_decide_hear_of_the_second_factor() {
    let flows = json!(["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]);
    let house = House::with(json!({}), json!({ "ExplicitAuthFlows": flows })).await;
    configure(&house, "OPTIONAL").await;
    let ann = house.user("ann").await;
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(30));
    let arn = house.function("define", |mut event: Value| {
        let done = event["request"]["session"].as_array().unwrap().len();
        event["response"] = match done {
            1 => json!({ "challengeName": "PASSWORD_VERIFIER" }),
            3 => {
                let last = &event["request"]["session"][2];
                json!({ "issueTokens": last["challengeName"] == "SOFTWARE_TOKEN_MFA"
                    && last["challengeResult"] == true })
            }
            _ => json!({ "failAuthentication": true }),
        };
        async move { Ok(event) }
    });
    let config = json!({ "DefineAuthChallenge": arn, "CreateAuthChallenge": arn,
        "VerifyAuthChallengeResponse": arn });
    house.update_pool(json!({ "MfaConfiguration": "OPTIONAL", "LambdaConfig": config })).await.ok();
    let client = crypto::srp::client::Client::new(&crypto::SystemRandom);
    let begin = json!({ "ClientId": house.client, "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": "ann", "CHALLENGE_NAME": "SRP_A",
            "SRP_A": client.public_a().to_hex() } });
    let begun = house.call_unsigned("InitiateAuth", begin).await.ok();
    let proof = house.prove(&begun, &client, PASSWORD);
    let asked = house.respond_srp(proof).await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = token_code(&house.shown(&secret));
    SignedIn::of(&house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok());
}
