use crate::{threats::*, *};

#[tokio::test]
async fn what_was_done_as_a_user_is_told_newest_first() {
    let house = watched("AUDIT").await;
    let _ann = house.user("ann").await;
    let wrong = sign_in_from(&house, HOME, LAPTOP, "ann", "Wrong-Horse7!").await;
    assert_eq!(wrong.line(), "400 NotAuthorizedException: Incorrect username or password.");
    house.advance(SignedDuration::from_secs(60));
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
    let mut told = events(&house, "ann").await;
    for event in &mut told {
        event.as_object_mut().unwrap().remove("EventId");
    }
    expect![[r#"
        [
          {
            "ChallengeResponses": [
              {
                "ChallengeName": "Password",
                "ChallengeResponse": "Success"
              }
            ],
            "CreationDate": 1795248060.25,
            "EventContextData": {
              "DeviceName": "Chrome 126, Windows",
              "IpAddress": "192.0.2.7"
            },
            "EventResponse": "Pass",
            "EventRisk": {
              "CompromisedCredentialsDetected": false,
              "RiskDecision": "NoRisk"
            },
            "EventType": "SignIn"
          },
          {
            "ChallengeResponses": [
              {
                "ChallengeName": "Password",
                "ChallengeResponse": "Failure"
              }
            ],
            "CreationDate": 1795248000.25,
            "EventContextData": {
              "DeviceName": "Chrome 126, Windows",
              "IpAddress": "192.0.2.7"
            },
            "EventResponse": "Fail",
            "EventRisk": {
              "CompromisedCredentialsDetected": false,
              "RiskDecision": "NoRisk"
            },
            "EventType": "SignIn"
          }
        ]"#]]
    .assert_eq(&pretty(&Value::from(told)));
}

#[tokio::test]
async fn pages_follow_each_other_and_old_events_are_forgotten() {
    let house = watched("AUDIT").await;
    let _ann = house.user("ann").await;
    for _ in 0..3 {
        house.advance(SignedDuration::from_secs(1));
        sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
    }
    let all = events(&house, "ann").await;
    assert_eq!(all.len(), 3);
    let mut asked = json!({ "UserPoolId": house.pool, "Username": "ann", "MaxResults": 2 });
    let first = house.call("AdminListUserAuthEvents", asked.clone()).await.ok();
    assert_eq!(first["AuthEvents"].as_array().unwrap(), &all[..2]);
    asked["NextToken"] = first["NextToken"].clone();
    let second = house.call("AdminListUserAuthEvents", asked).await.ok();
    assert_eq!(second["AuthEvents"].as_array().unwrap(), &all[2..]);
    assert!(second["NextToken"].is_null());
    house.advance(SignedDuration::from_hours(24 * 91));
    assert!(events(&house, "ann").await.is_empty());
}

#[tokio::test]
async fn everything_that_is_done_has_its_kind() {
    let house = watched("AUDIT").await;
    house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let name = json!({ "ClientId": house.client, "Username": "ann" });
    let step = SignedDuration::from_secs(1);
    house.advance(step);
    house.call_unsigned("ResendConfirmationCode", name.clone()).await.ok();
    let code = house.mailbox.code("ann@example.com");
    confirm_sign_up::confirm(&house, "ann", &code).await.ok();
    house.advance(step);
    let tokens = SignedIn::of(&house.sign_in("ann", PASSWORD).await.ok());
    house.advance(step);
    let change =
        |old: &str| json!({ "PreviousPassword": old, "ProposedPassword": "Better-Horse8!" });
    tokens.call(&house, "ChangePassword", change("Wrong-Horse7!")).await;
    house.advance(step);
    tokens.call(&house, "ChangePassword", change(PASSWORD)).await.ok();
    house.advance(step);
    house.call_unsigned("ForgotPassword", name).await.ok();
    house.advance(step);
    let code = house.mailbox.code("ann@example.com");
    let set = json!({ "ClientId": house.client, "Username": "ann", "ConfirmationCode": code,
        "Password": "Third-Horse9!" });
    house.call_unsigned("ConfirmForgotPassword", set).await.ok();
    let told = events(&house, "ann").await;
    let kinds: Vec<_> = told
        .iter()
        .map(|event| format!("{} {}", event["EventType"], event["EventResponse"]).replace('"', ""))
        .collect();
    expect![[r"
        ForgotPassword Pass
        ForgotPassword InProgress
        PasswordChange Pass
        PasswordChange Fail
        SignIn Pass
        ResendCode Pass
        SignUp Pass"]]
    .assert_eq(&kinds.join("\n"));
}

#[tokio::test]
async fn the_steps_of_a_sign_in_are_one_event() {
    let house = watched("AUDIT").await;
    let mfa = json!({ "UserPoolId": house.pool, "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    house.call("SetUserPoolMfaConfig", mfa).await.ok();
    let ann = house.user("ann").await;
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(60));
    let asked = ann.sign_in().await.ok();
    let newest = || async { events(&house, "ann").await.remove(0) };
    let begun = newest().await;
    assert_eq!(begun["EventResponse"], "InProgress");
    let tell = |code: String| json!({ "SOFTWARE_TOKEN_MFA_CODE": code });
    house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, tell("000000".to_owned())).await;
    let failed = newest().await;
    assert_eq!(failed["EventResponse"], "Fail");
    assert_eq!(failed["ChallengeResponses"][1]["ChallengeName"], "Mfa");
    assert_eq!(failed["ChallengeResponses"][1]["ChallengeResponse"], "Failure");
    let code = house.shown(&secret);
    house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, tell(code)).await.ok();
    let passed = newest().await;
    assert_eq!(passed["EventId"], begun["EventId"]);
    assert_eq!(passed["EventResponse"], "Pass");
    assert_eq!(passed["ChallengeResponses"][1]["ChallengeResponse"], "Success");
    house.advance(SignedDuration::from_secs(1));
    let wrong = house.srp_sign_in("ann", "Wrong-Horse7!").await;
    assert_eq!(wrong.line(), "400 NotAuthorizedException: Incorrect username or password.");
    assert_eq!(newest().await["EventResponse"], "Fail");
}

#[tokio::test]
async fn a_pool_without_the_feature_keeps_nothing_and_tells_so() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    ann.sign_in().await.ok();
    let asked = json!({ "UserPoolId": house.pool, "Username": "ann" });
    expect![
        "400 UserPoolAddOnNotEnabledException: Advanced security is not enabled for this user pool."
    ]
    .assert_eq(&house.call("AdminListUserAuthEvents", asked).await.line());
    turn(&house, "AUDIT").await;
    assert!(events(&house, "ann").await.is_empty());
    let nobody = json!({ "UserPoolId": house.pool, "Username": "nobody" });
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.call("AdminListUserAuthEvents", nobody).await.line());
}

#[tokio::test]
async fn failures_fill_no_store_and_a_deleted_user_leaves_nothing() {
    let house = watched("AUDIT").await;
    let ann = house.user("ann").await;
    for _ in 0..70 {
        // Past every lockout, so that each is looked at.
        house.advance(SignedDuration::from_secs(40));
        house.sign_in("ann", "Wrong-Horse7!").await;
    }
    let now = events(&house, "ann").await.len();
    assert!(now <= 90, "{now}");
    house
        .call("AdminDeleteUser", json!({ "UserPoolId": house.pool, "Username": "ann" }))
        .await
        .ok();
    let pools = &house.idp.pools;
    let range = store::Range {
        partition: format!("pool/{}/user/{}", house.pool, ann.sub),
        prefix: String::new(),
        after: None,
        limit: 10,
    };
    let (left, _) = pools.records().list_places(&range, pools.now()).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}
