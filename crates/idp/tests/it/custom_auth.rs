//! `CUSTOM_AUTH`: the pool's functions decide, ask and look at the answers.

use crate::*;
use std::sync::{Arc, Mutex};

/// What the three functions heard, in order.
type Heard = Arc<Mutex<Vec<Value>>>;

/// Who gets in: two right answers in a row, three tries; after a right password one answer is enough.
fn decide(event: &Value) -> Value {
    let steps = event["request"]["session"].as_array().unwrap();
    let last = steps.last();
    let right = |name: &str| {
        let met = |step: &&Value| step["challengeName"] == name && step["challengeResult"] == true;
        steps.iter().filter(met).count()
    };
    if last.is_some_and(|step| step["challengeName"] == "SRP_A") {
        return json!({ "challengeName": "PASSWORD_VERIFIER" });
    }
    if right("CUSTOM_CHALLENGE") + right("PASSWORD_VERIFIER") == 2 {
        return json!({ "issueTokens": true });
    }
    if steps.len() >= 4 {
        return json!({ "failAuthentication": true });
    }
    json!({ "challengeName": "CUSTOM_CHALLENGE" })
}

async fn house_with(pool: Value, client: Value) -> (House, Heard) {
    let mut settings = json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH"] });
    settings.as_object_mut().unwrap().extend(client.as_object().unwrap().clone());
    let house = House::with(pool, settings).await;
    let heard = Heard::default();
    let hear = |name: &str, answer: fn(&Value) -> Value| {
        let heard = heard.clone();
        house.function(name, move |mut event: Value| {
            heard.lock().unwrap().push(event.clone());
            event["response"] = answer(&event);
            async move { Ok(event) }
        })
    };
    let define = hear("define", decide);
    let create = hear("create", |event| {
        let round = event["request"]["session"].as_array().unwrap().len();
        json!({ "publicChallengeParameters": { "hint": format!("round {round}"), "USERNAME": "eve" },
            "privateChallengeParameters": { "answer": format!("blue {round}") },
            "challengeMetadata": format!("COLOUR_{round}") })
    });
    let verify = hear("verify", |event| {
        let request = &event["request"];
        let right = &request["privateChallengeParameters"]["answer"];
        json!({ "answerCorrect": request["challengeAnswer"] == *right })
    });
    let config = json!({ "DefineAuthChallenge": define, "CreateAuthChallenge": create,
        "VerifyAuthChallengeResponse": verify });
    house.update_pool(json!({ "LambdaConfig": config })).await.ok();
    (house, heard)
}

async fn begin(house: &House, name: &str) -> Answer {
    let input = json!({ "ClientId": house.client, "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": name }, "ClientMetadata": { "step": "begin" } });
    house.call_unsigned("InitiateAuth", input).await
}

async fn answer(house: &House, asked: &Value, name: &str, text: &str) -> Answer {
    let input = json!({ "ClientId": house.client, "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": asked["Session"], "ChallengeResponses": { "USERNAME": name, "ANSWER": text },
        "ClientMetadata": { "step": "answer" } });
    house.call_unsigned("RespondToAuthChallenge", input).await
}

/// What was heard, without what differs from run to run.
fn told(house: &House, heard: &Heard) -> Vec<Value> {
    let mut events = heard.lock().unwrap().clone();
    for event in &mut events {
        assert_eq!(event["userPoolId"], house.pool);
        assert_eq!(event["callerContext"]["clientId"], house.client);
        assert_eq!((&event["version"], &event["region"]), (&json!("1"), &json!("eu-west-1")));
        let attributes = event["request"]["userAttributes"].as_object_mut().unwrap();
        attributes.remove("sub");
        for moving in ["userPoolId", "callerContext", "version", "region"] {
            event.as_object_mut().unwrap().remove(moving);
        }
    }
    events
}

