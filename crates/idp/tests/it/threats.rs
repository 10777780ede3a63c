//! Pools that look for threats, and what they do when they see one.

use crate::*;

pub const HOME: &str = "192.0.2.7";
pub const AWAY: &str = "203.0.113.9";
pub const LAPTOP: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36";
pub const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1";

const BLOCKED: &str = "400 NotAuthorizedException: Unable to login because of security reasons";

/// A house whose pool looks for threats.
pub async fn watched(mode: &str) -> House {
    let add_ons = json!({ "AdvancedSecurityMode": mode });
    House::with(json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": add_ons }), json!({})).await
}

/// Sets the mode of the house's pool.
pub async fn turn(house: &House, mode: &str) {
    let add_ons = json!({ "AdvancedSecurityMode": mode });
    house.update_pool(json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": add_ons })).await.ok();
}

/// What was done as a user, newest first.
pub async fn events(house: &House, name: &str) -> Vec<Value> {
    let asked = json!({ "UserPoolId": house.pool, "Username": name });
    let told = house.call("AdminListUserAuthEvents", asked).await.ok();
    told["AuthEvents"].as_array().unwrap().clone()
}

/// Begins a sign-in by password at this address with this program.
pub async fn sign_in_from(
    house: &House,
    address: &str,
    user_agent: &str,
    name: &str,
    password: &str,
) -> Answer {
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": name, "PASSWORD": password } });
    house.call_from(address, user_agent, "InitiateAuth", input).await
}

/// Answers every level of risk like this, and tells the user.
pub async fn configure(house: &House, action: &str) {
    let action = json!({ "Notify": true, "EventAction": action });
    let mail = |what: &str| {
        json!({ "Subject": format!("{what} {{username}}"),
            "TextBody": "{login-time} {ip-address} {device-name} token {feedback-token}" })
    };
    let input = json!({ "UserPoolId": house.pool, "AccountTakeoverRiskConfiguration": {
        "Actions": { "LowAction": action, "MediumAction": action, "HighAction": action },
        "NotifyConfiguration": { "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/a@b.c",
            "BlockEmail": mail("blocked"), "MfaEmail": mail("asked"), "NoActionEmail": mail("seen") },
    } });
    house.call("SetRiskConfiguration", input).await.ok();
}

/// A user who has signed in at home.
async fn settled(house: &House, name: &str) -> Person {
    let person = house.user(name).await;
    sign_in_from(house, HOME, LAPTOP, name, PASSWORD).await.ok();
    house.advance(SignedDuration::from_secs(60));
    person
}

#[tokio::test]
async fn an_enforced_answer_blocks_and_tells_the_user() {
    let house = watched("ENFORCED").await;
    let _ann = settled(&house, "ann").await;
    configure(&house, "BLOCK").await;
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
    assert!(house.mailbox.is_empty());
    house.advance(SignedDuration::from_secs(60));
    assert_eq!(sign_in_from(&house, AWAY, PHONE, "ann", PASSWORD).await.line(), BLOCKED);
    let event = events(&house, "ann").await.remove(0);
    assert_eq!(event["EventResponse"], "Fail");
    assert_eq!(event["EventRisk"]["RiskDecision"], "Block");
    assert_eq!(event["EventRisk"]["RiskLevel"], "Medium");
    let mail = house.mailbox.to("ann@example.com").remove(0);
    assert_eq!((mail.purpose, &*mail.subject), ("AccountTakeOverNotification", "blocked ann"));
    assert!(mail.body.text().contains("203.0.113.9 Safari 17, iOS token "), "{}", mail.body.text());
    // Whoever has not the password learns nothing.
    let wrong = sign_in_from(&house, AWAY, PHONE, "ann", "Wrong-Horse7!").await;
    assert_eq!(wrong.line(), "400 NotAuthorizedException: Incorrect username or password.");
}

#[tokio::test]
async fn a_pool_that_only_looks_does_nothing() {
    let house = watched("AUDIT").await;
    let _ann = settled(&house, "ann").await;
    configure(&house, "BLOCK").await;
    sign_in_from(&house, AWAY, PHONE, "ann", PASSWORD).await.ok();
    let event = events(&house, "ann").await.remove(0);
    assert_eq!(event["EventResponse"], "Pass");
    assert_eq!(event["EventRisk"]["RiskDecision"], "AccountTakeover");
    assert!(house.mailbox.is_empty());
}

#[tokio::test]
async fn a_second_factor_that_is_off_is_asked_for_at_a_risk() {
    let house = watched("ENFORCED").await;
    let mfa = json!({ "UserPoolId": house.pool, "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    house.call("SetUserPoolMfaConfig", mfa).await.ok();
    let ann = settled(&house, "ann").await;
    let _bob = settled(&house, "bob").await;
    let secret = ann.enrol().await;
    let off = json!({ "SoftwareTokenMfaSettings": { "Enabled": false } });
    house.advance(SignedDuration::from_secs(60));
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": house.shown(&secret) });
    let asked = ann.sign_in().await.ok();
    let tokens = house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok();
    SignedIn::of(&tokens).call(&house, "SetUserMFAPreference", off).await.ok();
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();

    configure(&house, "MFA_IF_CONFIGURED").await;
    house.advance(SignedDuration::from_secs(60));
    let asked = sign_in_from(&house, AWAY, PHONE, "ann", PASSWORD).await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": house.shown(&secret) });
    house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok();
    let event = events(&house, "ann").await.remove(0);
    assert_eq!(event["EventResponse"], "Pass");
    assert_eq!(event["EventRisk"]["RiskDecision"], "AccountTakeover");
    // Without one it is as the configuration says.
    sign_in_from(&house, AWAY, PHONE, "bob", PASSWORD).await.ok();
    configure(&house, "MFA_REQUIRED").await;
    house.advance(SignedDuration::from_secs(60));
    assert_eq!(sign_in_from(&house, "198.51.100.1", LAPTOP, "bob", PASSWORD).await.line(), BLOCKED);
}

#[tokio::test]
async fn addresses_are_barred_or_never_looked_at() {
    let house = watched("ENFORCED").await;
    let _ann = settled(&house, "ann").await;
    configure(&house, "BLOCK").await;
    let exceptions = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "AccountTakeoverRiskConfiguration": { "Actions":
            { "LowAction": { "Notify": false, "EventAction": "BLOCK" } } },
        "RiskExceptionConfiguration": { "BlockedIPRangeList": ["192.0.2.0/24"],
            "SkippedIPRangeList": ["203.0.113.0/24"] } });
    house.call("SetRiskConfiguration", exceptions).await.ok();
    assert_eq!(sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.line(), BLOCKED);
    assert_eq!(sign_in_from(&house, HOME, LAPTOP, "nobody", PASSWORD).await.line(), BLOCKED);
    assert_eq!(events(&house, "ann").await[0]["EventRisk"]["RiskDecision"], "Block");
    house.advance(SignedDuration::from_secs(60));
    sign_in_from(&house, AWAY, PHONE, "ann", PASSWORD).await.ok();
    assert_eq!(events(&house, "ann").await[0]["EventRisk"]["RiskDecision"], "NoRisk");
    let sign_up = json!({ "ClientId": house.client, "Username": "eve", "Password": PASSWORD });
    assert_eq!(house.call_from(HOME, LAPTOP, "SignUp", sign_up).await.line(), BLOCKED);
    // A client cannot claim to be elsewhere.
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD },
        "UserContextData": { "IpAddress": AWAY } });
    assert_eq!(house.call_from(HOME, LAPTOP, "InitiateAuth", input).await.line(), BLOCKED);
    turn(&house, "AUDIT").await;
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_server_speaks_of_its_user() {
    let house = watched("ENFORCED").await;
    let _ann = house.user("ann").await;
    let context = |address: &str| {
        json!({ "IpAddress": address, "ServerName": "app", "ServerPath": "/login",
            "HttpHeaders": [{ "headerName": "User-Agent", "headerValue": PHONE }] })
    };
    let input = |context: Value| {
        json!({ "UserPoolId": house.pool, "ClientId": house.client, "ContextData": context,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD } })
    };
    house.call("AdminInitiateAuth", input(context(AWAY))).await.ok();
    let event = events(&house, "ann").await.remove(0);
    assert_eq!(event["EventContextData"]["IpAddress"], AWAY);
    assert_eq!(event["EventContextData"]["DeviceName"], "Safari 17, iOS");
    expect!["400 InvalidParameterException: IpAddress is not a valid address."]
        .assert_eq(&house.call("AdminInitiateAuth", input(context("next door"))).await.line());
}

