//! Sign-in with another provider, through the service: the provider is a test's, the pool a whole house.

mod upstream;

use crypto::{MasterKey, SystemRandom};
use jiff::SignedDuration;
use names::UserPoolId;
use oauth::federation::{Arrival, Begin, Callback, Denied, Federation, Lost, Wanted};
use pool::{Caller, Circumstances, Federated, User, UserStatus};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use store::Kept;
use testkit::{House, PASSWORD};
use upstream::Internet;

const CALLBACK: &str = "https://people.auth.example.com/oauth2/idpresponse";
const BROWSER: &str = "a cookie of this browser";

/// A house with the provider `corp`, a client that may send people there, and no user.
struct World {
    house: House,
    internet: Internet,
    federation: Federation,
}

impl World {
    async fn new() -> Self {
        Self::with(json!({}), json!({})).await
    }

    async fn with(pool: Value, provider: Value) -> Self {
        let mut house = House::with(pool, json!({})).await;
        let internet = Internet::default();
        for name in ["corp", "other"] {
            internet.add(name, &house.clock);
            house
                .call("CreateIdentityProvider", provider_named(&house, name, &provider))
                .await
                .ok();
        }
        house.client = house
            .make_client(json!({ "SupportedIdentityProviders": ["COGNITO", "corp", "other"] }))
            .await;
        let seal = MasterKey::generate(&SystemRandom).sealing("federation states");
        let federation = Federation::new(house.idp.pools.clone(), Arc::new(internet.clone()), seal);
        Self { house, internet, federation }
    }

    fn pool(&self) -> UserPoolId {
        self.house.pool.parse().unwrap()
    }

    async fn caller(&self) -> Caller {
        let client = self.house.client.parse().unwrap();
        self.house.idp.pools.caller(&client, Default::default()).await.unwrap()
    }

    async fn begin(&self, provider: &str) -> Result<String, Denied> {
        let caller = self.caller().await;
        let provider = self.federation.provider(&caller, Wanted::Name(provider)).await?;
        let begin =
            Begin { callback_url: CALLBACK, browser: BROWSER, carry: "carried", login_hint: None };
        self.federation.begin(&caller, &provider, begin).await
    }

    async fn finish(&self, callback: Callback<'_>) -> Result<Arrival, Lost> {
        self.finish_from(Circumstances::default(), callback).await
    }

    async fn finish_from(
        &self,
        from: Circumstances,
        callback: Callback<'_>,
    ) -> Result<Arrival, Lost> {
        self.federation.finish(&self.pool(), &Arc::new(from), callback).await
    }

    /// There and back.
    async fn sign_in(&self, provider: &str) -> Result<Kept<User>, Denied> {
        let location = self.begin(provider).await?;
        let (code, state) = self.internet.approve(&location);
        let arrival = self.finish(back(&code, &state)).await.expect("our own state");
        assert_eq!((arrival.provider.as_str(), arrival.carry.as_str()), (provider, "carried"));
        match arrival.outcome? {
            Federated::Known(user) => Ok(*user),
            Federated::MayBe(link) => panic!("{link:?} waits for a proof"),
        }
    }

    async fn refusal(&self, provider: &str) -> String {
        let denied = self.sign_in(provider).await.unwrap_err();
        format!("{}: {}", denied.error, denied.description)
    }

    fn says(&self, provider: &str, claims: Value) {
        self.internet.with(provider, |it| it.claims = claims);
    }

    async fn link(&self, name: &str, attribute: &str, value: &str) -> String {
        let input = json!({ "UserPoolId": self.house.pool,
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": name },
            "SourceUser": { "ProviderName": "corp", "ProviderAttributeName": attribute,
                "ProviderAttributeValue": value } });
        self.house.call("AdminLinkProviderForUser", input).await.line()
    }
}

fn provider_named(house: &House, name: &str, more: &Value) -> Value {
    let mut provider = json!({ "UserPoolId": house.pool, "ProviderName": name,
        "ProviderType": "OIDC",
        "ProviderDetails": { "client_id": "app", "client_secret": "s3cret&+ ",
            "authorize_scopes": "openid email", "attributes_request_method": "GET",
            "oidc_issuer": format!("https://{name}.example.com") },
        "AttributeMapping": { "email": "email", "given_name": "given_name" },
        "IdpIdentifiers": [format!("{name}.com")] });
    for (member, value) in more.as_object().unwrap() {
        provider[member] = value.clone();
    }
    provider
}

fn back<'a>(code: &'a str, state: &'a str) -> Callback<'a> {
    Callback {
        callback_url: CALLBACK,
        browser: Some(BROWSER),
        code: Some(code),
        state: Some(state),
        iss: None,
        error: None,
        error_description: None,
    }
}