#[tokio::test]
async fn functions_ask_until_they_are_content() {
    let (house, heard) = house_with(json!({}), json!({})).await;
    let ann = house.user("ann").await;
    let asked = begin(&house, "Ann").await.ok();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(asked["ChallengeParameters"], json!({ "hint": "round 0", "USERNAME": "ann" }));
    assert!(asked.get("AuthenticationResult").is_none());
    assert!(!asked.to_string().contains("blue"));
    let asked = answer(&house, &asked, "ann", "red").await.ok();
    let asked = answer(&house, &asked, "ann", "blue 1").await.ok();
    let tokens = SignedIn::of(&answer(&house, &asked, &ann.sub, "blue 2").await.ok());
    assert_eq!(house.verified(&tokens.id).await["sub"], ann.sub);
    house.refresh(&tokens.refresh).await.ok();

    let user = json!({ "cognito:user_status": "CONFIRMED", "email": "ann@example.com",
        "email_verified": "true" });
    let step = |round: u8, result: bool| {
        json!({ "challengeName": "CUSTOM_CHALLENGE", "challengeResult": result,
            "challengeMetadata": format!("COLOUR_{round}") })
    };
    let metadata = json!({ "step": "answer" });
    let event = |source: &str, request: Value, response: Value| {
        json!({ "triggerSource": format!("{source}_Authentication"), "userName": "ann",
            "request": request, "response": response })
    };
    let undecided =
        json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
    let unmade = json!({ "publicChallengeParameters": null, "privateChallengeParameters": null,
        "challengeMetadata": null });
    let mut expected = vec![
        event(
            "DefineAuthChallenge",
            json!({ "userAttributes": user, "session": [] }),
            undecided.clone(),
        ),
        event(
            "CreateAuthChallenge",
            json!({ "userAttributes": user, "session": [], "challengeName": "CUSTOM_CHALLENGE" }),
            unmade.clone(),
        ),
    ];
    let mut steps = Vec::new();
    for (round, said) in [(0, "red"), (1, "blue 1"), (2, "blue 2")] {
        expected.push(event(
            "VerifyAuthChallengeResponse",
            json!({ "userAttributes": user, "challengeAnswer": said, "clientMetadata": metadata,
                "privateChallengeParameters": { "answer": format!("blue {round}") } }),
            json!({ "answerCorrect": null }),
        ));
        steps.push(step(round, round > 0));
        expected.push(event(
            "DefineAuthChallenge",
            json!({ "userAttributes": user, "session": steps, "clientMetadata": metadata }),
            undecided.clone(),
        ));
        if round < 2 {
            expected.push(event(
                "CreateAuthChallenge",
                json!({ "userAttributes": user, "session": steps, "clientMetadata": metadata,
                    "challengeName": "CUSTOM_CHALLENGE" }),
                unmade.clone(),
            ));
        }
    }
    assert_eq!(told(&house, &heard), expected);
}

#[tokio::test]
async fn a_session_is_good_for_one_answer_of_one_user_and_client() {
    let (house, _) = house_with(json!({}), json!({})).await;
    house.user("ann").await;
    house.user("bob").await;
    let asked = begin(&house, "ann").await.ok();
    for (house, name) in [
        (&house, "bob"),
        (
            &house.through(
                &house.make_client(json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] })).await,
            ),
            "ann",
        ),
    ] {
        expect!["400 NotAuthorizedException: Invalid session for the user."]
            .assert_eq(&answer(house, &asked, name, "blue 0").await.line());
    }
    expect!["400 InvalidParameterException: Missing required parameter ANSWER"]
        .assert_eq(&answer(&house, &asked, "ann", "").await.line());
    answer(&house, &asked, "ann", "blue 0").await.ok();
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&answer(&house, &asked, "ann", "blue 0").await.line());
    let asked = begin(&house, "ann").await.ok();
    house.advance(SignedDuration::from_mins(4));
    expect!["400 NotAuthorizedException: Invalid session for the user, session is expired."]
        .assert_eq(&answer(&house, &asked, "ann", "blue 0").await.line());
}