#[tokio::test]
async fn a_password_that_everybody_knows_is_refused() {
    const KNOWN: &str = "Password123!";
    let house = watched("ENFORCED").await;
    let ann = house.user("ann").await;
    let set = json!({ "UserPoolId": house.pool, "Username": "ann", "Password": KNOWN, "Permanent": true });
    house.call("AdminSetUserPassword", set.clone()).await.ok();
    // Without a configuration it is written down.
    sign_in_from(&house, HOME, LAPTOP, "ann", KNOWN).await.ok();
    let event = events(&house, "ann").await.remove(0);
    assert_eq!(event["EventResponse"], "Pass");
    assert_eq!(event["EventRisk"]["CompromisedCredentialsDetected"], true);

    let configuration = |filter: Value| {
        json!({ "UserPoolId": house.pool, "CompromisedCredentialsRiskConfiguration":
            { "EventFilter": filter, "Actions": { "EventAction": "BLOCK" } } })
    };
    house.call("SetRiskConfiguration", configuration(json!(["SIGN_IN"]))).await.ok();
    house.advance(SignedDuration::from_secs(60));
    expect!["400 PasswordResetRequiredException: Password reset required for the user"]
        .assert_eq(&sign_in_from(&house, HOME, LAPTOP, "ann", KNOWN).await.line());
    assert_eq!(house.look_at("ann").await["UserStatus"], "RESET_REQUIRED");
    let event = events(&house, "ann").await.remove(0);
    assert_eq!(event["EventResponse"], "Fail");
    assert_eq!(event["EventRisk"]["CompromisedCredentialsDetected"], true);

    let sign_up =
        |name: &str| json!({ "ClientId": house.client, "Username": name, "Password": KNOWN });
    house.call_unsigned("SignUp", sign_up("bob")).await.ok();
    house
        .call("SetRiskConfiguration", configuration(json!(["SIGN_UP", "PASSWORD_CHANGE"])))
        .await
        .ok();
    let refused =
        "400 InvalidPasswordException: Provided password cannot be used for security reasons.";
    assert_eq!(house.call_unsigned("SignUp", sign_up("eve")).await.line(), refused);
    let set = json!({ "UserPoolId": house.pool, "Username": "ann", "Password": PASSWORD, "Permanent": true });
    house.call("AdminSetUserPassword", set).await.ok();
    let change = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": KNOWN });
    assert_eq!(ann.call("ChangePassword", change).await.line(), refused);
    turn(&house, "AUDIT").await;
    house.call_unsigned("SignUp", sign_up("eve")).await.ok();
}