#[tokio::test]
async fn the_first_sign_in_makes_a_user_and_the_next_finds_them() {
    let world = World::new().await;
    let ann = world.sign_in("corp").await.unwrap();
    assert_eq!(ann.username.as_str(), "corp_12345");
    assert_eq!(ann.status, UserStatus::ExternalProvider);
    let group = format!("{}_corp", world.house.pool);
    assert_eq!(ann.groups.keys().map(|name| name.as_str()).collect::<Vec<_>>(), [group.as_str()]);

    let seen = world.house.look_at("corp_12345").await;
    assert_eq!(seen["UserStatus"], "EXTERNAL_PROVIDER");
    let attribute = |name| world.house.attribute("corp_12345", name);
    assert_eq!(attribute("given_name").await.unwrap(), "Ann");
    // It was not mapped, so nobody said so.
    assert_eq!(attribute("email_verified").await.unwrap(), "false");
    let identities: Value = serde_json::from_str(&attribute("identities").await.unwrap()).unwrap();
    let now = world.house.clock.now().as_millisecond();
    assert_eq!(
        identities,
        json!([{ "userId": "12345", "providerName": "corp", "providerType": "OIDC",
            "issuer": null, "primary": true, "dateCreated": now }])
    );

    world.says("corp", json!({ "sub": "12345", "email": "new@example.com" }));
    let again = world.sign_in("corp").await.unwrap();
    assert_eq!(again.sub, ann.sub);
    assert_eq!(attribute("email").await.unwrap(), "new@example.com");
    assert_eq!(attribute("given_name").await.unwrap(), "Ann");
}

#[tokio::test]
async fn a_users_identities_are_texts_in_the_id_token() {
    let world = World::new().await;
    world.sign_in("corp").await.unwrap();
    let password = json!({ "UserPoolId": world.house.pool, "Username": "corp_12345",
        "Password": PASSWORD, "Permanent": true });
    world.house.call("AdminSetUserPassword", password).await.ok();
    let tokens = world.house.sign_in("corp_12345", PASSWORD).await.ok();
    let token = tokens["AuthenticationResult"]["IdToken"].as_str().unwrap();
    let claims = world.house.verified(token).await;
    let now = world.house.clock.now().as_millisecond().to_string();
    assert_eq!(
        claims["identities"],
        json!([{ "userId": "12345", "providerName": "corp", "providerType": "OIDC",
            "issuer": null, "primary": "true", "dateCreated": now }])
    );
    assert_eq!(claims["cognito:groups"], json!([format!("{}_corp", world.house.pool)]));
}

#[tokio::test]
async fn the_functions_are_asked_in_the_documented_order() {
    let world = World::new().await;
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = told.clone();
    let arn = world.house.function("f", move |mut event: Value| {
        let source = event["triggerSource"].as_str().unwrap();
        if source.starts_with("InboundFederation") {
            let request = &event["request"];
            assert_eq!(
                (&request["providerName"], &request["providerType"]),
                (&json!("corp"), &json!("OIDC"))
            );
            assert_eq!(request["attributes"]["idToken"]["given_name"], "Ann");
            assert_eq!(request["attributes"]["tokenResponse"]["access_token"], "opaque");
        }
        assert_eq!(event["userName"], "corp_12345");
        ears.lock().unwrap().push(source.to_owned());
        event["response"] = json!({});
        async move { Ok(event) }
    });
    let config = json!({ "PreSignUp": arn, "PostConfirmation": arn, "PreAuthentication": arn,
        "PostAuthentication": arn, "PreTokenGeneration": arn, "CustomMessage": arn,
        "UserMigration": arn, "InboundFederation": { "LambdaVersion": "V1_0", "LambdaArn": arn } });
    world.house.update_pool(json!({ "LambdaConfig": config })).await.ok();
    let described =
        world.house.call("DescribeUserPool", json!({ "UserPoolId": world.house.pool })).await.ok();
    assert_eq!(described["UserPool"]["LambdaConfig"]["InboundFederation"]["LambdaArn"], arn);

    let asked = || std::mem::take(&mut *told.lock().unwrap()).join(" ");
    world.sign_in("corp").await.unwrap();
    assert_eq!(
        asked(),
        "InboundFederation_ExternalProvider PreSignUp_ExternalProvider PostConfirmation_ConfirmSignUp"
    );
    world.sign_in("corp").await.unwrap();
    assert_eq!(
        asked(),
        "InboundFederation_ExternalProvider PreAuthentication_Authentication \
         PostAuthentication_Authentication"
    );
}

