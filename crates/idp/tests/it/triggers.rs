//! What the pool's functions hear, and what they can and cannot do.

use crate::{confirm_sign_up::confirm, groups::*, *};

async fn house_with(
    trigger: &str,
    response: Value,
) -> (House, std::sync::Arc<std::sync::Mutex<Vec<Value>>>) {
    let house = House::new().await;
    let (arn, heard) = house.listener("f", response);
    house.update_pool(json!({ "LambdaConfig": { trigger: arn } })).await.ok();
    (house, heard)
}

async fn house_with_throwing(trigger: &str) -> House {
    let house = House::new().await;
    let arn = house.function("f", |_| async { Err("computer says no".to_owned()) });
    house.update_pool(json!({ "LambdaConfig": { trigger: arn } })).await.ok();
    house
}

#[tokio::test]
async fn pre_sign_up_hears_who_comes_and_may_let_them_in_at_once() {
    let response =
        json!({ "autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": false });
    let (house, heard) = house_with("PreSignUp", response).await;
    let input = json!({ "ClientId": house.client, "Username": "Ann", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }],
        "ValidationData": [{ "Name": "invite", "Value": "42" }], "ClientMetadata": { "from": "web" } });
    let signed_up = house.call_unsigned("SignUp", input).await.ok();
    assert_eq!(signed_up["UserConfirmed"], true);
    assert!(signed_up.get("CodeDeliveryDetails").is_none() && house.mailbox.is_empty());
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("true"));
    assert_eq!(house.attribute("ann", "invite").await, None);
    let mut event = heard.lock().unwrap()[0].clone();
    assert_eq!(event["userPoolId"], house.pool);
    assert_eq!(event["callerContext"]["clientId"], house.client);
    for moving in ["userPoolId", "callerContext"] {
        event.as_object_mut().unwrap().remove(moving);
    }
    expect![[r#"
        {
          "region": "eu-west-1",
          "request": {
            "clientMetadata": {
              "from": "web"
            },
            "userAttributes": {
              "email": "ann@example.com"
            },
            "validationData": {
              "invite": "42"
            }
          },
          "response": {
            "autoConfirmUser": false,
            "autoVerifyEmail": false,
            "autoVerifyPhone": false
          },
          "triggerSource": "PreSignUp_SignUp",
          "userName": "ann",
          "version": "1"
        }"#]]
    .assert_eq(&pretty(&event));
}

/// TRG-02.
#[tokio::test]
async fn who_is_turned_away_does_not_exist() {
    let house = house_with_throwing("PreSignUp").await;
    expect!["400 UserLambdaValidationException: PreSignUp failed with error computer says no."]
        .assert_eq(&house.sign_up("ann", json!({ "email": "ann@example.com" })).await.line());
    let look = json!({ "UserPoolId": house.pool, "Username": "ann" });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminGetUser", look).await.line());
    assert!(house.mailbox.is_empty());
}

#[tokio::test]
async fn a_function_that_is_missing_or_talks_nonsense_stops_the_call() {
    let house = House::new().await;
    let gone = "arn:aws:lambda:eu-west-1:000000000000:function:gone";
    house.update_pool(json!({ "LambdaConfig": { "PreSignUp": gone } })).await.ok();
    expect!["400 UnexpectedLambdaException: PreSignUp invocation failed due to error ResourceNotFoundException."]
        .assert_eq(&house.sign_up("ann", json!({})).await.line());
    for nonsense in
        [json!(null), json!("text"), json!({}), json!({ "response": { "autoConfirmUser": "yes" } })]
    {
        let arn = house.function("f", move |_| {
            let nonsense = nonsense.clone();
            async move { Ok(nonsense) }
        });
        house.update_pool(json!({ "LambdaConfig": { "PreSignUp": arn } })).await.ok();
        expect!["400 InvalidLambdaResponseException: Unrecognizable lambda output"]
            .assert_eq(&house.sign_up("ann", json!({})).await.line());
    }
    let (house, _) = house_with("PreSignUp", json!({ "autoVerifyPhone": true })).await;
    expect!["400 InvalidLambdaResponseException: cannot verify phone_number: the user has none"]
        .assert_eq(&house.sign_up("ann", json!({})).await.line());
}

#[tokio::test]
async fn a_function_that_crashes_is_told_as_lambda_tells_it() {
    let house = House::new().await;
    let arn = house.function("f", |_| async { panic!("out of order") });
    house.update_pool(json!({ "LambdaConfig": { "PreSignUp": arn } })).await.ok();
    let line = house.sign_up("ann", json!({})).await.line();
    let (before, after) = line.split_once("RequestId: ").unwrap();
    expect!["400 UserLambdaValidationException: PreSignUp failed with error "].assert_eq(before);
    let (id, after) = after.split_at(36);
    assert!(id.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-'), "{id}");
    expect![" Error: it panicked."].assert_eq(after);
}

#[tokio::test]
async fn an_address_a_function_vouches_for_goes_over_to_the_new_user() {
    let house =
        House::with(json!({ "AliasAttributes": ["email", "preferred_username"] }), json!({})).await;
    house.user("ann").await;
    let (arn, _) = house.listener("f", json!({ "autoConfirmUser": true, "autoVerifyEmail": true }));
    house.update_pool(json!({ "LambdaConfig": { "PreSignUp": arn } })).await.ok();
    house.sign_up("bob", json!({ "email": "ann@example.com" })).await.ok();
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("false"));
    assert_eq!(house.look_at("ann@example.com").await["Username"], "bob");
    house.sign_up("eve", json!({ "email": "e@example.com", "preferred_username": "e" })).await.ok();
    expect![
        "400 UsernameExistsException: An account with the given preferred_username already exists."
    ]
    .assert_eq(
        &house
            .sign_up("eva", json!({ "email": "f@example.com", "preferred_username": "E" }))
            .await
            .line(),
    );
}

#[tokio::test]
async fn an_administrators_user_is_announced_too() {
    let (house, heard) = house_with("PreSignUp", json!({ "autoConfirmUser": true })).await;
    let input =
        json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "SUPPRESS" });
    let made = house.call("AdminCreateUser", input).await.ok();
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD", "the flags are for sign-ups");
    let event = heard.lock().unwrap()[0].clone();
    assert_eq!(event["triggerSource"], "PreSignUp_AdminCreateUser");
    assert_eq!(event["callerContext"]["clientId"], "CLIENT_ID_NOT_APPLICABLE");
}