#[tokio::test]
async fn a_custom_sign_in_is_looked_at_where_the_pool_says_so() {
    let house = watched("ENFORCED").await;
    let _ann = house.user("ann").await;
    let decide = house.function("decide", |mut event| async move {
        event["response"] = json!({ "issueTokens": true, "failAuthentication": false });
        Ok(event)
    });
    let custom = house
        .through(&house.make_client(json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] })).await);
    let sign_in = |address: &'static str, user_agent: &'static str| {
        let input = json!({ "ClientId": custom.client, "AuthFlow": "CUSTOM_AUTH",
            "AuthParameters": { "USERNAME": "ann" } });
        let house = house.clone();
        async move { house.call_from(address, user_agent, "InitiateAuth", input).await }
    };
    let set = |flows: Value| {
        json!({ "UserPoolTier": "PLUS", "LambdaConfig": { "DefineAuthChallenge": decide },
            "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED",
                "AdvancedSecurityAdditionalFlows": flows } })
    };
    house.update_pool(set(json!({}))).await.ok();
    configure(&house, "MFA_REQUIRED").await;
    sign_in(HOME, LAPTOP).await.ok();
    sign_in(AWAY, PHONE).await.ok();
    house.update_pool(set(json!({ "CustomAuthMode": "ENFORCED" }))).await.ok();
    sign_in(AWAY, PHONE).await.ok();
    assert_eq!(sign_in("198.51.100.1", LAPTOP).await.line(), BLOCKED);
}