#[tokio::test]
async fn the_function_says_when_it_is_enough() {
    let (house, _) = house_with(json!({}), json!({})).await;
    house.user("ann").await;
    let mut asked = begin(&house, "ann").await.ok();
    for _ in 0..3 {
        asked = answer(&house, &asked, "ann", "red").await.ok();
    }
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&answer(&house, &asked, "ann", "red").await.line());
    // Answers to functions are theirs to count: the password is not locked.
    house.sign_in("ann", PASSWORD).await.ok();
}

#[tokio::test]
async fn functions_are_told_who_does_not_exist() {
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let (house, heard) = house_with(json!({}), hides).await;
    house.user("ann").await;
    let asked = begin(&house, "Nobody").await.ok();
    assert_eq!(asked["ChallengeParameters"], json!({ "hint": "round 0", "USERNAME": "nobody" }));
    let asked = answer(&house, &asked, "nobody", "blue 0").await.ok();
    // Whatever the function says, nobody gets no tokens.
    expect!["400 NotAuthorizedException: Incorrect username or password."]
        .assert_eq(&answer(&house, &asked, "nobody", "blue 1").await.line());
    for event in heard.lock().unwrap().iter() {
        assert_eq!(event["request"]["userNotFound"], true);
        assert_eq!(event["request"]["userAttributes"], json!({}));
        assert_eq!(event["userName"], "Nobody");
    }
    heard.lock().unwrap().clear();
    begin(&house, "ann").await.ok();
    assert_eq!(heard.lock().unwrap()[0]["request"]["userNotFound"], false);

    let (house, _) = house_with(json!({}), json!({ "PreventUserExistenceErrors": "LEGACY" })).await;
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&begin(&house, "nobody").await.line());
}

async fn begin_srp(house: &House, name: &str) -> (Value, crypto::srp::client::Client) {
    let client = crypto::srp::client::Client::new(&crypto::SystemRandom);
    let input = json!({ "ClientId": house.client, "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": name, "CHALLENGE_NAME": "SRP_A",
            "SRP_A": client.public_a().to_hex() } });
    (house.call_unsigned("InitiateAuth", input).await.ok(), client)
}