#[tokio::test]
async fn post_confirmation_comes_after_and_takes_nothing_back() {
    let house = house_with_throwing("PostConfirmation").await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let code = house.mailbox.code("ann@example.com");
    expect![
        "400 UserLambdaValidationException: PostConfirmation failed with error computer says no."
    ]
    .assert_eq(&confirm(&house, "ann", &code).await.line());
    assert_eq!(house.look_at("ann").await["UserStatus"], "CONFIRMED");
    house.sign_in("ann", PASSWORD).await.ok();

    let (house, heard) = house_with("PostConfirmation", json!({})).await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    confirm(&house, "ann", &house.mailbox.code("ann@example.com")).await.ok();
    let event = heard.lock().unwrap()[0].clone();
    assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmSignUp");
    let attributes = &event["request"]["userAttributes"];
    assert_eq!(attributes["cognito:user_status"], "CONFIRMED");
    assert_eq!(attributes["email_verified"], "true");
    assert!(attributes["sub"].is_string());
    let forgot = json!({ "ClientId": house.client, "Username": "ann" });
    house.call_unsigned("ForgotPassword", forgot).await.ok();
    let reset = json!({ "ClientId": house.client, "Username": "ann", "Password": "Another-Horse8!",
        "ConfirmationCode": house.mailbox.code("ann@example.com") });
    house.call_unsigned("ConfirmForgotPassword", reset).await.ok();
    assert_eq!(heard.lock().unwrap()[1]["triggerSource"], "PostConfirmation_ConfirmForgotPassword");
}

#[tokio::test]
async fn an_address_to_sign_in_with_is_told_as_an_alias() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    let (arn, heard) = house.listener("f", json!({}));
    let config = json!({ "PostConfirmation": arn, "CustomMessage": arn });
    house.update_pool(json!({ "LambdaConfig": config })).await.ok();
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    confirm(&house, "ann", &house.mailbox.code("ann@example.com")).await.ok();
    let told: Vec<_> = heard
        .lock()
        .unwrap()
        .iter()
        .map(|event| event["request"]["userAttributes"]["cognito:email_alias"].clone())
        .collect();
    // Until it is proven, nobody signs in with it.
    assert_eq!(told, [Value::Null, json!("ann@example.com")]);

    let house = House::with(json!({ "UsernameAttributes": ["phone_number"] }), json!({})).await;
    let (arn, heard) = house.listener("f", json!({}));
    house.update_pool(json!({ "LambdaConfig": { "PostConfirmation": arn } })).await.ok();
    house.sign_up("+15555550100", json!({})).await.ok();
    let ann = json!({ "UserPoolId": house.pool, "Username": "+15555550100" });
    house.call("AdminConfirmSignUp", ann).await.ok();
    let event = heard.lock().unwrap()[0].clone();
    let attributes = &event["request"]["userAttributes"];
    assert_eq!(attributes["cognito:phone_number_alias"], "+15555550100");
    assert!(attributes.get("cognito:email_alias").is_none());
}

