//! `WEB_AUTHN`: sign-ins with passkeys.

use crate::*;
use testkit::Authenticator;

pub(crate) const PAGE: &str = "https://login.example.com";

/// A pool that takes passkeys made for example.com, and a client whose users have the choice.
pub(crate) async fn house_of_passkeys() -> House {
    let house = house_without_a_domain().await;
    configure(&house, json!({ "RelyingPartyId": "example.com" })).await.ok();
    house
}

/// A pool that takes passkeys but does not say for which domain.
pub(crate) async fn house_without_a_domain() -> House {
    let factors = json!({ "SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN", "EMAIL_OTP"] } });
    let client = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH"], "PreventUserExistenceErrors": "ENABLED" });
    House::with(json!({ "Policies": factors }), client).await
}

pub(crate) async fn configure(house: &House, passkeys: Value) -> Answer {
    let input = json!({ "UserPoolId": house.pool, "WebAuthnConfiguration": passkeys });
    house.call("SetUserPoolMfaConfig", input).await
}

/// Options to make a passkey.
pub(crate) async fn start(house: &House, tokens: &SignedIn) -> Value {
    let started = tokens.call(house, "StartWebAuthnRegistration", json!({})).await.ok();
    started["CredentialCreationOptions"].clone()
}

pub(crate) async fn complete(house: &House, tokens: &SignedIn, credential: &Value) -> Answer {
    let input = json!({ "Credential": credential });
    tokens.call(house, "CompleteWebAuthnRegistration", input).await
}

/// Makes a passkey of this authenticator.
pub(crate) async fn register(house: &House, tokens: &SignedIn, authenticator: &mut Authenticator) {
    let options = start(house, tokens).await;
    complete(house, tokens, &authenticator.make(&options)).await.ok();
}

pub(crate) async fn begin(house: &House, name: &str, preferred: Option<&str>) -> Answer {
    let mut parameters = json!({ "USERNAME": name });
    if let Some(preferred) = preferred {
        parameters["PREFERRED_CHALLENGE"] = json!(preferred);
    }
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_AUTH",
        "AuthParameters": parameters });
    house.call_unsigned("InitiateAuth", input).await
}

/// What a page is to hand to the authenticator.
fn options(asked: &Value) -> Value {
    let text = asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

/// Asks for a passkey, and has what was asked.
async fn ask(house: &House, name: &str) -> Value {
    let asked = begin(house, name, Some("WEB_AUTHN")).await.ok();
    assert_eq!(asked["ChallengeName"], "WEB_AUTHN", "{asked}");
    asked
}

async fn answer(house: &House, name: &str, asked: &Value, credential: &Value) -> Answer {
    let credential = json!({ "CREDENTIAL": credential.to_string() });
    house.answer("WEB_AUTHN", name, asked, credential).await
}

/// Signs in with this authenticator.
async fn sign_in(house: &House, name: &str, authenticator: &mut Authenticator) -> Answer {
    let asked = ask(house, name).await;
    let credential = authenticator.answer(&options(&asked));
    answer(house, name, &asked, &credential).await
}

const WRONG: &str = "400 NotAuthorizedException: Invalid passkey credential.";

#[tokio::test]
async fn a_passkey_is_enough() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    for mut authenticator in [Authenticator::new(PAGE), Authenticator::rsa(PAGE)] {
        register(&house, &ann.tokens().await, &mut authenticator).await;
        for _ in 0..2 {
            let tokens = SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());
            let user = tokens.call(&house, "GetUser", json!({})).await.ok();
            assert_eq!(user["Username"], "ann");
        }
    }
}

#[tokio::test]
async fn the_challenge_tells_a_page_what_it_needs() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    let asked = ask(&house, "ann").await;
    assert_eq!(asked["AvailableChallenges"], json!(["WEB_AUTHN"]));
    let mut told = options(&asked);
    assert_eq!(told["challenge"].as_str().unwrap().len(), 43);
    assert_ne!(told["challenge"], options(&ask(&house, "ann").await)["challenge"]);
    told["challenge"] = json!("…");
    told["allowCredentials"][0]["id"] = json!("…");
    assert_eq!(
        told,
        json!({ "challenge": "…", "timeout": 180_000, "rpId": "example.com",
            "allowCredentials": [
                { "type": "public-key", "id": "…", "transports": ["internal", "hybrid"] }],
            "userVerification": "preferred" })
    );
}