fn steps(event: &Value) -> String {
    let steps = event["request"]["session"].as_array().unwrap().iter();
    let text = |step: &Value| {
        format!("{}={}", step["challengeName"].as_str().unwrap(), step["challengeResult"])
    };
    steps.map(text).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_password_may_be_one_of_the_steps() {
    let (house, heard) = house_with(json!({}), json!({})).await;
    house.user("ann").await;
    let (begun, client) = begin_srp(&house, "ann").await;
    assert_eq!(begun["ChallengeName"], "PASSWORD_VERIFIER");
    let asked = house.respond_srp(house.prove(&begun, &client, PASSWORD)).await.ok();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert!(asked.get("AuthenticationResult").is_none());
    SignedIn::of(&answer(&house, &asked, "ann", "blue 2").await.ok());

    // A wrong password is a step too, and counts towards the lockout.
    let (begun, client) = begin_srp(&house, "ann").await;
    let asked = house.respond_srp(house.prove(&begun, &client, "Wrong-Horse7!")).await.ok();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    let heard = heard.lock().unwrap();
    let defined =
        heard.iter().filter(|event| event["triggerSource"] == "DefineAuthChallenge_Authentication");
    let defined: Vec<_> = defined.map(steps).collect();
    expect![[r#"
        SRP_A=true
        SRP_A=true PASSWORD_VERIFIER=true
        SRP_A=true PASSWORD_VERIFIER=true CUSTOM_CHALLENGE=true
        SRP_A=true
        SRP_A=true PASSWORD_VERIFIER=false"#]]
    .assert_eq(&defined.join("\n"));
}

#[tokio::test]
async fn wrong_passwords_among_the_steps_are_counted() {
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let (house, _) = house_with(json!({}), hides).await;
    house.user("ann").await;
    for name in ["ann", "nobody"] {
        for _ in 0..5 {
            let (begun, client) = begin_srp(&house, name).await;
            house.respond_srp(house.prove(&begun, &client, "Wrong-Horse7!")).await.ok();
        }
        let (begun, client) = begin_srp(&house, name).await;
        let locked = house.respond_srp(house.prove(&begun, &client, PASSWORD)).await;
        expect!["400 NotAuthorizedException: Password attempts exceeded"].assert_eq(&locked.line());
    }
}

#[tokio::test]
async fn a_new_password_is_a_step_between() {
    let (house, heard) = house_with(json!({}), json!({})).await;
    let erin = json!({ "UserPoolId": house.pool, "Username": "erin", "MessageAction": "SUPPRESS",
        "TemporaryPassword": "Temporary-1!" });
    house.call("AdminCreateUser", erin).await.ok();
    let (begun, client) = begin_srp(&house, "erin").await;
    let asked = house.respond_srp(house.prove(&begun, &client, "Temporary-1!")).await.ok();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let input = json!({ "ClientId": house.client, "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": "erin", "NEW_PASSWORD": PASSWORD } });
    let asked = house.call_unsigned("RespondToAuthChallenge", input).await.ok();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    SignedIn::of(&answer(&house, &asked, "erin", "blue 3").await.ok());
    assert_eq!(house.look_at("erin").await["UserStatus"], "CONFIRMED");
    let heard = heard.lock().unwrap();
    expect!["SRP_A=true PASSWORD_VERIFIER=true NEW_PASSWORD_REQUIRED=true CUSTOM_CHALLENGE=true"]
        .assert_eq(&steps(heard.last().unwrap()));
}

#[tokio::test]
async fn no_function_lets_in_who_may_not_come_in() {
    let (house, _) = house_with(json!({}), json!({})).await;
    house.user("ann").await;
    house.sign_up("bob", json!({ "email": "bob@example.com" })).await.ok();
    let disable = json!({ "UserPoolId": house.pool, "Username": "ann" });
    house.call("AdminDisableUser", disable).await.ok();
    for (name, refused) in [
        ("ann", "400 NotAuthorizedException: User is disabled."),
        ("bob", "400 UserNotConfirmedException: User is not confirmed."),
    ] {
        let asked = begin(&house, name).await.ok();
        let asked = answer(&house, &asked, name, "blue 0").await.ok();
        assert_eq!(answer(&house, &asked, name, "blue 1").await.line(), refused);
    }
}

async fn line_with(define: Value, create: Value, verify: Value) -> String {
    let (house, _) = house_with(json!({}), json!({})).await;
    house.user("ann").await;
    house.listener("define", define);
    house.listener("create", create);
    house.listener("verify", verify);
    let asked = begin(&house, "ann").await;
    if asked.status != 200 {
        return asked.line();
    }
    answer(&house, &asked.ok(), "ann", "x").await.line()
}

#[tokio::test]
async fn functions_have_to_say_something_that_can_be() {
    let ask = json!({ "challengeName": "CUSTOM_CHALLENGE" });
    let unrecognizable = "400 InvalidLambdaResponseException: Unrecognizable lambda output";
    for (define, create, verify) in [
        (json!({}), json!({}), json!({})),
        (json!({ "challengeName": "SMS_MFA" }), json!({}), json!({})),
        (json!({ "issueTokens": false, "failAuthentication": false }), json!({}), json!({})),
        (json!({ "issueTokens": "yes" }), json!({}), json!({})),
        (ask.clone(), json!({ "publicChallengeParameters": { "n": 1 } }), json!({})),
        (ask.clone(), json!({}), json!({})),
        (ask.clone(), json!({}), json!({ "answerCorrect": "true" })),
    ] {
        assert_eq!(line_with(define, create, verify).await, unrecognizable);
    }
    expect!["400 InvalidLambdaResponseException: PASSWORD_VERIFIER without SRP_A"].assert_eq(
        &line_with(json!({ "challengeName": "PASSWORD_VERIFIER" }), json!({}), json!({})).await,
    );
    expect!["400 NotAuthorizedException: Incorrect username or password."].assert_eq(
        &line_with(
            json!({ "issueTokens": true, "failAuthentication": true }),
            json!({}),
            json!({}),
        )
        .await,
    );
    let huge = json!({ "privateChallengeParameters": { "a": "x".repeat(100_000) } });
    expect!["400 InvalidLambdaResponseException: the challenge parameters are too large"]
        .assert_eq(&line_with(ask.clone(), huge, json!({})).await);
    for (function, name) in [
        ("define", "DefineAuthChallenge"),
        ("create", "CreateAuthChallenge"),
        ("verify", "VerifyAuthChallengeResponse"),
    ] {
        let (house, _) = house_with(json!({}), json!({})).await;
        house.user("ann").await;
        house.function(function, |_| async { Err("computer says no".to_owned()) });
        let asked = begin(&house, "ann").await;
        let line = match asked.status.as_u16() {
            200 => answer(&house, &asked.ok(), "ann", "x").await.line(),
            _ => asked.line(),
        };
        assert_eq!(
            line,
            format!(
                "400 UserLambdaValidationException: {name} failed with error computer says no."
            )
        );
    }
}

#[tokio::test]
async fn a_function_may_go_on_and_remember_as_long_as_it_likes() {
    let (house, _) = house_with(json!({}), json!({})).await;
    house.user("ann").await;
    house.listener("define", json!({ "challengeName": "CUSTOM_CHALLENGE" }));
    let notes = json!({ "privateChallengeParameters": { "notes": "n".repeat(3000) } });
    let (_, created) = house.listener("create", notes);
    let (_, verified) = house.listener("verify", json!({ "answerCorrect": false }));
    let mut asked = begin(&house, "ann").await.ok();
    for _ in 0..40 {
        assert!(asked["Session"].as_str().unwrap().len() <= 2048);
        asked = answer(&house, &asked, "ann", "x").await.ok();
    }
    let last = created.lock().unwrap().last().unwrap().clone();
    assert_eq!(last["request"]["session"].as_array().unwrap().len(), 40);
    let last = verified.lock().unwrap().last().unwrap().clone();
    assert_eq!(last["request"]["privateChallengeParameters"]["notes"], "n".repeat(3000));
    let again = answer(&house, &asked, "ann", "x").await;
    again.ok();
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&answer(&house, &asked, "ann", "x").await.line());
    let asked = begin(&house, "ann").await.ok();
    house.advance(SignedDuration::from_mins(4));
    expect!["400 NotAuthorizedException: Invalid session for the user, session is expired."]
        .assert_eq(&answer(&house, &asked, "ann", "x").await.line());
}

#[tokio::test]
async fn administrators_go_the_same_way() {
    let (house, heard) = house_with(json!({}), json!({})).await;
    house.user("ann").await;
    let begin = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "ann" } });
    let mut asked = house.call("AdminInitiateAuth", begin).await.ok();
    for round in 0..2 {
        let input = json!({ "UserPoolId": house.pool, "ClientId": house.client,
            "ChallengeName": "CUSTOM_CHALLENGE", "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "ann", "ANSWER": format!("blue {round}") } });
        asked = house.call("AdminRespondToAuthChallenge", input).await.ok();
    }
    SignedIn::of(&asked);
    assert_eq!(heard.lock().unwrap()[0]["callerContext"]["clientId"], house.client);
}

#[tokio::test]
async fn a_client_or_pool_without_it_is_refused_before_anybody_is_looked_for() {
    let (house, heard) = house_with(json!({}), json!({})).await;
    let plain = house.make_client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
    expect!["400 InvalidParameterException: CUSTOM_AUTH is not enabled for the client."]
        .assert_eq(&begin(&house.through(&plain), "nobody").await.line());
    house.update_pool(json!({})).await.ok();
    expect!["400 InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."]
        .assert_eq(&begin(&house, "nobody").await.line());
    assert!(heard.lock().unwrap().is_empty());
}
