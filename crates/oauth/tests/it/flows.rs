//! What works.

use crate::world::{CALLBACK, VERIFIER, World, application, s256};
use serde_json::{Value, json};
use testkit::claims;

#[tokio::test]
async fn a_code_becomes_tokens_with_what_was_granted() {
    let world = World::new().await;
    assert_eq!(s256(VERIFIER), crate::world::CHALLENGE);
    let ann = world.house.user("ann").await;
    let query = world.request(&[]);
    let mut browser = world.browser();
    let begun = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(begun.status, 302);
    assert!(begun.location().starts_with("/login?"), "{}", begun.location());
    let done = browser
        .fill(begun.location(), &[("username", "ann"), ("password", testkit::PASSWORD)])
        .await;
    assert_eq!(done.status, 303);
    assert!(done.location().starts_with(CALLBACK));
    assert_eq!(done.told("state").as_deref(), Some("s t&ate"));
    let issuer = format!("http://127.0.0.1:9229/{}", world.house.pool);
    assert_eq!(done.told("iss"), Some(issuer.clone()));

    let granted = world.redeem(&done.code()).await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    assert_eq!(granted.header("cache-control"), "no-store");
    let granted = granted.json();
    let id = world.house.verified(granted["id_token"].as_str().unwrap()).await;
    assert_eq!(
        (&id["sub"], &id["nonce"], &id["iss"]),
        (&json!(ann.sub), &json!("n1"), &json!(issuer))
    );
    assert_eq!((&id["email"], &id["email_verified"]), (&json!("ann@example.com"), &json!(true)));
    let access_token = granted["access_token"].as_str().unwrap();
    assert_eq!(id["at_hash"], at_hash(access_token));
    let access = world.house.verified(access_token).await;
    assert_eq!((&access["scope"], &access["version"]), (&json!("openid email"), &json!(2)));
    assert_eq!(access["origin_jti"], id["origin_jti"]);

    let shown = world.user_info(access_token).await;
    assert_eq!(
        shown.json(),
        json!({ "sub": ann.sub, "username": "ann", "email": "ann@example.com", "email_verified": "true" })
    );

    // The next application of the pool asks nobody.
    let again =
        browser.get(&format!("/oauth2/authorize?{}", world.request(&[("prompt", "none")]))).await;
    assert_eq!(world.redeem(&again.code()).await.status, 200);

    // The session goes on without a nonce, and ends where it is told to.
    let refresh = granted["refresh_token"].as_str().unwrap();
    let client = world.house.client.as_str();
    let pairs =
        [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refresh)];
    let next = world.post("/oauth2/token", &pairs).await.json();
    assert_eq!(next["refresh_token"], Value::Null);
    let next_id = claims(next["id_token"].as_str().unwrap());
    assert_eq!((&next_id["origin_jti"], &next_id["nonce"]), (&id["origin_jti"], &Value::Null));
    assert_eq!(claims(next["access_token"].as_str().unwrap())["scope"], "openid email");
    let revoked = world.post("/oauth2/revoke", &[("token", refresh), ("client_id", client)]).await;
    assert_eq!((revoked.status.as_u16(), revoked.body.as_str()), (200, ""));
    assert_eq!(world.post("/oauth2/token", &pairs).await.line(), "400 invalid_grant");
    assert_eq!(world.user_info(access_token).await.status, 401);
}

fn at_hash(token: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(&crypto::sha256(token.as_bytes())[..16])
}

#[tokio::test]
async fn a_session_of_the_api_goes_on_at_the_token_endpoint() {
    let world = World::new().await;
    let tokens = world.house.user("ann").await.tokens().await;
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", world.house.client.as_str()),
        ("refresh_token", &tokens.refresh),
    ];
    let next = world.post("/oauth2/token", &pairs).await.json();
    let access = claims(next["access_token"].as_str().unwrap());
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let world = World::new().await;
    world.house.user("ann").await;
    let query = world.request(&[("scope", "aws.cognito.signin.user.admin")]);
    let done = world.browser().sign_in("ann", &query).await;
    let granted = world.redeem(&done.code()).await.json();
    assert_eq!(granted["id_token"], Value::Null);
    let token = json!({ "AccessToken": granted["access_token"] });
    world.house.call_unsigned("GetUser", token).await.ok();
}