#[tokio::test]
async fn a_passkey_is_offered_to_whoever_has_one() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    house.user("bob").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    let begun = begin(&house, "ann", None).await.ok();
    let all = json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]);
    assert_eq!(begun["AvailableChallenges"], all);

    // Chosen first, answered then.
    let chosen = json!({ "ANSWER": "WEB_AUTHN" });
    let asked = house.answer("SELECT_CHALLENGE", "ann", &begun, chosen).await.ok();
    let credential = authenticator.answer(&options(&asked));
    SignedIn::of(&answer(&house, "ann", &asked, &credential).await.ok());
    // Chosen and answered in one step.
    let begun = begin(&house, "ann", None).await.ok();
    let credential = authenticator.answer(&options(&begun)).to_string();
    let at_once = json!({ "ANSWER": "WEB_AUTHN", "CREDENTIAL": credential });
    SignedIn::of(&house.answer("SELECT_CHALLENGE", "ann", &begun, at_once.clone()).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&house.answer("SELECT_CHALLENGE", "ann", &begun, at_once).await.line());

    // Nobody is told from somebody without a passkey.
    for name in ["bob", "nobody"] {
        let begun = begin(&house, name, Some("WEB_AUTHN")).await.ok();
        assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE", "{name}");
        assert_eq!(begun["ChallengeParameters"], json!({}));
        let available = begun["AvailableChallenges"].as_array().unwrap();
        assert!(!available.contains(&json!("WEB_AUTHN")));
    }
    // Nor is one asked for that the pool would not take any more.
    configure(&house, json!({ "RelyingPartyId": "example.net" })).await.ok();
    let begun = begin(&house, "ann", Some("WEB_AUTHN")).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
}

/// PKY-01.
#[tokio::test]
async fn what_is_not_over_this_challenge_by_this_page_is_refused() {
    let house = house_of_passkeys().await;
    configure(&house, json!({ "RelyingPartyId": "example.com", "UserVerification": "required" }))
        .await
        .ok();
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());

    authenticator.origin = "https://example.com.evil.net".into();
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG);
    authenticator.origin = "http://login.example.com".into();
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG);
    authenticator.origin = PAGE.into();

    authenticator.relying_party = Some("evil.net".into());
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG);
    authenticator.relying_party = None;

    authenticator.verifies = false;
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG);
    authenticator.verifies = true;
    authenticator.touches = false;
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG);
    authenticator.touches = true;

    let counted = authenticator.counter;
    authenticator.counter = 1;
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG, "it fell");
    authenticator.counter = 0;
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG, "it was forgotten");
    authenticator.counter = counted;

    let first = ask(&house, "ann").await;
    let credential = authenticator.answer(&options(&first));
    let second = ask(&house, "ann").await;
    assert_eq!(answer(&house, "ann", &second, &credential).await.line(), WRONG, "another's");
    SignedIn::of(&answer(&house, "ann", &first, &credential).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&answer(&house, "ann", &first, &credential).await.line());
    // What was wrong is spent too.
    let credential = authenticator.answer(&options(&second));
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&answer(&house, "ann", &second, &credential).await.line());

    let late = ask(&house, "ann").await;
    let credential = authenticator.answer(&options(&late));
    house.advance(SignedDuration::from_mins(4));
    expect!["400 NotAuthorizedException: Invalid session for the user, session is expired."]
        .assert_eq(&answer(&house, "ann", &late, &credential).await.line());
    SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());
}

/// PKY-02.
#[tokio::test]
async fn the_passkey_of_somebody_else_is_refused() {
    let house = house_of_passkeys().await;
    let (alice, mallory) = (house.user("alice").await, house.user("mallory").await);
    let (mut hers, mut theirs) = (Authenticator::new(PAGE), Authenticator::new(PAGE));
    register(&house, &alice.tokens().await, &mut hers).await;
    register(&house, &mallory.tokens().await, &mut theirs).await;
    let asked = ask(&house, "alice").await;
    let credential = theirs.answer(&options(&asked));
    assert_eq!(answer(&house, "alice", &asked, &credential).await.line(), WRONG);
    // Under her id, and as hers.
    theirs.id.clone_from(&hers.id);
    assert_eq!(sign_in(&house, "alice", &mut theirs).await.line(), WRONG);
    theirs.user.clone_from(&hers.user);
    assert_eq!(sign_in(&house, "alice", &mut theirs).await.line(), WRONG);
    // Her own, said to be somebody else's.
    hers.user = mallory.sub.clone().into_bytes();
    assert_eq!(sign_in(&house, "alice", &mut hers).await.line(), WRONG);
    hers.user = alice.sub.clone().into_bytes();
    SignedIn::of(&sign_in(&house, "alice", &mut hers).await.ok());
    // In the session of somebody else.
    let asked = ask(&house, "alice").await;
    let credential = hers.answer(&options(&asked));
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&answer(&house, "mallory", &asked, &credential).await.line());
    // Or of another client.
    let client = json!({ "ClientName": "other", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] });
    let other = house.through(&house.make_client(client).await);
    expect!["400 NotAuthorizedException: Invalid session for the user."]
        .assert_eq(&answer(&other, "alice", &asked, &credential).await.line());
    SignedIn::of(&answer(&house, "alice", &asked, &credential).await.ok());
}