#[tokio::test]
async fn a_function_decides_which_attributes_are_taken_over() {
    let world = World::new().await;
    let (arn, _) = world.house.listener(
        "inbound",
        json!({ "userAttributesToMap": { "given_name": "Anna", "custom:role": "admin" } }),
    );
    let inbound = json!({ "InboundFederation": { "LambdaVersion": "V1_0", "LambdaArn": arn } });
    world.house.update_pool(json!({ "LambdaConfig": inbound })).await.ok();
    let ann = world.sign_in("corp").await.unwrap();
    assert_eq!(ann.attribute("given_name"), Some("Anna"));
    assert_eq!(ann.attribute("email"), None);
    assert_eq!(ann.attribute("custom:role"), None);
}

#[tokio::test]
async fn a_function_that_throws_keeps_the_person_out() {
    let world = World::new().await;
    let arn = world.house.function("no", |_| async { Err("not \"you\"\n".to_owned()) });
    world.house.update_pool(json!({ "LambdaConfig": { "PreSignUp": arn } })).await.ok();
    assert_eq!(
        world.refusal("corp").await,
        "invalid_request: PreSignUp failed with error not  you  ."
    );
    let gone = json!({ "UserPoolId": world.house.pool, "Username": "corp_12345" });
    assert_eq!(world.house.call("AdminGetUser", gone).await.status, 400);
}

#[tokio::test]
async fn fed_01_an_address_at_a_provider_does_not_sign_anybody_in() {
    let trusting = json!({ "AliasAttributes": ["email"],
        "UserPoolTags": { "poolhouse:link-by-verified-email": "other corp" } });
    for (pool, is_linked) in [(json!({ "AliasAttributes": ["email"] }), false), (trusting, true)] {
        let world = World::with(pool, json!({})).await;
        let alice = world.house.user("alice").await;
        for verified in [json!(false), json!("false"), json!(null), json!("yes"), json!(1)] {
            world.says(
                "corp",
                json!({ "sub": verified.to_string(), "email": "alice@example.com",
                "email_verified": verified }),
            );
            let mallory = world.sign_in("corp").await.unwrap();
            assert_ne!(mallory.sub.as_str(), alice.sub, "{verified}");
        }
        world.says("corp", json!({ "sub": "m", "email": "ALICE@example.com" }));
        assert_ne!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
        // Her address is still hers to sign in with.
        world.house.sign_in("alice@example.com", PASSWORD).await.ok();
        world.says(
            "corp",
            json!({ "sub": "a", "email": "alice@example.com", "email_verified": true }),
        );
        let came = world.sign_in("corp").await.unwrap();
        assert_eq!(came.sub.as_str() == alice.sub, is_linked);
    }
}

/// FED-07.
#[tokio::test]
async fn a_link_that_waits_for_a_proof_is_to_nobody_else() {
    let pool = json!({ "AliasAttributes": ["email"],
        "UserPoolTags": { "poolhouse:link-with-proof": "corp" } });
    let world = World::with(pool, json!({})).await;
    let (alice, bob) = (world.house.user("alice").await, world.house.user("bob").await);
    // What the provider did not verify is nobody's, and asks for nothing.
    world.says("corp", json!({ "sub": "m", "email": "alice@example.com" }));
    assert_ne!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
    world.says("corp", json!({ "sub": "a", "email": "alice@example.com", "email_verified": true }));
    let location = world.begin("corp").await.unwrap();
    let (code, state) = world.internet.approve(&location);
    let arrival = world.finish(back(&code, &state)).await.unwrap();
    let Federated::MayBe(link) = arrival.outcome.unwrap() else { panic!("nobody proved anything") };
    assert_eq!((link.sub.as_str(), link.email.as_str()), (alice.sub.as_str(), "alice@example.com"));
    let pools = &world.house.idp.pools;
    let pool = pools.pool(&world.pool()).await.unwrap();
    let user = async |sub: &str| {
        let found = pools.user_by_sub(&pool.id, &sub.parse().unwrap()).await;
        found.unwrap().into_inner()
    };
    assert!(pools.link_proven(&pool, &user(&bob.sub).await, &link).await.is_err());
    pools.link_proven(&pool, &user(&alice.sub).await, &link).await.unwrap();
    assert_eq!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
}

#[tokio::test]
async fn fed_01_an_address_that_was_not_verified_here_links_nobody() {
    let pool = json!({ "AliasAttributes": ["email"],
        "UserPoolTags": { "poolhouse:link-by-verified-email": "corp" } });
    let world = World::with(pool, json!({})).await;
    // Mallory signed up with Alice's address and waits for Alice to come from the provider.
    world.house.sign_up("mallory", json!({ "email": "ann@example.com" })).await.ok();
    let ann = world.sign_in("corp").await.unwrap();
    assert_eq!(ann.username.as_str(), "corp_12345");
    // A provider that the tag does not name links nobody either.
    let bob = world.house.user("bob").await;
    world.says("other", json!({ "sub": "b", "email": "bob@example.com", "email_verified": true }));
    assert_ne!(world.sign_in("other").await.unwrap().sub.as_str(), bob.sub);
}