#[tokio::test]
async fn a_resource_is_the_audience_of_the_access_token() {
    let world = World::new().await;
    world.house.user("ann").await;
    let query = world.request(&[("resource", "https://api.example.com")]);
    let done = world.browser().sign_in("ann", &query).await;
    let granted = world.redeem(&done.code()).await.json();
    assert_eq!(claims(granted["access_token"].as_str().unwrap())["aud"], "https://api.example.com");
}

#[tokio::test]
async fn the_implicit_flow_answers_in_the_fragment() {
    let world = World::new().await;
    world.house.user("ann").await;
    let mut settings = application();
    settings["AllowedOAuthFlows"] = json!(["implicit"]);
    let client = world.house.make_client(settings).await;
    let query = world.request(&[("client_id", &client), ("response_type", "token")]);
    let done = world.browser().sign_in("ann", &query).await;
    assert!(done.location().starts_with(&format!("{CALLBACK}#")), "{}", done.location());
    assert_eq!(done.told("token_type").as_deref(), Some("Bearer"));
    assert_eq!(claims(&done.told("id_token").unwrap())["nonce"], "n1");
    assert_eq!(done.told("refresh_token"), None);
}

#[tokio::test]
async fn a_machine_gets_what_it_asks_for_or_all_it_may_have() {
    let world = World::new().await;
    let machine = world.machine().await;
    let all = [("grant_type", "client_credentials")];
    let granted = world.post_as(&machine, "/oauth2/token", &all).await.json();
    let access = world.house.verified(granted["access_token"].as_str().unwrap()).await;
    assert_eq!((&access["sub"], &access["client_id"]), (&json!(machine.0), &json!(machine.0)));
    assert_eq!(
        (&access["scope"], &access["token_use"]),
        (&json!("api/read api/write"), &json!("access"))
    );
    assert_eq!((&granted["id_token"], &granted["refresh_token"]), (&Value::Null, &Value::Null));
    let one = [("grant_type", "client_credentials"), ("scope", "api/read")];
    let granted = world.post_as(&machine, "/oauth2/token", &one).await.json();
    assert_eq!(claims(granted["access_token"].as_str().unwrap())["scope"], "api/read");
    // Nobody is behind it.
    let token = json!({ "AccessToken": granted["access_token"] });
    assert_eq!(
        world.house.call_unsigned("GetUser", token).await.line(),
        "400 NotAuthorizedException: Invalid Access Token"
    );
}

#[tokio::test]
async fn a_token_is_had_for_a_token() {
    const TYPE: &str = "urn:ietf:params:oauth:token-type:";
    let world = World::new().await;
    let flows = ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"];
    let service = world.confidential(json!({ "ExplicitAuthFlows": flows })).await;
    world.house.user("ann").await;
    let done = world.browser().sign_in("ann", &world.request(&[])).await;
    let tokens = world.redeem(&done.code()).await.json();
    let (access, id) = (format!("{TYPE}access_token"), format!("{TYPE}id_token"));
    let subject = tokens["access_token"].as_str().unwrap();
    let ask = async |more: &[(&str, &str)]| {
        let usual = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", subject),
            ("subject_token_type", access.as_str()),
        ];
        world.post_as(&service, "/oauth2/token", &[&usual, more].concat()).await
    };
    let given = ask(&[("scope", "openid api/read"), ("audience", "https://api.example.com")]).await;
    assert_eq!(given.header("cache-control"), "no-store");
    let given = given.json();
    let derived = world.house.verified(given["access_token"].as_str().unwrap()).await;
    assert_eq!((&derived["scope"], &given["scope"]), (&json!("openid"), &json!("openid")));
    assert_eq!(derived["aud"], "https://api.example.com");
    assert_eq!(derived["client_id"], json!(service.0));
    assert_eq!(
        (&given["issued_token_type"], &given["token_type"], &given["expires_in"]),
        (&json!(access), &json!("Bearer"), &json!(3600))
    );
    let given = ask(&[("requested_token_type", &id)]).await.json();
    assert_eq!((&given["issued_token_type"], &given["token_type"]), (&json!(id), &json!("N_A")));

    let saml = format!("{TYPE}saml2");
    let other = world.house.client.as_str();
    for (more, error) in [
        (vec![("actor_token", subject)], "400 invalid_request"),
        (vec![("actor_token_type", access.as_str())], "400 invalid_request"),
        (vec![("actor_token", subject), ("actor_token_type", &access)], "400 invalid_request"),
        (vec![("actor_token", subject), ("actor_token_type", &saml)], "400 invalid_request"),
        (vec![("requested_token_type", saml.as_str())], "400 invalid_request"),
        (vec![("scope", "api/read")], "400 invalid_scope"),
        (vec![("audience", other)], "400 invalid_target"),
        (vec![("resource", "nowhere")], "400 invalid_target"),
        (vec![("resource", "api"), ("audience", "api")], "400 invalid_request"),
    ] {
        assert_eq!(ask(&more).await.line(), error, "{more:?}");
    }
    // Who the user is and was is nobody's business here.
    let named = json!({ "UserPoolId": world.house.pool, "Username": "ann" });
    for operation in ["AdminDisableUser", "AdminDeleteUser"] {
        world.house.call(operation, named.clone()).await.ok();
        let refused = ask(&[]).await.json();
        assert_eq!(refused["error"], "invalid_request");
        assert_eq!(refused["error_description"], "The subject token is not valid.");
    }
}