#[tokio::test]
async fn pre_authentication_hears_before_the_password_is_looked_at() {
    let house = house_with_throwing("PreAuthentication").await;
    house.user("ann").await;
    for password in [PASSWORD, "Wrong-Horse7!"] {
        expect!["400 UserLambdaValidationException: PreAuthentication failed with error computer says no."]
            .assert_eq(&house.sign_in("ann", password).await.line());
    }
    expect![
        "400 UserLambdaValidationException: PreAuthentication failed with error computer says no."
    ]
    .assert_eq(&house.srp_sign_in("ann", PASSWORD).await.line());

    let (house, heard) = house_with("PreAuthentication", json!({})).await;
    house.user("ann").await;
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD }, "ClientMetadata": { "a": "b" } });
    house.call_unsigned("InitiateAuth", input).await.ok();
    let event = heard.lock().unwrap()[0].clone();
    assert_eq!(event["triggerSource"], "PreAuthentication_Authentication");
    assert_eq!(event["request"]["validationData"], json!({ "a": "b" }));
    assert!(event["request"].get("userNotFound").is_none());
}

#[tokio::test]
async fn where_it_is_hidden_who_exists_functions_are_told() {
    let house = House::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let (arn, heard) = house.listener("f", json!({}));
    house.update_pool(json!({ "LambdaConfig": { "PreAuthentication": arn } })).await.ok();
    house.user("ann").await;
    house.sign_in("nobody", PASSWORD).await;
    house.sign_in("ann", PASSWORD).await.ok();
    let heard = heard.lock().unwrap();
    assert_eq!(heard[0]["request"]["userNotFound"], true);
    assert_eq!(heard[1]["request"]["userNotFound"], false);
}

#[tokio::test]
async fn post_authentication_stops_the_tokens() {
    let house = house_with_throwing("PostAuthentication").await;
    house.user("ann").await;
    expect![
        "400 UserLambdaValidationException: PostAuthentication failed with error computer says no."
    ]
    .assert_eq(&house.sign_in("ann", PASSWORD).await.line());
    let (house, heard) = house_with("PostAuthentication", json!({})).await;
    let tokens = house.user("ann").await.tokens().await;
    assert_eq!(heard.lock().unwrap()[0]["triggerSource"], "PostAuthentication_Authentication");
    house.refresh(&tokens.refresh).await.ok();
    assert_eq!(heard.lock().unwrap().len(), 1, "a refresh is no sign-in");
}

#[tokio::test]
async fn tokens_are_never_issued_without_the_function_that_shapes_them() {
    let house = house_with_throwing("PreTokenGeneration").await;
    house.user("ann").await;
    expect![
        "400 UserLambdaValidationException: PreTokenGeneration failed with error computer says no."
    ]
    .assert_eq(&house.sign_in("ann", PASSWORD).await.line());
}

async fn shaped(
    version: &str,
    response: Value,
) -> (House, std::sync::Arc<std::sync::Mutex<Vec<Value>>>) {
    let house = House::new().await;
    let (arn, heard) = house.listener("f", response);
    let config =
        json!({ "PreTokenGenerationConfig": { "LambdaVersion": version, "LambdaArn": arn } });
    house.update_pool(json!({ "LambdaConfig": config })).await.ok();
    (house, heard)
}

#[tokio::test]
async fn version_1_changes_the_id_token_and_the_groups() {
    let (house, heard) = shaped(
        "V1_0",
        json!({ "claimsOverrideDetails": {
        "claimsToAddOrOverride": { "first_name": "Ann", "email": "other@example.com" },
        "claimsToSuppress": ["name"],
        "groupOverrideDetails": { "groupsToOverride": ["made-up"], "iamRolesToOverride": ["arn:r"],
            "preferredRole": "arn:r" },
    } }),
    )
    .await;
    let ann = house.user_with("ann", json!({ "email": "ann@example.com", "name": "Ann" })).await;
    make_group(&house, "real", Some(1)).await;
    house.call("AdminAddUserToGroup", membership(&house, "ann", "real")).await.ok();
    let tokens = ann.tokens().await;
    let (id, access) = (claims(&tokens.id), claims(&tokens.access));
    assert_eq!((&id["first_name"], &id["email"]), (&json!("Ann"), &json!("other@example.com")));
    assert!(id.get("name").is_none() && access.get("first_name").is_none());
    assert_eq!(id["cognito:groups"], json!(["made-up"]));
    assert_eq!(access["cognito:groups"], json!(["made-up"]));
    assert_eq!(
        (&id["cognito:roles"], &id["cognito:preferred_role"]),
        (&json!(["arn:r"]), &json!("arn:r"))
    );
    let event = heard.lock().unwrap()[0].clone();
    assert_eq!(event["version"], "1");
    assert_eq!(event["triggerSource"], "TokenGeneration_Authentication");
    assert_eq!(event["request"]["groupConfiguration"]["groupsToOverride"], json!(["real"]));
    assert!(event["request"].get("scopes").is_none());
}