#[tokio::test]
async fn the_function_that_sends_mails_is_told_of_a_takeover() {
    let house = watched("ENFORCED").await;
    let _ann = settled(&house, "ann").await;
    let (arn, heard) = house.listener("f", json!({}));
    let sender = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
    house
        .update_pool(json!({ "UserPoolTier": "PLUS",
            "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" },
            "LambdaConfig": { "CustomEmailSender": sender,
                "KMSKeyID": "arn:aws:kms:eu-west-1:000000000000:key/1234" } }))
        .await
        .ok();
    configure(&house, "NO_ACTION").await;
    sign_in_from(&house, AWAY, PHONE, "ann", PASSWORD).await.ok();
    let mut told = custom_sender::event(&heard, 0).await;
    let attributes = told["request"]["userAttributes"].clone();
    assert_eq!(attributes["EVENT_ID"], events(&house, "ann").await[0]["EventId"]);
    let token = attributes["FEEDBACK_TOKEN"].as_str().unwrap().to_owned();
    for (name, word) in [("ONE_CLICK_LINK_VALID", "valid"), ("ONE_CLICK_LINK_INVALID", "invalid")] {
        let pool = &house.pool;
        let link =
            format!("http://127.0.0.1:9229/{pool}/auth-event-feedback?is={word}&token={token}");
        assert_eq!(attributes[name], link);
        told["request"]["userAttributes"][name] = json!("…");
    }
    for moving in ["EVENT_ID", "FEEDBACK_TOKEN"] {
        told["request"]["userAttributes"][moving] = json!("…");
    }
    for moving in ["userPoolId", "callerContext"] {
        told.as_object_mut().unwrap().remove(moving);
    }
    expect![[r#"
        {
          "region": "eu-west-1",
          "request": {
            "code": null,
            "type": "customEmailSenderRequestV1",
            "userAttributes": {
              "ACCOUNT_TAKE_OVER_ACTION": "NO_ACTION",
              "DEVICE_NAME": "Safari 17, iOS",
              "EVENT_ID": "…",
              "FEEDBACK_TOKEN": "…",
              "IP_ADDRESS": "203.0.113.9",
              "LOGIN_TIME": "2026-11-21T08:01:00.25Z",
              "ONE_CLICK_LINK_INVALID": "…",
              "ONE_CLICK_LINK_VALID": "…",
              "USER_NAME": "ann"
            }
          },
          "response": {},
          "triggerSource": "CustomEmailSender_AccountTakeOverNotification",
          "userName": "ann",
          "version": "1"
        }"#]]
    .assert_eq(&pretty(&told));
    assert!(house.mailbox.is_empty());
    let token = names::Token::parse(token).unwrap();
    house.idp.pools.judge_auth_event_by_link(&token, true).await.ok().unwrap();
    assert_eq!(events(&house, "ann").await[0]["EventFeedback"]["Provider"], "User");
}

#[tokio::test]
async fn a_client_that_may_pass_addresses_on_is_believed() {
    let house = watched("AUDIT").await;
    let _ann = house.user("ann").await;
    let made = json!({ "UserPoolId": house.pool, "ClientName": "server", "GenerateSecret": true,
        "EnablePropagateAdditionalUserContextData": true,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let client = house.call("CreateUserPoolClient", made).await.ok()["UserPoolClient"].take();
    let server = house.through(client["ClientId"].as_str().unwrap());
    let hash = server.secret_hash(client["ClientSecret"].as_str().unwrap(), "ann");
    let input = json!({ "ClientId": server.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD, "SECRET_HASH": hash },
        "UserContextData": { "IpAddress": AWAY } });
    server.call_from(HOME, LAPTOP, "InitiateAuth", input).await.ok();
    assert_eq!(events(&house, "ann").await[0]["EventContextData"]["IpAddress"], AWAY);
}

#[tokio::test]
async fn a_pool_that_does_not_look_writes_nothing() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    sign_in_from(&house, HOME, LAPTOP, "ann", PASSWORD).await.ok();
    sign_in_from(&house, AWAY, PHONE, "ann", PASSWORD).await.ok();
    let pools = &house.idp.pools;
    let range = store::Range {
        partition: format!("pool/{}/user/{}", house.pool, ann.sub),
        prefix: String::new(),
        after: None,
        limit: 10,
    };
    let (places, _) = pools.records().list_places(&range, pools.now()).await.unwrap();
    assert!(places.iter().all(|place| !place.starts_with("event") && place != "habits"));
}