#[tokio::test]
async fn functions_hear_of_hosted_sign_ins_and_of_machines() {
    let world = World::new().await;
    let response = json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": {
        "claimsToAddOrOverride": { "tier": { "plan": "gold" }, "sub": "theirs" }, "scopesToAdd": ["x/y"] } } });
    let (arn, heard) = world.house.listener("tokens", response);
    let trigger = json!({ "LambdaConfig": {
        "PreTokenGenerationConfig": { "LambdaVersion": "V3_0", "LambdaArn": arn } } });
    world.house.update_pool(trigger).await.ok();
    world.house.user("ann").await;
    let done = world.browser().sign_in("ann", &world.request(&[])).await;
    assert!(heard.lock().unwrap().is_empty(), "tokens are made at the exchange");
    world.redeem(&done.code()).await;
    let machine = world.machine().await;
    let pairs =
        [("grant_type", "client_credentials"), ("aws_client_metadata", r#"{"job":"night"}"#)];
    let granted = world.post_as(&machine, "/oauth2/token", &pairs).await.json();
    let access = claims(granted["access_token"].as_str().unwrap());
    assert_eq!((&access["tier"]["plan"], &access["sub"]), (&json!("gold"), &json!(machine.0)));
    assert_eq!(access["scope"], "api/read api/write x/y");
    let heard = heard.lock().unwrap();
    assert_eq!(heard[0]["triggerSource"], "TokenGeneration_HostedAuth");
    assert_eq!(heard[0]["request"]["scopes"], json!(["openid", "email"]));
    assert_eq!(heard[1]["triggerSource"], "TokenGeneration_ClientCredentials");
    assert_eq!(heard[1]["userName"], "ClientCredentials");
    assert_eq!(heard[1]["request"]["userAttributes"], json!({}));
    assert_eq!(heard[1]["request"]["clientMetadata"], json!({ "job": "night" }));
    assert_eq!(heard.len(), 2);
}

#[tokio::test]
async fn discovery_has_the_members_of_cognitos_and_no_others() {
    let world = World::new().await;
    let pool = world.house.pool.parse().unwrap();
    let document = world.oauth.configuration(&pool).await.ok().unwrap();
    let names: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "authorization_endpoint",
        "end_session_endpoint",
        "id_token_signing_alg_values_supported",
        "issuer",
        "jwks_uri",
        "response_types_supported",
        "revocation_endpoint",
        "scopes_supported",
        "subject_types_supported",
        "token_endpoint",
        "token_endpoint_auth_methods_supported",
        "userinfo_endpoint",
    ];
    assert_eq!(names, expected);
    let at = |name: &str| document[name].as_str().unwrap().to_owned();
    assert_eq!(at("authorization_endpoint"), "http://people.auth.localhost:9229/oauth2/authorize");
    // No program but a browser has to know names below localhost.
    assert_eq!(at("token_endpoint"), "http://127.0.0.1:9229/oauth2/token");
    let world = World::with(json!({}), "https://id.example.com").await;
    let pool = world.house.pool.parse().unwrap();
    let document = world.oauth.configuration(&pool).await.ok().unwrap();
    assert_eq!(document["token_endpoint"], "https://people.auth.id.example.com/oauth2/token");
}

