//! Which functions does each operation ask, and in which order?

use crate::*;
use std::sync::{Arc, Mutex};

const TEMPORARY: &str = "Temporary-1!";

/// A pool that has every function there is, each of which writes down that it was asked.
async fn house_with_everything() -> (House, Arc<Mutex<Vec<String>>>) {
    let flows = json!([
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH"
    ]);
    let house = House::with(json!({}), json!({ "ExplicitAuthFlows": flows })).await;
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = told.clone();
    let arn = house.function("f", move |mut event: Value| {
        let source = event["triggerSource"].as_str().unwrap().to_owned();
        event["response"] = match source.split_once('_').unwrap().0 {
            "PreSignUp" => json!({ "autoConfirmUser": event["userName"] == "auto" }),
            "UserMigration" => json!({ "finalUserStatus": "CONFIRMED", "userAttributes": {
                "email": format!("{}@example.com", event["userName"].as_str().unwrap()),
                "email_verified": "true" } }),
            "DefineAuthChallenge" => match event["request"]["session"].as_array().unwrap().len() {
                0 => json!({ "challengeName": "CUSTOM_CHALLENGE" }),
                _ => json!({ "issueTokens": true }),
            },
            "VerifyAuthChallengeResponse" => json!({ "answerCorrect": true }),
            _ => json!({}),
        };
        ears.lock().unwrap().push(source);
        async move { Ok(event) }
    });
    let sender = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
    let config = json!({ "PreSignUp": arn, "PostConfirmation": arn, "PreAuthentication": arn,
        "PostAuthentication": arn, "CustomMessage": arn, "DefineAuthChallenge": arn,
        "CreateAuthChallenge": arn, "VerifyAuthChallengeResponse": arn, "UserMigration": arn,
        "PreTokenGenerationConfig": { "LambdaVersion": "V3_0", "LambdaArn": arn },
        "CustomEmailSender": sender, "CustomSMSSender": sender, "KMSKeyID": "arn:aws:kms:eu-west-1:000000000000:key/1234" });
    house.update_pool(json!({ "LambdaConfig": config })).await.ok();
    (house, told)
}

/// What was asked since the last look; senders are not waited for by anybody, so here they are.
async fn asked(told: &Mutex<Vec<String>>) -> String {
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    std::mem::take(&mut *told.lock().unwrap()).join(" → ")
}