#[tokio::test]
async fn fed_01_a_link_by_address_takes_a_verified_one_and_then_the_subject_alone() {
    let world = World::new().await;
    let alice = world.house.user("alice").await;
    assert_eq!(world.link("alice", "email", "ann@example.com").await, "200 OK");
    world.says("corp", json!({ "sub": "m", "email": "ann@example.com" }));
    assert_ne!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
    world.says("corp", json!({ "sub": "a", "email": "ann@example.com", "email_verified": true }));
    assert_eq!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
    // Another account of the provider with the same address comes too late.
    world.says("corp", json!({ "sub": "b", "email": "ann@example.com", "email_verified": true }));
    assert_ne!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
    world.says("corp", json!({ "sub": "a", "email": "moved@example.com" }));
    assert_eq!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
}

#[tokio::test]
async fn fed_02_no_address_is_called_that_a_document_of_another_issuer_names() {
    let world = World::new().await;
    world.internet.with("corp", |it| {
        it.twist_document = Some(Box::new(|mut document| {
            document["issuer"] = json!("https://169.254.169.254");
            document
        }));
    });
    let denied = world.begin("corp").await.unwrap_err();
    assert_eq!(denied.description, "corp Error - the provider could not be reached");
    // It is left alone for a while, and asked again after that.
    world.begin("corp").await.unwrap_err();
    assert_eq!(world.internet.with("corp", |it| it.heard.len()), 1);
    world.internet.with("corp", |it| it.twist_document = None);
    world.house.advance(SignedDuration::from_secs(31));
    world.begin("corp").await.unwrap();
}

#[tokio::test]
async fn fed_03_an_id_token_that_is_not_the_providers_for_us_now_is_not_believed() {
    let world = World::new().await;
    let now = world.house.clock.now().as_second();
    let set = |name: &'static str, value: Value| {
        let twist = move |mut claims: Value| {
            claims[name] = value.clone();
            claims
        };
        Box::new(twist) as Box<dyn Fn(Value) -> Value + Send>
    };
    for (name, value) in [
        ("nonce", json!("another")),
        ("nonce", json!(null)),
        ("aud", json!("somebody-else")),
        ("aud", json!(["app", "somebody-else"])),
        ("aud", json!([])),
        ("azp", json!("somebody-else")),
        ("iss", json!("https://other.example.com")),
        ("iss", json!("https://corp.example.com/")),
        ("exp", json!(now - 3600)),
        ("exp", json!(null)),
        ("exp", json!("tomorrow")),
        ("iat", json!(now + 3600)),
        ("nbf", json!(now + 3600)),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("x".repeat(256))),
    ] {
        let what = format!("{name} = {value}");
        world.internet.with("corp", |it| it.twist_claims = Some(set(name, value)));
        let refusal = world.refusal("corp").await;
        assert_eq!(refusal, "invalid_request: corp Error - the ID token is not valid", "{what}");
    }
    world.internet.with("corp", |it| it.twist_claims = None);
    world.sign_in("corp").await.unwrap();
}

#[tokio::test]
async fn fed_03_a_token_without_a_signature_of_the_providers_key_is_not_believed() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let world = World::new().await;
    let with_header = |header: Value, keeps_signature: bool| {
        Box::new(move |token: String| {
            let parts: Vec<&str> = token.split('.').collect();
            let signature = if keeps_signature { parts[2] } else { "" };
            format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header.to_string()), parts[1])
        }) as Box<dyn Fn(String) -> String + Send>
    };
    let jwk = world.internet.with("other", |it| json!(it.key.jwk()));
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "nOnE", "kid": "corp" }),
        json!({ "alg": "HS256", "kid": "corp" }),
        json!({ "alg": "RS256", "kid": "other" }),
        json!({ "alg": "ES256", "kid": "corp" }),
        json!({ "alg": "RS512", "kid": "corp" }),
        json!({ "alg": "RS256", "kid": "corp", "crit": ["b64"], "b64": false }),
        json!({ "alg": "RS256", "kid": "new", "jwk": jwk }),
        json!({ "alg": "RS256", "kid": "new", "jku": "https://other.example.com/keys" }),
    ] {
        for keeps_signature in [true, false] {
            let twist = with_header(header.clone(), keeps_signature);
            world.internet.with("corp", |it| it.twist_token = Some(twist));
            assert!(world.refusal("corp").await.contains("ID token"), "{header}");
        }
    }
    // Keys that a header brings along were not fetched, and those of the provider once in a while.
    assert!(world.internet.with("other", |it| it.heard.is_empty()));
    let fetched =
        world.internet.with("corp", |it| it.heard.iter().filter(|path| *path == "/keys").count());
    assert_eq!(fetched, 1);
}