#[tokio::test]
async fn prompts_and_ages_are_heeded() {
    let world = World::new().await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    browser.sign_in("ann", &world.request(&[])).await.code();
    let mut ask = async |pairs: &[(&str, &str)]| {
        browser.get(&format!("/oauth2/authorize?{}", world.request(pairs))).await
    };
    assert!(ask(&[("prompt", "login")]).await.location().starts_with("/login?"));
    assert!(ask(&[("prompt", "select_account")]).await.location().starts_with("/login/account?"));
    assert!(ask(&[("prompt", "consent")]).await.location().starts_with("/login/consent?"));
    assert_eq!(
        ask(&[("prompt", "nonsense")]).await.told("error").as_deref(),
        Some("invalid_request")
    );
    world.house.advance(jiff::SignedDuration::from_mins(10));
    ask(&[("max_age", "601")]).await.code();
    assert!(ask(&[("max_age", "599")]).await.location().starts_with("/login?"));
    // An hour from the sign-in, however much it was used.
    world.house.advance(jiff::SignedDuration::from_mins(50));
    assert!(ask(&[]).await.location().starts_with("/login?"));
}

#[tokio::test]
async fn consent_is_given_or_not() {
    let world = World::new().await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    let query = world.request(&[("prompt", "consent")]);
    let begun = browser.sign_in("ann", &query).await;
    let path = begun.location().to_owned();
    assert!(path.starts_with("/login/consent?"), "{path}");
    let denied = browser.fill(&path, &[("decision", "deny")]).await;
    assert_eq!(denied.told("error").as_deref(), Some("access_denied"));
    browser.fill(&path, &[("decision", "allow")]).await.code();
}

/// A world whose application is somebody else's.
async fn with_third_party() -> World {
    let mut world = World::new().await;
    world.oauth = world.pages(|setup| {
        setup.third_parties.insert(world.house.client.parse().unwrap());
    });
    world
}

fn asks_for_consent(shown: &crate::world::Shown) -> bool {
    shown.location().starts_with("/login/consent?")
}

#[tokio::test]
async fn somebody_elses_application_is_allowed_once() {
    let world = with_third_party().await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    let begun = browser.sign_in("ann", &world.request(&[])).await;
    assert!(asks_for_consent(&begun), "{}", begun.location());
    let authorize = |pairs: &[(&str, &str)]| format!("/oauth2/authorize?{}", world.request(pairs));
    let none = browser.get(&authorize(&[("prompt", "none")])).await;
    assert_eq!(none.told("error").as_deref(), Some("consent_required"));
    // Whoever says no is asked again.
    let denied = browser.fill(begun.location(), &[("decision", "deny")]).await;
    assert_eq!(denied.told("error").as_deref(), Some("access_denied"));
    assert!(asks_for_consent(&browser.get(&authorize(&[])).await));
    let done = browser.fill(begun.location(), &[("decision", "allow")]).await;
    assert_eq!(world.redeem(&done.code()).await.status, 200);

    // Here and at another browser: all of it, and less.
    browser.get(&authorize(&[])).await.code();
    browser.get(&authorize(&[("prompt", "none"), ("scope", "openid")])).await.code();
    world.browser().sign_in("ann", &world.request(&[])).await.code();
    // More is asked for, and the rest still stands.
    let more = browser.get(&authorize(&[("scope", "openid profile")])).await;
    assert!(asks_for_consent(&more), "{}", more.location());
    browser.fill(more.location(), &[("decision", "allow")]).await.code();
    browser.get(&authorize(&[("scope", "openid email profile")])).await.code();
    // The application may want to have it said.
    assert!(asks_for_consent(&browser.get(&authorize(&[("prompt", "consent")])).await));

    // Nobody else has said anything.
    world.house.user("bob").await;
    assert!(asks_for_consent(&world.browser().sign_in("bob", &world.request(&[])).await));
}