#[tokio::test]
async fn every_operation_asks_in_the_documented_order() {
    let (house, told) = house_with_everything().await;
    let named = |name: &str| json!({ "ClientId": house.client, "Username": name });
    let mut log = Vec::new();

    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    log.push(format!("SignUp: {}", asked(&told).await));
    house.sign_up("auto", json!({ "email": "auto@example.com" })).await.ok();
    log.push(format!("SignUp, confirmed at once: {}", asked(&told).await));
    house.call_unsigned("ResendConfirmationCode", named("ann")).await.ok();
    log.push(format!("ResendConfirmationCode: {}", asked(&told).await));
    let ann = json!({ "UserPoolId": house.pool, "Username": "ann" });
    house.call("AdminConfirmSignUp", ann.clone()).await.ok();
    log.push(format!("AdminConfirmSignUp: {}", asked(&told).await));
    let erin = json!({ "UserPoolId": house.pool, "Username": "erin",
        "DesiredDeliveryMediums": ["EMAIL"], "TemporaryPassword": TEMPORARY,
        "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" },
            { "Name": "email_verified", "Value": "true" }] });
    house.call("AdminCreateUser", erin).await.ok();
    log.push(format!("AdminCreateUser: {}", asked(&told).await));

    let begun = house.sign_in("erin", TEMPORARY).await.ok();
    log.push(format!("InitiateAuth, temporary password: {}", asked(&told).await));
    let answer = json!({ "ClientId": house.client, "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": begun["Session"],
        "ChallengeResponses": { "USERNAME": "erin", "NEW_PASSWORD": PASSWORD } });
    house.call_unsigned("RespondToAuthChallenge", answer).await.ok();
    log.push(format!("NEW_PASSWORD_REQUIRED: {}", asked(&told).await));
    house.call_unsigned("ForgotPassword", named("erin")).await.ok();
    log.push(format!("ForgotPassword: {}", asked(&told).await));
    let tokens = SignedIn::of(&house.sign_in("erin", PASSWORD).await.ok());
    log.push(format!("InitiateAuth, password: {}", asked(&told).await));
    house.refresh(&tokens.refresh).await.ok();
    log.push(format!("InitiateAuth, refresh token: {}", asked(&told).await));
    let change = json!({ "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }] });
    tokens.call(&house, "UpdateUserAttributes", change).await.ok();
    log.push(format!("UpdateUserAttributes: {}", asked(&told).await));
    let verify = json!({ "AttributeName": "email" });
    tokens.call(&house, "GetUserAttributeVerificationCode", verify).await.ok();
    log.push(format!("GetUserAttributeVerificationCode: {}", asked(&told).await));

    let (begun, client) = house.begin_srp("erin").await;
    log.push(format!("InitiateAuth, SRP: {}", asked(&told).await));
    house.respond_srp(house.prove(&begun.ok(), &client, PASSWORD)).await.ok();
    log.push(format!("PASSWORD_VERIFIER: {}", asked(&told).await));
    let begin = json!({ "ClientId": house.client, "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": "erin" } });
    let begun = house.call_unsigned("InitiateAuth", begin).await.ok();
    log.push(format!("InitiateAuth, custom: {}", asked(&told).await));
    let answer = json!({ "ClientId": house.client, "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": begun["Session"], "ChallengeResponses": { "USERNAME": "erin", "ANSWER": "x" } });
    house.call_unsigned("RespondToAuthChallenge", answer).await.ok();
    log.push(format!("CUSTOM_CHALLENGE: {}", asked(&told).await));

    mfa::configure(&house, "OPTIONAL").await;
    let mut mail = json!({ "EmailMfaSettings": { "Enabled": true } });
    tokens.call(&house, "SetUserMFAPreference", mail.clone()).await.ok();
    house.sign_in("erin", PASSWORD).await.ok();
    log.push(format!("InitiateAuth, a mailed second factor: {}", asked(&told).await));
    let given = tokens.call(&house, "AssociateSoftwareToken", json!({})).await.ok();
    let secret = given["SecretCode"].as_str().unwrap();
    let first = json!({ "UserCode": house.shown(secret) });
    tokens.call(&house, "VerifySoftwareToken", first).await.ok();
    mail["EmailMfaSettings"] = json!({ "Enabled": false });
    mail["SoftwareTokenMfaSettings"] = json!({ "Enabled": true });
    tokens.call(&house, "SetUserMFAPreference", mail).await.ok();
    log.push(format!("an authenticator: {}", asked(&told).await));
    house.advance(SignedDuration::from_secs(30));
    let begun = house.sign_in("erin", PASSWORD).await.ok();
    log.push(format!("InitiateAuth, authenticator: {}", asked(&told).await));
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": house.shown(secret) });
    house.answer("SOFTWARE_TOKEN_MFA", "erin", &begun, code).await.ok();
    log.push(format!("SOFTWARE_TOKEN_MFA: {}", asked(&told).await));

    house.sign_in("mia", PASSWORD).await.ok();
    log.push(format!("InitiateAuth, known elsewhere: {}", asked(&told).await));
    house.call_unsigned("ForgotPassword", named("max")).await.ok();
    log.push(format!("ForgotPassword, known elsewhere: {}", asked(&told).await));
    let change = json!({ "UserPoolId": house.pool, "Username": "ann",
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.org" },
            { "Name": "email_verified", "Value": "true" }] });
    house.call("AdminUpdateUserAttributes", change).await.ok();
    let password = json!({ "UserPoolId": house.pool, "Username": "ann", "Password": PASSWORD,
        "Permanent": true });
    house.call("AdminSetUserPassword", password).await.ok();
    log.push(format!("an administrator's word: {}", asked(&told).await));
    house.call("AdminResetUserPassword", ann).await.ok();
    log.push(format!("AdminResetUserPassword: {}", asked(&told).await));
    expect![[r#"
        SignUp: PreSignUp_SignUp → CustomMessage_SignUp → CustomEmailSender_SignUp
        SignUp, confirmed at once: PreSignUp_SignUp → PostConfirmation_ConfirmSignUp
        ResendConfirmationCode: CustomMessage_ResendCode → CustomEmailSender_ResendCode
        AdminConfirmSignUp: PostConfirmation_ConfirmSignUp
        AdminCreateUser: PreSignUp_AdminCreateUser → CustomMessage_AdminCreateUser → CustomEmailSender_AdminCreateUser
        InitiateAuth, temporary password: PreAuthentication_Authentication
        NEW_PASSWORD_REQUIRED: PostAuthentication_Authentication → TokenGeneration_NewPasswordChallenge
        ForgotPassword: CustomMessage_ForgotPassword → CustomEmailSender_ForgotPassword
        InitiateAuth, password: PreAuthentication_Authentication → PostAuthentication_Authentication → TokenGeneration_Authentication
        InitiateAuth, refresh token: TokenGeneration_RefreshTokens
        UpdateUserAttributes: CustomMessage_UpdateUserAttribute → CustomEmailSender_UpdateUserAttribute
        GetUserAttributeVerificationCode: CustomMessage_VerifyUserAttribute → CustomEmailSender_VerifyUserAttribute
        InitiateAuth, SRP: PreAuthentication_Authentication
        PASSWORD_VERIFIER: PostAuthentication_Authentication → TokenGeneration_Authentication
        InitiateAuth, custom: PreAuthentication_Authentication → DefineAuthChallenge_Authentication → CreateAuthChallenge_Authentication
        CUSTOM_CHALLENGE: VerifyAuthChallengeResponse_Authentication → DefineAuthChallenge_Authentication → PostAuthentication_Authentication → TokenGeneration_Authentication
        InitiateAuth, a mailed second factor: PreAuthentication_Authentication → CustomMessage_Authentication → CustomEmailSender_Authentication
        an authenticator: 
        InitiateAuth, authenticator: PreAuthentication_Authentication
        SOFTWARE_TOKEN_MFA: PostAuthentication_Authentication → TokenGeneration_Authentication
        InitiateAuth, known elsewhere: UserMigration_Authentication → PreAuthentication_Authentication → PostAuthentication_Authentication → TokenGeneration_Authentication
        ForgotPassword, known elsewhere: UserMigration_ForgotPassword → CustomMessage_ForgotPassword → CustomEmailSender_ForgotPassword
        an administrator's word: 
        AdminResetUserPassword: CustomMessage_ForgotPassword → CustomEmailSender_ForgotPassword"#]].assert_eq(&log.join("\n"));
}

#[tokio::test]
async fn a_code_confirms_and_resets_and_is_told_of_afterwards() {
    let (house, told) = house_with_everything().await;
    // Without senders, whose codes this house could not read.
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    house.update_pool(json!({ "LambdaConfig": { "PostConfirmation": arn } })).await.ok();
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let code = house.mailbox.code("ann@example.com");
    confirm_sign_up::confirm(&house, "ann", &code).await.ok();
    expect!["PostConfirmation_ConfirmSignUp"].assert_eq(&asked(&told).await);
    let forgot = json!({ "ClientId": house.client, "Username": "ann" });
    house.call_unsigned("ForgotPassword", forgot).await.ok();
    let reset = json!({ "ClientId": house.client, "Username": "ann", "Password": PASSWORD,
        "ConfirmationCode": house.mailbox.code("ann@example.com") });
    house.call_unsigned("ConfirmForgotPassword", reset).await.ok();
    expect!["PostConfirmation_ConfirmForgotPassword"].assert_eq(&asked(&told).await);
}