#[tokio::test]
async fn what_cannot_be_read_leaves_the_session_good() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    let asked = ask(&house, "ann").await;
    let none = house.answer("WEB_AUTHN", "ann", &asked, json!({})).await;
    expect!["400 InvalidParameterException: Missing required parameter CREDENTIAL"]
        .assert_eq(&none.line());
    for bad in ["", "x", "{}", "[]", "{\"id\":\"AQ\",\"type\":\"public-key\",\"response\":{}}"] {
        let bad = house.answer("WEB_AUTHN", "ann", &asked, json!({ "CREDENTIAL": bad })).await;
        expect!["400 InvalidParameterException: CREDENTIAL is not valid."].assert_eq(&bad.line());
    }
    let credential = authenticator.answer(&options(&asked));
    SignedIn::of(&answer(&house, "ann", &asked, &credential).await.ok());
}

#[tokio::test]
async fn an_authenticator_that_does_not_count_is_taken() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    authenticator.counter = 0;
    register(&house, &ann.tokens().await, &mut authenticator).await;
    for _ in 0..2 {
        SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());
    }
}

#[tokio::test]
async fn of_two_that_answer_one_challenge_at_once_one_is_refused() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    let asked = ask(&house, "ann").await;
    let credential = authenticator.answer(&options(&asked));
    let (one, other) = tokio::join!(
        answer(&house, "ann", &asked, &credential),
        answer(&house, "ann", &asked, &credential)
    );
    let good = [one.status, other.status].into_iter().filter(|status| *status == 200).count();
    assert_eq!(good, 1);
}

#[tokio::test]
async fn whoever_may_not_sign_in_may_not_with_a_passkey() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    let asked = ask(&house, "ann").await;
    house.call("AdminDisableUser", named.clone()).await.ok();
    let credential = authenticator.answer(&options(&asked));
    expect!["400 NotAuthorizedException: User is disabled."]
        .assert_eq(&answer(&house, "ann", &asked, &credential).await.line());
    house.call("AdminEnableUser", named.clone()).await.ok();
    SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());
    house.call("AdminResetUserPassword", named.clone()).await.ok();
    expect!["400 PasswordResetRequiredException: Password reset required for the user"]
        .assert_eq(&sign_in(&house, "ann", &mut authenticator).await.line());
    // A passkey goes with its user, and with its id.
    house.call("AdminDeleteUser", named).await.ok();
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let listed = tokens.call(&house, "ListWebAuthnCredentials", json!({})).await.ok();
    assert_eq!(listed, json!({ "Credentials": [] }));
    register(&house, &tokens, &mut authenticator).await;
}