#[tokio::test]
async fn consent_is_for_one_client_and_what_it_may_have() {
    let mut world = with_third_party().await;
    let other = world.house.make_client(application()).await;
    world.oauth = world.pages(|setup| {
        let clients = [&world.house.client, &other].map(|client| client.parse().unwrap());
        setup.third_parties.extend(clients);
    });
    world.house.user("ann").await;
    let mut browser = world.browser();
    let begun = browser.sign_in("ann", &world.request(&[("scope", "")])).await;
    browser.fill(begun.location(), &[("decision", "allow")]).await.code();
    let others = world.request(&[("client_id", &other), ("scope", "openid")]);
    assert!(asks_for_consent(&browser.get(&format!("/oauth2/authorize?{others}")).await));

    // Less than was allowed, and then again as much.
    let update = async |scopes: Value| {
        let mut settings = application();
        settings["UserPoolId"] = json!(world.house.pool);
        settings["ClientId"] = json!(world.house.client);
        settings["AllowedOAuthScopes"] = scopes;
        world.house.call("UpdateUserPoolClient", settings).await.ok();
    };
    update(json!(["openid", "email"])).await;
    let all = format!("/oauth2/authorize?{}", world.request(&[("scope", "")]));
    browser.get(&all).await.code();
    let again = world.request(&[("prompt", "consent"), ("scope", "openid")]);
    let asked = browser.get(&format!("/oauth2/authorize?{again}")).await;
    browser.fill(asked.location(), &[("decision", "allow")]).await.code();
    update(json!(["openid", "email", "profile"])).await;
    assert!(asks_for_consent(&browser.get(&all).await));
}

#[tokio::test]
async fn consent_is_taken_back() {
    let world = with_third_party().await;
    world.house.user("ann").await;
    let client = world.house.client.as_str();
    let allowed = async || {
        let mut browser = world.browser();
        let begun = browser.sign_in("ann", &world.request(&[])).await;
        assert!(asks_for_consent(&begun), "{}", begun.location());
        let done = browser.fill(begun.location(), &[("decision", "allow")]).await;
        world.redeem(&done.code()).await.json()
    };
    // With the tokens that it led to.
    let refresh = allowed().await["refresh_token"].as_str().unwrap().to_owned();
    let pairs = [("token", refresh.as_str()), ("client_id", client)];
    assert_eq!(world.post("/oauth2/revoke", &pairs).await.status, 200);
    // With everything.
    allowed().await;
    let ann = json!({ "UserPoolId": world.house.pool, "Username": "ann" });
    world.house.call("AdminUserGlobalSignOut", ann.clone()).await.ok();
    // By another answer.
    allowed().await;
    let mut browser = world.browser();
    let begun = browser.sign_in("ann", &world.request(&[("prompt", "consent")])).await;
    browser.fill(begun.location(), &[("decision", "deny")]).await;
    // With the user: who comes after them under the same name has said nothing.
    allowed().await;
    world.house.call("AdminDeleteUser", ann).await.ok();
    world.house.user("ann").await;
    allowed().await;
}

#[tokio::test]
async fn the_plain_address_finds_the_pool_by_its_client() {
    let mut world = World::new().await;
    world.house.user("ann").await;
    world.host = "127.0.0.1:9229".to_owned();
    let done = world.browser().sign_in("ann", &world.request(&[])).await;
    assert_eq!(world.redeem(&done.code()).await.status, 200);
}

#[tokio::test]
async fn signing_out_leads_where_it_was_registered() {
    let world = World::new().await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    browser.sign_in("ann", &world.request(&[])).await.code();
    let client = world.house.client.clone();
    let bye = format!("/logout?client_id={client}&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye");
    let out = browser.get(&bye).await;
    assert_eq!(out.location(), "https://app.example.com/bye");
    let again = browser.get(&format!("/logout?{}", world.request(&[]))).await;
    assert!(again.location().starts_with("/login?"), "{}", again.location());
    let oidc = format!(
        "/logout?client_id={client}&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye&state=x%20y"
    );
    assert_eq!(browser.get(&oidc).await.location(), "https://app.example.com/bye?state=x%20y");
    assert_eq!(browser.get(&format!("/logout?client_id={client}")).await.status, 400);
}