#[tokio::test]
async fn version_2_changes_both_tokens_and_the_scopes() {
    let (house, heard) = shaped("V2_0", json!({ "claimsAndScopeOverrideDetails": {
        "idTokenGeneration": { "claimsToAddOrOverride": { "plan": { "tier": "gold", "seats": [1, 2] } },
            "claimsToSuppress": ["email"] },
        "accessTokenGeneration": { "claimsToAddOrOverride": { "interesting_value": 7 },
            "scopesToAdd": ["users/read", "not a scope"] },
    } }))
    .await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let (id, access) = (house.verified(&tokens.id).await, house.verified(&tokens.access).await);
    assert_eq!(id["plan"], json!({ "tier": "gold", "seats": [1, 2] }));
    assert!(id.get("email").is_none());
    assert_eq!(access["interesting_value"], 7);
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin users/read");
    house.refresh(&tokens.refresh).await.ok();
    let heard = heard.lock().unwrap();
    assert_eq!(heard[0]["version"], "2");
    assert_eq!(heard[0]["request"]["scopes"], json!(["aws.cognito.signin.user.admin"]));
    assert_eq!(heard[1]["triggerSource"], "TokenGeneration_RefreshTokens");
}

/// TRG-01.
#[tokio::test]
async fn a_function_never_says_who_the_user_is() {
    let theirs = json!({ "sub": "x", "iss": "x", "aud": "x", "exp": 1, "iat": 1, "auth_time": 1,
        "jti": "x", "origin_jti": "x", "token_use": "x", "event_id": "x", "client_id": "x",
        "username": "x", "cognito:username": "x", "identities": "x", "scope": "x", "version": 9,
        "cognito:groups": ["x"], "dev:custom:x": "x", "email_verified": { "x": 1 }, "nothing": null });
    let all: Vec<&String> = theirs.as_object().unwrap().keys().collect();
    for suppressed in [json!([]), json!(all)] {
        let change = json!({ "claimsToAddOrOverride": theirs, "claimsToSuppress": suppressed });
        let (house, _) = shaped(
            "V3_0",
            json!({ "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": change, "accessTokenGeneration": change } }),
        )
        .await;
        let ann = house.user("ann").await;
        let tokens = ann.tokens().await;
        for token in [&tokens.id, &tokens.access] {
            let ours = house.verified(token).await;
            assert_eq!(ours["sub"], ann.sub);
            for (name, value) in theirs.as_object().unwrap() {
                assert_ne!(ours.get(name), Some(value), "{name}");
            }
        }
        tokens.call(&house, "GetUser", json!({})).await.ok();
    }
}

#[tokio::test]
async fn only_an_answer_to_a_challenge_is_heard_before_tokens() {
    let (house, heard) = shaped("V2_0", json!({})).await;
    house.user("ann").await;
    let metadata = json!({ "a": "b" });
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD }, "ClientMetadata": metadata });
    house.call_unsigned("InitiateAuth", input).await.ok();
    let (begun, client) = house.begin_srp("ann").await;
    let input = json!({ "ClientId": house.client, "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": house.prove(&begun.ok(), &client, PASSWORD), "ClientMetadata": metadata });
    house.call_unsigned("RespondToAuthChallenge", input).await.ok();
    let heard = heard.lock().unwrap();
    assert!(heard[0]["request"].get("clientMetadata").is_none());
    assert_eq!(heard[1]["request"]["clientMetadata"], metadata);
}

#[tokio::test]
async fn a_new_password_is_told_by_its_own_source() {
    let (house, heard) = shaped("V2_0", json!({})).await;
    let erin = json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "SUPPRESS",
        "TemporaryPassword": "Temporary-1!" });
    house.call("AdminCreateUser", erin).await.ok();
    let session = house.sign_in("erin", "Temporary-1!").await.ok()["Session"].clone();
    let input = json!({ "ClientId": house.client, "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": session, "ChallengeResponses": { "USERNAME": "erin", "NEW_PASSWORD": PASSWORD } });
    house.call_unsigned("RespondToAuthChallenge", input).await.ok();
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0]["triggerSource"], "TokenGeneration_NewPasswordChallenge");
}
