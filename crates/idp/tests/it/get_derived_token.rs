use crate::*;

/// A pool with two resource servers whose sign-ins are granted scopes of both, and a service that exchanges
/// tokens.
struct Scene {
    house: House,
    service: (String, String),
}

const GRANTED: [&str; 4] = ["openid", "files/read", "files/write", "mail/read"];

impl Scene {
    async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// With these settings of the service besides the usual ones.
    async fn with(service: Value) -> Self {
        let house = House::with(json!({}), json!({})).await;
        for server in ["files", "mail"] {
            let scopes = ["read", "write"]
                .map(|name| json!({ "ScopeName": name, "ScopeDescription": name }));
            let server = json!({ "UserPoolId": house.pool, "Identifier": server, "Name": server,
                "Scopes": scopes });
            house.call("CreateResourceServer", server).await.ok();
        }
        let grant = house.function("grant", |mut event: Value| {
            // A function that adds the same at every turn must not give back what was not asked for.
            event["response"] = json!({ "claimsAndScopeOverrideDetails": {
                "accessTokenGeneration": { "scopesToAdd": GRANTED } } });
            async move { Ok(event) }
        });
        let trigger = json!({ "LambdaConfig": {
            "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": grant } } });
        house.update_pool(trigger).await.ok();
        let usual = json!({ "UserPoolId": house.pool, "ClientName": "service", "GenerateSecret": true,
            "ExplicitAuthFlows":
                ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"],
            "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
            "CallbackURLs": ["https://service.example.com/cb"],
            "AllowedOAuthScopes": ["openid", "files/read", "files/write",
                "aws.cognito.signin.user.admin"] });
        let made = house.call("CreateUserPoolClient", merged(usual, service)).await.ok();
        let text = |name: &str| made["UserPoolClient"][name].as_str().unwrap().to_owned();
        Self { service: (text("ClientId"), text("ClientSecret")), house }
    }

    /// Asks as the service, which shows its secret.
    async fn ask(&self, subject: &str, more: Value) -> Answer {
        let usual = json!({ "ClientId": self.service.0, "ClientSecret": self.service.1,
            "SubjectToken": subject, "SubjectTokenType": "ACCESS_TOKEN" });
        self.house.call_unsigned("GetDerivedToken", merged(usual, more)).await
    }

    /// The claims of what the service gets.
    async fn had(&self, subject: &str, more: Value) -> Value {
        let given = self.ask(subject, more).await.ok();
        self.house.verified(given["IssuedToken"].as_str().unwrap()).await
    }

    /// A token of another service that speaks for itself, which is called `name`.
    async fn machine(&self, name: &str) -> (String, String) {
        let settings = json!({ "UserPoolId": self.house.pool, "ClientName": name,
            "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["mail/read"] });
        let made = self.house.call("CreateUserPoolClient", settings).await.ok();
        let client = &made["UserPoolClient"];
        let input = json!({ "ClientId": client["ClientId"], "Secret": client["ClientSecret"] });
        let given = self.house.call_unsigned("GetClientToken", input).await.ok();
        let token = given["ClientAuthenticationResult"]["AccessToken"].as_str().unwrap().to_owned();
        (client["ClientId"].as_str().unwrap().to_owned(), token)
    }
}

fn delegated(actor: &str) -> Value {
    json!({ "ActorToken": actor, "ActorTokenType": "ACCESS_TOKEN" })
}

#[tokio::test]
async fn a_service_gets_a_narrower_token_of_the_same_session() {
    let scene = Scene::new().await;
    let ann = scene.house.user("ann").await;
    let subject = ann.tokens().await;
    scene.house.advance(SignedDuration::from_mins(10));
    let more = json!({ "Scopes": ["files/read", "mail/read", "files/other"],
        "Audiences": ["https://files.example.com"] });
    let given = scene.ask(&subject.access, more).await.ok();
    assert_eq!(
        (&given["IssuedTokenType"], &given["TokenType"]),
        (&json!("ACCESS_TOKEN"), &json!("Bearer"))
    );
    // What the service may not have is left out, and so is what the function would add.
    assert_eq!(given["Scopes"], json!(["files/read"]));
    assert_eq!(given["ExpiresIn"], json!(50 * 60));
    let derived = scene.house.verified(given["IssuedToken"].as_str().unwrap()).await;
    let before = claims(&subject.access);
    for name in ["sub", "iss", "username", "origin_jti", "auth_time", "exp", "token_use"] {
        assert_eq!(derived[name], before[name], "{name}");
    }
    assert_ne!(derived["jti"], before["jti"]);
    assert_eq!(derived["client_id"], json!(scene.service.0));
    assert_eq!(derived["scope"], "files/read");
    assert_eq!(derived["aud"], "https://files.example.com");
    assert_eq!(derived["act"], Value::Null);
}

#[tokio::test]
async fn without_scopes_it_is_what_subject_and_client_have_in_common() {
    let scene = Scene::new().await;
    let subject = scene.house.user("ann").await.tokens().await.access;
    let admin = "aws.cognito.signin.user.admin";
    for (more, scopes) in [
        (json!({}), format!("{admin} openid files/read files/write")),
        (json!({ "Scopes": [] }), format!("{admin} openid files/read files/write")),
        // The account is managed at the pool, which is not the service that the token is for.
        (json!({ "Audiences": ["x"] }), "openid files/read files/write".to_owned()),
        (json!({ "Resources": ["files"] }), "openid files/read files/write".to_owned()),
        (json!({ "Resources": ["mail"] }), "openid".to_owned()),
    ] {
        let derived = scene.had(&subject, more.clone()).await;
        assert_eq!(derived["scope"], json!(scopes), "{more}");
        let target = ["Audiences", "Resources"].iter().find_map(|name| more[*name].get(0));
        assert_eq!(derived.get("aud"), target, "{more}");
    }
    // What was taken away once does not come back.
    let narrow = json!({ "Scopes": ["files/read"], "Audiences": ["x"] });
    let given = scene.ask(&subject, narrow).await.ok();
    let narrow = given["IssuedToken"].as_str().unwrap();
    let again = scene.had(narrow, json!({})).await;
    assert_eq!((&again["scope"], &again["aud"]), (&json!("files/read"), &json!("x")));
    for scopes in [json!(["files/write"]), json!([admin]), json!(["mail/read"])] {
        let line = scene.ask(narrow, json!({ "Scopes": scopes })).await.line();
        assert!(line.starts_with("400 InvalidParameterException: The scope "), "{line}");
    }
    let token = json!({ "AccessToken": narrow });
    expect!["400 NotAuthorizedException: Access Token does not have required scopes"]
        .assert_eq(&scene.house.call_unsigned("GetUser", token).await.line());
}

#[tokio::test]
async fn who_acts_stays_in_the_token() {
    let scene = Scene::new().await;
    let subject = scene.house.user("ann").await.tokens().await.access;
    let mut token = subject.clone();
    let mut expected = Value::Null;
    for number in 0..5 {
        let (id, actor) = scene.machine(&format!("agent{number}")).await;
        let given = scene.ask(&token, delegated(&actor)).await.ok();
        token = given["IssuedToken"].as_str().unwrap().to_owned();
        let mut act = json!({ "sub": id, "client_id": id });
        if !expected.is_null() {
            act["act"] = expected;
        }
        expected = act;
        assert_eq!(claims(&token)["act"], expected);
    }
    // Acting in the user's own name does not make anybody forget them.
    assert_eq!(scene.had(&token, json!({})).await["act"], expected);
    let (_, actor) = scene.machine("last").await;
    expect!["400 NotAuthorizedException: More than 5 would act for the subject."]
        .assert_eq(&scene.ask(&token, delegated(&actor)).await.line());
}

#[tokio::test]
async fn an_actor_has_a_token_of_its_own() {
    let scene = Scene::new().await;
    let (ann, bob) = (scene.house.user("ann").await, scene.house.user("bob").await);
    let (ann, helper) = (ann.tokens().await, bob.tokens().await);
    let derived = scene.had(&ann.access, delegated(&helper.access)).await;
    assert_eq!(derived["act"], json!({ "sub": bob.sub, "client_id": scene.house.client }));
    let id = json!({ "ActorToken": helper.id, "ActorTokenType": "ID_TOKEN" });
    assert_eq!(scene.had(&ann.access, id).await["act"]["sub"], json!(bob.sub));

    let (_, machine) = scene.machine("agent").await;
    let first = scene.ask(&helper.access, delegated(&machine)).await.ok();
    let first = first["IssuedToken"].as_str().unwrap();
    let mut forged_claims = claims(&machine);
    forged_claims["sub"] = json!("root");
    let forged = testkit::forged(&machine, &forged_claims);
    for (actor, why) in [
        (delegated(&ann.access), "The actor is the subject."),
        (delegated(first), "Somebody else acts for the actor."),
        (delegated(&forged), "The actor token is not valid."),
        (delegated(&helper.id), "The actor token is not valid."),
    ] {
        let line = scene.ask(&ann.access, actor).await.line();
        assert_eq!(line, format!("400 NotAuthorizedException: {why}"));
    }
    let disabled = json!({ "UserPoolId": scene.house.pool, "Username": "bob" });
    scene.house.call("AdminDisableUser", disabled).await.ok();
    expect!["400 NotAuthorizedException: The actor token is not valid."]
        .assert_eq(&scene.ask(&ann.access, delegated(&helper.access)).await.line());
    expect!["400 InvalidParameterException: ActorTokenType is required with an ActorToken."]
        .assert_eq(&scene.ask(&ann.access, json!({ "ActorToken": machine })).await.line());
    expect!["400 InvalidParameterException: ActorToken is required with an ActorTokenType."]
        .assert_eq(&scene.ask(&ann.access, json!({ "ActorTokenType": "ID_TOKEN" })).await.line());
    expect!["400 NotAuthorizedException: The subject token is not a user's."]
        .assert_eq(&scene.ask(&machine, json!({})).await.line());
}

#[tokio::test]
async fn it_lives_no_longer_than_any_token_behind_it() {
    let scene = Scene::with(json!({ "AccessTokenValidity": 20,
        "TokenValidityUnits": { "AccessToken": "minutes" } }))
    .await;
    let (_, actor) = scene.machine("agent").await;
    scene.house.advance(SignedDuration::from_mins(50));
    let subject = scene.house.user("ann").await.tokens().await.access;
    let life = async |more: Value| scene.ask(&subject, more).await.ok()["ExpiresIn"].clone();
    assert_eq!(life(json!({})).await, json!(20 * 60));
    assert_eq!(life(delegated(&actor)).await, json!(10 * 60));
    scene.house.advance(SignedDuration::from_mins(10));
    expect!["400 NotAuthorizedException: The actor token has expired."]
        .assert_eq(&scene.ask(&subject, delegated(&actor)).await.line());
    scene.house.advance(SignedDuration::from_mins(50));
    expect!["400 NotAuthorizedException: The subject token has expired."]
        .assert_eq(&scene.ask(&subject, json!({})).await.line());
}

#[tokio::test]
async fn what_ends_the_session_ends_both_tokens() {
    // Also where the service's own tokens name no session.
    for revokes in [true, false] {
        let scene = Scene::with(json!({ "EnableTokenRevocation": revokes })).await;
        let ann = scene.house.user("ann").await;
        for operation in ["RevokeToken", "GlobalSignOut"] {
            let subject = ann.tokens().await;
            let derived = scene.ask(&subject.access, json!({})).await.ok();
            let derived = derived["IssuedToken"].as_str().unwrap();
            let user = json!({ "AccessToken": derived });
            scene.house.call_unsigned("GetUser", user.clone()).await.ok();
            let input = match operation {
                "RevokeToken" => {
                    json!({ "ClientId": scene.house.client, "Token": subject.refresh })
                }
                _ => json!({ "AccessToken": subject.access }),
            };
            scene.house.call_unsigned(operation, input).await.ok();
            assert_eq!(
                scene.house.call_unsigned("GetUser", user).await.line(),
                "400 NotAuthorizedException: Access Token has been revoked"
            );
            for token in [subject.access.as_str(), derived] {
                assert_eq!(
                    scene.ask(token, json!({})).await.line(),
                    "400 NotAuthorizedException: The subject token has been revoked."
                );
            }
        }
    }
}

#[tokio::test]
async fn a_sign_out_ends_tokens_whose_client_ends_no_sessions() {
    let scene = Scene::new().await;
    let settings = json!({ "EnableTokenRevocation": false, "ExplicitAuthFlows":
        ["ALLOW_USER_PASSWORD_AUTH"] });
    let client = scene.house.make_client(settings).await;
    let house = scene.house.through(&client);
    let ann = house.user("ann").await;
    let subject = ann.tokens().await;
    assert_eq!(claims(&subject.access)["origin_jti"], Value::Null);
    let of_access = scene.ask(&subject.access, json!({})).await.ok();
    let of_id = json!({ "SubjectTokenType": "ID_TOKEN", "RequestedTokenType": "ID_TOKEN" });
    let of_id = scene.ask(&subject.id, of_id).await.ok();
    house.advance(SignedDuration::from_secs(2));
    house
        .call("AdminUserGlobalSignOut", json!({ "UserPoolId": house.pool, "Username": "ann" }))
        .await
        .ok();
    for (given, kind) in [(of_access, "ACCESS_TOKEN"), (of_id, "ID_TOKEN")] {
        let more = json!({ "SubjectTokenType": kind });
        let line = scene.ask(given["IssuedToken"].as_str().unwrap(), more).await.line();
        assert_eq!(line, "400 NotAuthorizedException: The subject token has been revoked.");
    }
}

#[tokio::test]
async fn an_id_token_tells_no_more_than_what_it_is_given_for() {
    let scene = Scene::new().await;
    let more = json!({ "email": "ann@example.com", "nickname": "annie" });
    let ann = scene.house.user_with("ann", more).await;
    let hidden = json!({ "ReadAttributes": ["email", "email_verified"] });
    let narrow = scene.house.through(&scene.house.make_client(hidden).await);
    let wanted =
        |subject: &str| json!({ "SubjectTokenType": subject, "RequestedTokenType": "ID_TOKEN" });
    let whole = ann.tokens().await;
    let given = scene.ask(&whole.id, wanted("ID_TOKEN")).await.ok();
    assert_eq!((&given["TokenType"], given.get("Scopes")), (&json!("N_A"), None));
    let derived = scene.house.verified(given["IssuedToken"].as_str().unwrap()).await;
    assert_eq!((&derived["aud"], &derived["token_use"]), (&json!(scene.service.0), &json!("id")));
    assert_eq!(
        (&derived["email"], &derived["nickname"]),
        (&json!("ann@example.com"), &json!("annie"))
    );

    let ann = SignedIn::of(&narrow.sign_in("ann", PASSWORD).await.ok());
    let derived = scene.had(&ann.id, wanted("ID_TOKEN")).await;
    assert_eq!(
        (&derived["email"], &derived["nickname"]),
        (&json!("ann@example.com"), &Value::Null)
    );
    // The access token may ask everything, and the scopes say so in the ID token too.
    let derived = scene.had(&ann.access, wanted("ACCESS_TOKEN")).await;
    assert_eq!(derived["nickname"], "annie");
    assert_eq!(derived["scope"], "aws.cognito.signin.user.admin openid files/read files/write");

    let files = scene.ask(&ann.access, json!({ "Scopes": ["files/read"] })).await.ok();
    expect!["400 InvalidParameterException: The scope openid is not granted."].assert_eq(
        &scene.ask(files["IssuedToken"].as_str().unwrap(), wanted("ACCESS_TOKEN")).await.line(),
    );
    // An ID token grants nothing.
    let access = scene.had(&whole.id, json!({ "SubjectTokenType": "ID_TOKEN" })).await;
    assert_eq!((&access["scope"], &access["token_use"]), (&json!(""), &json!("access")));
    for wanted in ["ID_TOKEN", "ACCESS_TOKEN"] {
        let more = json!({ "SubjectTokenType": "ID_TOKEN", "RequestedTokenType": wanted,
            "Scopes": ["openid"] });
        expect!["400 InvalidParameterException: The scope openid is not granted."]
            .assert_eq(&scene.ask(&whole.id, more).await.line());
    }
    for (token, kind) in [(&whole.id, "ACCESS_TOKEN"), (&whole.access, "ID_TOKEN")] {
        expect!["400 NotAuthorizedException: The subject token is not valid."]
            .assert_eq(&scene.ask(token, json!({ "SubjectTokenType": kind })).await.line());
    }
}

#[tokio::test]
async fn a_token_is_for_no_other_client() {
    let scene = Scene::new().await;
    let subject = scene.house.user("ann").await.tokens().await;
    let other = scene.house.client.clone();
    expect!["400 InvalidParameterException: The audience is another client of the user pool."]
        .assert_eq(&scene.ask(&subject.access, json!({ "Audiences": [other] })).await.line());
    let own = json!({ "Audiences": [scene.service.0] });
    assert_eq!(scene.had(&subject.access, own).await["aud"], json!(scene.service.0));
    for audience in [scene.house.client.as_str(), "https://files.example.com"] {
        let more = json!({ "RequestedTokenType": "ID_TOKEN", "Audiences": [audience] });
        expect!["400 InvalidParameterException: An ID token is for the client that asks for it and for no other service."]
            .assert_eq(&scene.ask(&subject.access, more).await.line());
    }
    expect!["400 ResourceNotFoundException: Resource server nowhere does not exist."]
        .assert_eq(&scene.ask(&subject.access, json!({ "Resources": ["nowhere"] })).await.line());
    let both = json!({ "Audiences": ["x"], "Resources": ["files"] });
    expect!["400 InvalidParameterException: Audiences and Resources cannot be requested together."]
        .assert_eq(&scene.ask(&subject.access, both).await.line());
}

#[tokio::test]
async fn a_client_proves_itself_or_an_access_key_does() {
    let scene = Scene::new().await;
    let subject = scene.house.user("ann").await.tokens().await.access;
    let input = json!({ "ClientId": scene.service.0, "SubjectToken": subject,
        "SubjectTokenType": "ACCESS_TOKEN" });
    let wrong = merged(input.clone(), json!({ "ClientSecret": "not0the0secret0of0this0client" }));
    let denied = "400 NotAuthorizedException: The client or its secret is not valid.";
    scene.house.call("GetDerivedToken", input.clone()).await.ok();
    for answer in [
        scene.house.call_unsigned("GetDerivedToken", input).await,
        scene.house.call_unsigned("GetDerivedToken", wrong.clone()).await,
        scene.house.call("GetDerivedToken", wrong).await,
    ] {
        assert_eq!(answer.line(), denied);
    }
}

#[tokio::test]
async fn a_client_does_what_it_is_allowed() {
    let scene = Scene::new().await;
    let subject = scene.house.user("ann").await.tokens().await.access;
    let (_, machine) = scene.machine("agent").await;
    for (allowed, more, missing) in [
        ("ALLOW_TOKEN_EXCHANGE_IMPERSONATION", delegated(&machine), "DELEGATION"),
        ("ALLOW_TOKEN_EXCHANGE_DELEGATION", json!({}), "IMPERSONATION"),
        ("ALLOW_USER_SRP_AUTH", json!({}), "IMPERSONATION"),
    ] {
        let client = scene.house.make_client(json!({ "ExplicitAuthFlows": [allowed] })).await;
        let mut more = more;
        (more["ClientId"], more["ClientSecret"]) = (json!(client), Value::Null);
        assert_eq!(
            scene.ask(&subject, more).await.line(),
            format!(
                "400 NotAuthorizedException: ALLOW_TOKEN_EXCHANGE_{missing} flow not enabled for this client"
            )
        );
    }
    // Nothing is allowed at the OAuth 2.0 endpoints, so there is no scope to have.
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"] });
    let client = scene.house.make_client(flows).await;
    let more = json!({ "ClientId": client, "ClientSecret": null });
    assert_eq!(scene.had(&subject, more).await["scope"], "");
}

#[tokio::test]
async fn a_subject_who_is_gone_or_barred_is_told() {
    let scene = Scene::new().await;
    let ann = scene.house.user("ann").await.tokens().await.access;
    let named = json!({ "UserPoolId": scene.house.pool, "Username": "ann" });
    scene.house.call("AdminDisableUser", named.clone()).await.ok();
    expect!["400 NotAuthorizedException: User is disabled."]
        .assert_eq(&scene.ask(&ann, json!({})).await.line());
    scene.house.call("AdminDeleteUser", named).await.ok();
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&scene.ask(&ann, json!({})).await.line());
    let other = Scene::new().await;
    let stranger = other.house.user("ann").await.tokens().await.access;
    for token in [stranger.as_str(), "a.b.c", "nonsense"] {
        expect!["400 NotAuthorizedException: The subject token is not valid."]
            .assert_eq(&scene.ask(token, json!({})).await.line());
    }
}