#[tokio::test]
async fn nobody_has_to_say_who_sent_them_to_sign_out() {
    let mut world = World::new().await;
    world.oauth = world.pages(|setup| setup.is_strict = true);
    world.house.user("ann").await;
    let mut browser = world.browser();
    browser.sign_in("ann", &world.request(&[])).await.code();
    let is_signed_in = |shown: crate::world::Shown| !shown.location().starts_with("/login?");
    let authorize = format!("/oauth2/authorize?{}", world.request(&[]));

    let page = browser.get("/logout").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(is_signed_in(browser.get(&authorize).await), "asking changes nothing");
    // What one browser was asked is no answer of another, nor is what a client was asked one for the pool.
    let (csrf, step) = (page.hidden("_csrf"), page.hidden("step"));
    let mut other = world.browser();
    other.sign_in("ann", &world.request(&[])).await.code();
    let theirs = other.get("/logout").await.hidden("step");
    let client = browser.get(&format!("/logout?client_id={}", world.house.client)).await;
    for (csrf, step) in [
        (csrf.as_str(), theirs.as_str()),
        (csrf.as_str(), client.hidden("step").as_str()),
        ("x", step.as_str()),
        (csrf.as_str(), ""),
    ] {
        let forged = browser.post("/logout/decide", &[("_csrf", csrf), ("step", step)]).await;
        assert!(forged.status.is_client_error(), "{} {}", forged.status, forged.body);
    }
    assert!(is_signed_in(browser.get(&authorize).await));
    assert_eq!(browser.answer(&page, &[]).await.status, 200);
    assert!(!is_signed_in(browser.get(&authorize).await));
    // Who wants to go somewhere says whose application that is.
    let to = "/logout?post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye";
    assert_eq!(browser.get(to).await.status, 400);

    // At the plain address it is the pool of the only session.
    world.host = "127.0.0.1:9229".to_owned();
    let mut browser = world.browser();
    assert_eq!(browser.get("/logout").await.status, 400, "nobody knows the pool");
    browser.sign_in("ann", &world.request(&[])).await.code();
    let page = browser.get("/logout").await;
    let other = "cognito.eu-west-1_Other1234".to_owned();
    browser.cookies.insert(other.clone(), "x".to_owned());
    assert_eq!(browser.get("/logout").await.status, 400, "of one or the other");
    browser.cookies.remove(&other);
    assert!(is_signed_in(browser.get(&authorize).await));
    assert_eq!(browser.answer(&page, &[]).await.status, 200);
    assert!(!is_signed_in(browser.get(&authorize).await));
}

#[tokio::test]
async fn after_a_form_a_page_leads_a_browser_to_the_application() {
    let world = World::new().await;
    world.house.user("ann").await;
    let native = "orchard://signed-in";
    let mut settings = application();
    settings["CallbackURLs"] = json!([CALLBACK, native]);
    let client = world.house.make_client(settings).await;
    let query = world.request(&[("client_id", &client), ("prompt", "consent")]);
    let mut browser = world.browser();
    browser.headers = vec![("sec-fetch-mode", "navigate".into())];
    let asked = browser.sign_in("ann", &query).await;
    for decision in ["allow", "deny"] {
        let page = browser.fill(asked.location(), &[("decision", decision)]).await;
        assert_eq!((page.status.as_u16(), page.header("location")), (200, ""));
        let refresh = page.header("refresh").strip_prefix("0; url=").unwrap();
        assert!(refresh.starts_with(&format!("{CALLBACK}?")), "{refresh}");
        let link = refresh.replace('&', "&#38;");
        assert!(page.body.contains(&format!("href=\"{link}\"")), "{}", page.body);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self';"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    // What follows no form, and an application on the device, is as it always is.
    let query = world.request(&[("client_id", &client)]);
    browser.get(&format!("/oauth2/authorize?{query}")).await.code();
    let query = world.request(&[("client_id", &client), ("redirect_uri", native)]);
    let page = browser.get(&format!("/login?{query}&prompt=login")).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' orchard:;"), "{policy}");
    let done = browser.sign_in("ann", &format!("{query}&prompt=login")).await;
    assert!(done.location().starts_with(&format!("{native}?code=")));
}