#[tokio::test]
async fn fed_05_what_is_not_mapped_is_ignored() {
    let role = json!([{ "Name": "role", "AttributeDataType": "String", "Mutable": true }]);
    let world = World::with(json!({ "Schema": role }), json!({})).await;
    world.says(
        "corp",
        json!({ "sub": "m", "custom:role": "admin", "role": "admin",
        "cognito:groups": ["admins"], "identities": "[]", "email_verified": true }),
    );
    let mallory = world.sign_in("corp").await.unwrap();
    assert_eq!(mallory.attribute("custom:role"), None);
    assert_eq!(mallory.attribute("email_verified"), None);
    assert_eq!(mallory.groups.len(), 1);
    assert_eq!(mallory.identities().len(), 1);
}

#[tokio::test]
async fn fed_06_a_state_is_good_for_one_provider_one_pool_one_browser_and_once() {
    let world = World::new().await;
    let elsewhere = world.house.make_pool(json!({ "PoolName": "others" })).await;
    let location = world.begin("corp").await.unwrap();
    let (code, state) = world.internet.approve(&location);
    let good = back(&code, &state);
    let is_lost = |outcome: Result<Arrival, Lost>| matches!(outcome, Err(Lost::State));

    let other_issuer = Some("https://other.example.com");
    assert!(is_lost(world.finish(Callback { iss: other_issuer, ..good }).await));
    assert!(is_lost(world.finish(Callback { browser: Some("another"), ..good }).await));
    assert!(is_lost(world.finish(Callback { browser: None, ..good }).await));
    assert!(is_lost(world.finish(Callback { state: None, ..good }).await));
    let url = "https://evil.example.com/oauth2/idpresponse";
    assert!(is_lost(world.finish(Callback { callback_url: url, ..good }).await));
    for bad in [format!("{state}A"), state[1..].to_owned(), "x".repeat(100_000), String::new()] {
        assert!(is_lost(world.finish(Callback { state: Some(&bad), ..good }).await));
    }
    let other_pool = elsewhere.parse().unwrap();
    assert!(is_lost(world.federation.finish(&other_pool, &Arc::default(), good).await));

    let own_issuer = Some("https://corp.example.com");
    let arrival = world.finish(Callback { iss: own_issuer, ..good }).await.unwrap();
    arrival.outcome.unwrap();
    assert!(is_lost(world.finish(good).await));

    let location = world.begin("corp").await.unwrap();
    let (code, state) = world.internet.approve(&location);
    world.house.advance(SignedDuration::from_mins(10));
    assert!(is_lost(world.finish(back(&code, &state)).await));

    // Of a provider that was deleted and made again under the same name.
    let location = world.begin("corp").await.unwrap();
    let (code, state) = world.internet.approve(&location);
    let named = json!({ "UserPoolId": world.house.pool, "ProviderName": "corp" });
    world.house.call("DeleteIdentityProvider", named).await.ok();
    let again = provider_named(&world.house, "corp", &json!({}));
    world.house.call("CreateIdentityProvider", again).await.ok();
    assert!(is_lost(world.finish(back(&code, &state)).await));
}

#[tokio::test]
async fn fed_06_a_provider_that_says_whose_its_answers_are_must_say_it() {
    let world = World::new().await;
    world.internet.with("corp", |it| {
        it.twist_document = Some(Box::new(|mut document| {
            document["authorization_response_iss_parameter_supported"] = json!(true);
            document
        }));
    });
    assert_eq!(
        world.refusal("corp").await,
        "invalid_request: corp Error - the answer names no issuer"
    );
}

#[tokio::test]
async fn many_tabs_with_one_state_are_one_sign_in() {
    let world = Arc::new(World::new().await);
    let location = world.begin("corp").await.unwrap();
    let (code, state) = world.internet.approve(&location);
    let mut tabs = Vec::new();
    for _ in 0..8 {
        let (world, code, state) = (world.clone(), code.clone(), state.clone());
        tabs.push(tokio::spawn(async move { world.finish(back(&code, &state)).await.is_ok() }));
    }
    let mut good = 0;
    for tab in tabs {
        good += usize::from(tab.await.unwrap());
    }
    assert_eq!(good, 1);
}

#[tokio::test]
async fn one_person_in_many_windows_becomes_one_user() {
    let world = Arc::new(World::new().await);
    let mut windows = Vec::new();
    for _ in 0..8 {
        let world = world.clone();
        windows.push(tokio::spawn(async move { world.sign_in("corp").await.unwrap().sub.clone() }));
    }
    let mut subs = Vec::new();
    for window in windows {
        subs.push(window.await.unwrap());
    }
    subs.dedup();
    assert_eq!(subs.len(), 1);
}