#[tokio::test]
async fn a_passkey_is_one_factor_unless_the_pool_counts_it_as_two() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    let on = json!({ "UserPoolId": house.pool, "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    house.call("SetUserPoolMfaConfig", on).await.ok();
    let tokens = ann.tokens().await;
    let too_early = json!({ "WebAuthnMfaSettings": { "Enabled": true } });
    expect!["400 InvalidParameterException: Passkeys do not count as MFA in this user pool."]
        .assert_eq(&tokens.call(&house, "SetUserMFAPreference", too_early.clone()).await.line());
    let twice = json!({ "RelyingPartyId": "example.com",
        "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" });
    configure(&house, twice.clone()).await.ok();
    expect!["400 InvalidParameterException: Another MFA method must be enabled before passkeys count as MFA."]
        .assert_eq(&tokens.call(&house, "SetUserMFAPreference", too_early.clone()).await.line());
    configure(&house, json!({ "RelyingPartyId": "example.com" })).await.ok();

    ann.enrol().await;
    let begun = begin(&house, "ann", Some("WEB_AUTHN")).await.ok();
    assert_eq!(begun["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    // A passkey is asked to look who it is, and is both.
    configure(&house, twice).await.ok();
    let asked = ask(&house, "ann").await;
    assert_eq!(options(&asked)["userVerification"], "required");
    SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());
    authenticator.verifies = false;
    assert_eq!(sign_in(&house, "ann", &mut authenticator).await.line(), WRONG);
    authenticator.verifies = true;
    // Unless its user wants none of it.
    let off = json!({ "WebAuthnMfaSettings": { "Enabled": false } });
    tokens.call(&house, "SetUserMFAPreference", off).await.ok();
    let begun = begin(&house, "ann", Some("WEB_AUTHN")).await.ok();
    assert_eq!(begun["ChallengeName"], "SELECT_CHALLENGE");
    tokens.call(&house, "SetUserMFAPreference", too_early).await.ok();
    SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());
}

#[tokio::test]
async fn a_sign_in_with_a_passkey_asks_and_tells_the_functions() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let mut authenticator = Authenticator::new(PAGE);
    register(&house, &ann.tokens().await, &mut authenticator).await;
    let (before, asked) = house.listener("before", json!({}));
    let (after, told) = house.listener("after", json!({}));
    let policies = json!({ "SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } });
    let triggers = json!({ "PreAuthentication": before, "PostAuthentication": after });
    house.update_pool(json!({ "Policies": policies, "LambdaConfig": triggers })).await.ok();
    SignedIn::of(&sign_in(&house, "ann", &mut authenticator).await.ok());
    assert_eq!(asked.lock().unwrap().len(), 1);
    assert_eq!(told.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn pools_take_passkeys_as_they_can_be_used() {
    let house = House::new().await;
    let allow = |factors: Value| {
        json!({ "Policies": { "SignInPolicy": {
        "AllowedFirstAuthFactors": factors } } })
    };
    expect!["400 InvalidParameterException: WEB_AUTHN cannot be the only first factor."]
        .assert_eq(&house.update_pool(allow(json!(["WEB_AUTHN"]))).await.line());
    let both = allow(json!(["PASSWORD", "WEB_AUTHN"]));
    house.update_pool(both.clone()).await.ok();
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(
        pool["UserPool"]["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"],
        json!(["PASSWORD", "WEB_AUTHN"])
    );
    let on = |passkeys: Value| {
        json!({ "UserPoolId": house.pool, "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true }, "WebAuthnConfiguration": passkeys })
    };
    let once = json!({ "RelyingPartyId": "example.com", "FactorConfiguration": "SINGLE_FACTOR" });
    expect!["400 InvalidParameterException: WEB_AUTHN can be a first factor of a user pool that requires MFA only with FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION."]
        .assert_eq(&house.call("SetUserPoolMfaConfig", on(once)).await.line());
    let twice = json!({ "RelyingPartyId": "example.com",
        "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" });
    let told = house.call("SetUserPoolMfaConfig", on(twice.clone())).await.ok();
    assert_eq!(told["WebAuthnConfiguration"], twice);
    expect!["400 InvalidParameterException: RelyingPartyId must be a domain, in lower case and without a port."]
        .assert_eq(&configure(&house, json!({ "RelyingPartyId": "https://example.com" })).await.line());
    let lite = json!({ "UserPoolTier": "LITE", "Policies": both["Policies"] });
    expect!["400 FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Passwordless Sign-In"]
        .assert_eq(&house.update_pool(lite).await.line());
}

#[tokio::test]
async fn the_domain_of_the_pool_is_what_passkeys_are_for_if_nothing_else_is_said() {
    let house = house_without_a_domain().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let domain = json!({ "UserPoolId": house.pool, "Domain": "people" });
    house.call("CreateUserPoolDomain", domain).await.ok();
    let options = start(&house, &tokens).await;
    assert_eq!(options["rp"]["id"], "people.auth.localhost");
    let mut authenticator = Authenticator::new("http://people.auth.localhost:9229");
    register(&house, &tokens, &mut authenticator).await;
    sign_in(&house, "ann", &mut authenticator).await.ok();

    // Its own domain comes first, and what was made for the other one is not asked for.
    let custom = json!({ "UserPoolId": house.pool, "Domain": "login.example.com",
        "CustomDomainConfig": { "CertificateArn":
            "arn:aws:acm:us-east-1:000000000000:certificate/0a1b" } });
    house.call("CreateUserPoolDomain", custom).await.ok();
    assert_eq!(start(&house, &tokens).await["rp"]["id"], "login.example.com");
    let asked = begin(&house, "ann", Some("WEB_AUTHN")).await.ok();
    assert_ne!(asked["ChallengeName"], "WEB_AUTHN");
}