#[tokio::test]
async fn tokens_of_others_are_not_exchanged_and_the_caller_is_told() {
    let scene = Scene::new().await;
    let subject = scene.house.user("ann").await.tokens().await.access;
    for more in [
        json!({ "SubjectTokenType": "SAML2" }),
        json!({ "ActorToken": subject, "ActorTokenType": "SAML2" }),
    ] {
        expect!["400 InvalidParameterException: SAML assertions are not exchanged."]
            .assert_eq(&scene.ask(&subject, more).await.line());
    }
    for name in ["SubjectTokenProviderName", "ActorTokenProviderName"] {
        expect![
            "400 InvalidParameterException: Tokens of other identity providers are not exchanged."
        ]
        .assert_eq(&scene.ask(&subject, json!({ name: "Corp" })).await.line());
    }
}

#[tokio::test]
async fn a_function_takes_away_and_cannot_say_who_acts() {
    let scene = Scene::new().await;
    let subject = scene.house.user("ann").await.tokens().await.access;
    let (id, actor) = scene.machine("agent").await;
    let (arn, heard) = scene.house.listener("strict", json!({ "claimsAndScopeOverrideDetails": {
        "accessTokenGeneration": { "scopesToSuppress": ["files/write"], "scopesToAdd": ["mail/read"],
            "claimsToAddOrOverride": { "tenant": "acme", "act": { "sub": "root" }, "aud": "x",
                "origin_jti": "x", "exp": 4_000_000_000_u32, "may_act": { "sub": id } } } } }));
    let trigger = json!({ "LambdaConfig": {
        "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn } } });
    scene.house.update_pool(trigger).await.ok();
    let given = scene.ask(&subject, json!({ "Audiences": ["files.example.com"] })).await.ok();
    let derived = claims(given["IssuedToken"].as_str().unwrap());
    assert_eq!(derived["scope"], "openid files/read");
    assert_eq!((derived.get("act"), &derived["tenant"]), (None, &json!("acme")));
    assert_eq!(
        (&derived["aud"], &derived["exp"]),
        (&json!("files.example.com"), &claims(&subject)["exp"])
    );
    assert_eq!(derived["origin_jti"], claims(&subject)["origin_jti"]);
    {
        let heard = heard.lock().unwrap();
        assert_eq!(heard[0]["triggerSource"], "TokenGeneration_RefreshTokens");
        assert_eq!(heard[0]["callerContext"]["clientId"], json!(scene.service.0));
        assert_eq!(heard[0]["request"]["scopes"], json!(["openid", "files/read", "files/write"]));
    }
    // The token names who may act, and nobody else does.
    let derived = given["IssuedToken"].as_str().unwrap();
    assert_eq!(scene.had(derived, delegated(&actor)).await["act"]["sub"], json!(id));
    let (_, other) = scene.machine("other").await;
    for more in [delegated(&other), json!({})] {
        expect!["400 NotAuthorizedException: The subject token lets somebody else act."]
            .assert_eq(&scene.ask(derived, more).await.line());
    }
}

#[tokio::test]
async fn the_lowest_plan_has_no_token_exchange() {
    let house = House::with(json!({ "UserPoolTier": "LITE" }), json!({})).await;
    let client = json!({ "UserPoolId": house.pool, "ClientName": "service",
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_DELEGATION"] });
    expect!["400 FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Token Exchange"]
        .assert_eq(&house.call("CreateUserPoolClient", client).await.line());
}