#[tokio::test]
async fn fed_07_nobody_but_an_administrator_links() {
    let world = World::new().await;
    let alice = world.house.user("alice").await;
    let input = json!({ "UserPoolId": world.house.pool,
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "alice" },
        "SourceUser": { "ProviderName": "corp", "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": "12345" } });
    for operation in ["AdminLinkProviderForUser", "AdminDisableProviderForUser"] {
        let refused = world.house.call_unsigned(operation, input.clone()).await;
        assert!(refused.line().contains("MissingAuthenticationToken"), "{}", refused.line());
    }
    assert_ne!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
    // Nor does anybody write it into their own attributes, administrators included.
    let text = r#"[{"userId":"1"}]"#;
    let update = json!({ "UserPoolId": world.house.pool, "Username": "alice",
        "UserAttributes": [{ "Name": "identities", "Value": text }] });
    let refused = world.house.call("AdminUpdateUserAttributes", update).await.line();
    assert!(refused.contains("user.identities: Attribute cannot be updated."), "{refused}");
}

#[tokio::test]
async fn a_linked_person_is_the_user_they_were_linked_to_until_they_are_not() {
    let world = World::new().await;
    let alice = world.house.user("alice").await;
    let subject = "Cognito_Subject";
    assert_eq!(world.link("alice", subject, "12345").await, "200 OK");
    let came = world.sign_in("corp").await.unwrap();
    assert_eq!((came.sub.as_str(), came.status), (alice.sub.as_str(), UserStatus::Confirmed));
    assert_eq!(came.attribute("given_name"), Some("Ann"));
    assert!(!came.identities()[0].is_primary);

    let refused = world.link("alice", subject, "12345").await;
    assert_eq!(
        refused,
        "400 InvalidParameterException: SourceUser is already linked to DestinationUser"
    );
    world.house.user("bob").await;
    let refused = world.link("bob", subject, "12345").await;
    assert_eq!(refused, "400 AliasExistsException: SourceUser is already linked to another user");
    world.says("corp", json!({ "sub": "c" }));
    world.sign_in("corp").await.unwrap();
    assert_eq!(
        world.link("bob", subject, "c").await,
        "400 InvalidParameterException: Merging is not currently supported, provide a SourceUser that has \
         not been signed up in order to link"
    );
    assert_eq!(
        world.link("nobody", subject, "d").await,
        "400 UserNotFoundException: User does not exist."
    );
    for number in 0..5 {
        assert_eq!(world.link("bob", subject, &format!("b{number}")).await, "200 OK");
    }
    assert!(world.link("bob", subject, "b5").await.starts_with("400 LimitExceededException"));

    let unlink = json!({ "UserPoolId": world.house.pool, "User": { "ProviderName": "corp",
        "ProviderAttributeName": subject, "ProviderAttributeValue": "12345" } });
    world.house.call("AdminDisableProviderForUser", unlink.clone()).await.ok();
    assert_eq!(world.house.call("AdminDisableProviderForUser", unlink).await.status, 400);
    world.says("corp", json!({ "sub": "12345" }));
    let fresh = world.sign_in("corp").await.unwrap();
    assert_ne!(fresh.sub.as_str(), alice.sub);
    assert_eq!(fresh.username.as_str(), "corp_12345");
}

#[tokio::test]
async fn a_function_before_the_sign_up_may_link_and_the_sign_in_goes_on() {
    let world = World::new().await;
    let alice = world.house.user("alice").await;
    let (house, pool) = (world.house.clone(), world.house.pool.clone());
    let arn = world.house.function("link", move |mut event: Value| {
        let (house, pool) = (house.clone(), pool.clone());
        async move {
            let link = json!({ "UserPoolId": pool,
                "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "alice" },
                "SourceUser": { "ProviderName": "corp", "ProviderAttributeName": "Cognito_Subject",
                    "ProviderAttributeValue": "12345" } });
            house.call("AdminLinkProviderForUser", link).await.ok();
            event["response"] = json!({});
            Ok(event)
        }
    });
    world.house.update_pool(json!({ "LambdaConfig": { "PreSignUp": arn } })).await.ok();
    assert_eq!(world.sign_in("corp").await.unwrap().sub.as_str(), alice.sub);
}

#[tokio::test]
async fn a_password_of_the_pool_ends_where_the_provider_of_a_user_is_disabled() {
    let world = World::new().await;
    world.house.user("alice").await;
    let disable = json!({ "UserPoolId": world.house.pool, "User": { "ProviderName": "Cognito",
        "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "alice" } });
    world.house.call("AdminDisableProviderForUser", disable).await.ok();
    assert_eq!(
        world.house.sign_in("alice", PASSWORD).await.line(),
        "400 NotAuthorizedException: Incorrect username or password."
    );
}

#[tokio::test]
async fn required_and_immutable_attributes_are_told_by_their_names() {
    let schema = json!([
        { "Name": "family_name", "Required": true, "Mutable": true },
        { "Name": "phone_number", "Required": true, "Mutable": true },
        { "Name": "tenant", "AttributeDataType": "String", "Mutable": false },
    ]);
    let mapping = json!({ "AttributeMapping": { "family_name": "family_name",
        "phone_number": "phone", "custom:tenant": "tenant" } });
    let world = World::with(json!({ "Schema": schema }), mapping).await;
    assert_eq!(
        world.refusal("corp").await,
        "invalid_request: attributes required: [phone_number, family_name]"
    );
    let claims = |tenant: &str| json!({ "sub": "1", "family_name": "Lee", "phone": "+15550001111", "tenant": tenant });
    world.says("corp", claims("a"));
    world.sign_in("corp").await.unwrap();
    world.sign_in("corp").await.unwrap();
    world.says("corp", claims("b"));
    assert_eq!(
        world.refusal("corp").await,
        "invalid_request: user.custom:tenant: Attribute cannot be updated."
    );
}

#[tokio::test]
async fn a_user_who_is_disabled_or_whose_name_is_taken_stays_out() {
    let world = World::new().await;
    world.sign_in("corp").await.unwrap();
    let ann = json!({ "UserPoolId": world.house.pool, "Username": "corp_12345" });
    world.house.call("AdminDisableUser", ann).await.ok();
    assert_eq!(world.refusal("corp").await, "invalid_request: User is disabled.");

    world.house.user("other_12345").await;
    assert_eq!(
        world.refusal("other").await,
        "invalid_request: Already found an entry for username other_12345"
    );
    world.says("other", json!({ "sub": "a b" }));
    assert!(world.refusal("other").await.contains("cannot be a user name"));
}

#[tokio::test]
async fn what_the_provider_refuses_is_told_to_the_app_in_one_line() {
    let world = World::new().await;
    world.internet.with("corp", |it| {
        let error =
            json!({ "error": "invalid_client", "error_description": "no\r\nLocation: \"x\"" });
        it.token_error = Some((401, error));
    });
    assert_eq!(
        world.refusal("corp").await,
        "invalid_request: corp Error - 401 invalid_client no  Location:  x"
    );
    let location = world.begin("corp").await.unwrap();
    let (code, state) = world.internet.approve(&location);
    let said_no = Callback {
        code: None,
        error: Some("access_denied"),
        error_description: Some("not today"),
        ..back(&code, &state)
    };
    let denied = world.finish(said_no).await.unwrap().outcome.unwrap_err();
    assert_eq!(
        denied,
        Denied {
            error: "access_denied",
            description: "corp Error - access_denied not today".into()
        }
    );
}

#[tokio::test]
async fn user_info_is_believed_of_the_same_subject_only() {
    let world = World::new().await;
    let info = |sub: &str| json!({ "sub": sub, "given_name": "Anna" });
    world.internet.with("corp", |it| it.user_info = Some(info("54321")));
    assert!(world.refusal("corp").await.ends_with("the user information could not be read"));
    world.internet.with("corp", |it| it.user_info = Some(info("12345")));
    assert_eq!(world.sign_in("corp").await.unwrap().attribute("given_name"), Some("Anna"));
}

#[tokio::test]
async fn endpoints_may_be_written_down_and_secrets_left_out() {
    let details = json!({ "client_id": "app", "authorize_scopes": "openid",
        "attributes_request_method": "POST", "oidc_issuer": "https://corp.example.com",
        "authorize_url": "https://corp.example.com/authorize?tenant=1",
        "token_url": "https://corp.example.com/token", "jwks_uri": "https://corp.example.com/keys",
        "attributes_url": "https://corp.example.com/me" });
    let world = World::with(json!({}), json!({ "ProviderDetails": details })).await;
    world.internet.with("corp", |it| {
        it.client_secret = None;
        it.user_info = Some(json!({ "sub": "12345" }));
    });
    world.sign_in("corp").await.unwrap();
    let heard = world.internet.with("corp", |it| it.heard.join(" "));
    assert_eq!(heard, "/token /keys /me");
}

#[tokio::test]
async fn a_client_sends_people_only_where_its_owner_lets_it() {
    let mut world = World::new().await;
    let caller = world.caller().await;
    let found = world.federation.provider(&caller, Wanted::Identifier("corp.com")).await.unwrap();
    assert_eq!(found.name, "corp");
    let choices = world.federation.choices(&caller).await.unwrap();
    assert_eq!(choices.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["corp", "other"]);

    let location = world.begin("corp").await.unwrap();
    let (code, state) = world.internet.approve(&location);
    let update = json!({ "UserPoolId": world.house.pool, "ClientId": world.house.client,
        "SupportedIdentityProviders": ["COGNITO", "other"] });
    world.house.call("UpdateUserPoolClient", update).await.ok();
    let arrival = world.finish(back(&code, &state)).await.unwrap();
    assert_eq!(arrival.outcome.unwrap_err().description, "Unknown identity provider.");
    world.begin("corp").await.unwrap_err();

    let facebook = json!({ "ProviderName": "Facebook", "ProviderType": "Facebook", "IdpIdentifiers": [],
        "ProviderDetails": { "client_id": "a", "client_secret": "b", "authorize_scopes": "email" } });
    let facebook = provider_named(&world.house, "Facebook", &facebook);
    world.house.call("CreateIdentityProvider", facebook).await.ok();
    let client = json!({ "SupportedIdentityProviders": ["Facebook"] });
    world.house.client = world.house.make_client(client).await;
    assert_eq!(
        world.begin("Facebook").await.unwrap_err().description,
        "Sign-in with a provider of the type Facebook is not supported."
    );
    assert!(world.federation.choices(&world.caller().await).await.unwrap().is_empty());
}

/// A pool that looks for threats, and somebody who has come from `corp` once.
async fn watched(risk: Value) -> World {
    let add_ons = json!({ "AdvancedSecurityMode": "ENFORCED" });
    let world =
        World::with(json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": add_ons }), json!({})).await;
    let mut risk = risk;
    risk["UserPoolId"] = json!(world.house.pool);
    world.house.call("SetRiskConfiguration", risk).await.ok();
    world.come_from("203.0.113.9", "a phone").await.unwrap();
    world
}

impl World {
    /// There and back, from an address and with a device.
    async fn come_from(&self, address: &str, device: &str) -> Result<Kept<User>, String> {
        let location = self.begin("corp").await.unwrap();
        let (code, state) = self.internet.approve(&location);
        let from = Circumstances {
            address: Some(address.parse().unwrap()),
            device: Some(device.to_owned()),
            ..Circumstances::default()
        };
        let arrival = self.finish_from(from, back(&code, &state)).await.expect("our own state");
        match arrival.outcome {
            Ok(Federated::Known(user)) => Ok(*user),
            Ok(Federated::MayBe(link)) => panic!("{link:?} waits for a proof"),
            Err(denied) => Err(denied.description),
        }
    }

    async fn events(&self, user: &User) -> Vec<Value> {
        let asked = json!({ "UserPoolId": self.house.pool, "Username": user.username });
        let told = self.house.call("AdminListUserAuthEvents", asked).await.ok();
        told["AuthEvents"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_sign_in_through_a_provider_is_noted_with_its_address() {
    let world = watched(json!({})).await;
    // So that there is an order to tell them in.
    world.house.clock.advance(SignedDuration::from_secs(1));
    let user = world.come_from("192.0.2.7", "a phone").await.unwrap();
    let events = world.events(&user).await;
    let told = events.iter().map(|event| {
        let context = event["EventContextData"]["IpAddress"].as_str().unwrap();
        let risk = event["EventRisk"]["RiskLevel"].as_str().unwrap_or("none");
        format!("{} {} {context} {risk}", event["EventType"], event["EventResponse"])
    });
    let told: Vec<String> = told.map(|line| line.replace('"', "")).collect();
    assert_eq!(told, ["SignIn Pass 192.0.2.7 Low", "SignIn Pass 203.0.113.9 none"]);
}

#[tokio::test]
async fn a_risk_blocks_whom_a_provider_sends_and_asks_them_for_nothing() {
    let action = |action: &str| json!({ "EventAction": action, "Notify": false });
    let world = watched(json!({ "AccountTakeoverRiskConfiguration": { "Actions": {
        "LowAction": action("MFA_REQUIRED"), "MediumAction": action("BLOCK") } } }))
    .await;
    let user = world.come_from("192.0.2.7", "a phone").await.unwrap();
    let refused = world.come_from("198.51.100.7", "a desk").await.unwrap_err();
    assert_eq!(refused, "Unable to login because of security reasons");
    assert!(world.events(&user).await.iter().any(|event| event["EventResponse"] == "Fail"));
    world.come_from("203.0.113.10", "a phone").await.unwrap();
}

#[tokio::test]
async fn nobody_comes_in_from_an_address_that_is_barred() {
    let world = watched(json!({ "RiskExceptionConfiguration": {
        "BlockedIPRangeList": ["192.0.2.0/24"] } }))
    .await;
    world.says("corp", json!({ "sub": "a stranger" }));
    let refused = world.come_from("192.0.2.7", "a phone").await.unwrap_err();
    assert_eq!(refused, "Unable to login because of security reasons");
    let users = world.house.call("ListUsers", json!({ "UserPoolId": world.house.pool })).await.ok();
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
}
