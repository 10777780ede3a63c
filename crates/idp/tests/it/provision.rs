//! Stacks, made and made again.

use crate::*;
use idp::provision::{self, from_template};
use names::{ClientId, ClientSecret, UserPoolId};

fn object(value: Value) -> serde_json::Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

fn id() -> UserPoolId {
    "eu-west-1_Stack1234".parse().unwrap()
}

async fn stack(house: &House, pool: Value, client: Value) -> Result<(), String> {
    let told = |wrong: from_template::Unprovisioned| wrong.to_string();
    from_template::user_pool(&house.idp, id(), "people", object(pool)).await.map_err(told)?;
    let in_pool = |mut properties: Value| {
        properties["UserPoolId"] = json!(id());
        object(properties)
    };
    let server = json!({ "Identifier": "users", "Name": "users",
        "Scopes": [{ "ScopeName": "read", "ScopeDescription": "may read" }] });
    from_template::resource_server(&house.idp, in_pool(server)).await.map_err(told)?;
    let secret = ClientSecret::parse("abcdefghijklmnopqrstuvwxyz").unwrap();
    let client_id = ClientId::parse("stackclient").unwrap();
    from_template::client(&house.idp, client_id, secret, "web", in_pool(client))
        .await
        .map_err(told)?;
    from_template::group(&house.idp, "readers", in_pool(json!({ "Precedence": 2 })))
        .await
        .map_err(told)?;
    let user = json!({ "Username": "ann@example.com", "MessageAction": "SUPPRESS" });
    from_template::user(&house.idp, "ann", in_pool(user)).await.map_err(told)?;
    let membership = json!({ "Username": "ann@example.com", "GroupName": "readers" });
    from_template::membership(&house.idp, in_pool(membership)).await.map_err(told)
}

fn pool() -> Value {
    json!({ "UserPoolName": "shop-people", "UsernameAttributes": ["email"],
        "UserPoolTags": { "team": "identity" }, "UsernameConfiguration": { "CaseSensitive": false } })
}

fn client() -> Value {
    json!({ "ClientName": "web", "GenerateSecret": true, "AllowedOAuthScopes": ["users/read"] })
}

async fn described(house: &House) -> (Value, Value) {
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": id() })).await.ok();
    let client = json!({ "UserPoolId": id(), "ClientId": "stackclient" });
    let client = house.call("DescribeUserPoolClient", client).await.ok();
    (pool["UserPool"].clone(), client["UserPoolClient"].clone())
}

#[tokio::test]
async fn the_same_stack_again_changes_nothing() {
    let house = House::empty();
    stack(&house, pool(), client()).await.unwrap();
    let first = described(&house).await;
    assert_eq!(first.0["Name"], "shop-people");
    assert_eq!(first.0["UserPoolTags"], json!({ "team": "identity" }));
    assert_eq!(first.1["ClientSecret"], "abcdefghijklmnopqrstuvwxyz");
    house.advance(SignedDuration::from_hours(1));
    stack(&house, pool(), client()).await.unwrap();
    assert_eq!(described(&house).await, first, "not even the date of the last change");
    let members = json!({ "UserPoolId": id(), "GroupName": "readers" });
    let members = house.call("ListUsersInGroup", members).await.ok();
    assert_eq!(members["Users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_stack_brings_what_is_there_to_it() {
    let house = House::empty();
    stack(&house, pool(), client()).await.unwrap();
    let mut changed = pool();
    changed["Schema"] = json!([{ "Name": "tenant", "AttributeDataType": "String" }]);
    changed["AutoVerifiedAttributes"] = json!(["email"]);
    let mut web = client();
    web["AuthSessionValidity"] = json!(5);
    stack(&house, changed, web).await.unwrap();
    let (pool, client) = described(&house).await;
    assert_eq!(pool["AutoVerifiedAttributes"], json!(["email"]));
    let attributes = pool["SchemaAttributes"].as_array().unwrap();
    assert!(attributes.iter().any(|it| it["Name"] == "custom:tenant"));
    assert_eq!(client["AuthSessionValidity"], 5);
    assert_eq!(client["ClientSecret"], "abcdefghijklmnopqrstuvwxyz");
}

#[tokio::test]
async fn what_is_decided_for_ever_stays_decided() {
    let house = House::empty();
    let mut first = pool();
    first["Schema"] = json!([{ "Name": "tenant", "AttributeDataType": "String" }]);
    stack(&house, first.clone(), client()).await.unwrap();
    let refused = async |pool: Value, client: Value| stack(&house, pool, client).await.unwrap_err();
    let mut usernames = first.clone();
    usernames["UsernameAttributes"] = json!(["phone_number"]);
    expect!["UsernameAttributes cannot be changed after the pool was made. Make another pool, or take the change back."]
        .assert_eq(&refused(usernames, client()).await);
    let mut case = first.clone();
    case["UsernameConfiguration"] = json!({ "CaseSensitive": true });
    expect!["UsernameConfiguration cannot be changed after the pool was made. Make another pool, or take the change back."]
        .assert_eq(&refused(case, client()).await);
    expect!["The attribute custom:tenant of the Schema cannot be changed after the pool was made. Make another pool, or take the change back."]
        .assert_eq(&refused(pool(), client()).await);
    let mut public = client();
    public["GenerateSecret"] = json!(false);
    expect!["GenerateSecret cannot be changed after the client was made. Make another client, or take the change back."]
        .assert_eq(&refused(first, public).await);
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_property() {
    let house = House::empty();
    let mut bad = pool();
    bad["Policies"] = json!({ "PasswordPolicy": { "MinimumLength": 3 } });
    expect!["Policies.PasswordPolicy.MinimumLength: 1 validation error detected: Value '3' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6"]
        .assert_eq(&stack(&house, bad, client()).await.unwrap_err());
    let mut mfa = pool();
    mfa["MfaConfiguration"] = json!("ON");
    expect![
        "SMS configuration and Auto verification for phone_number are required when MFA is required"
    ]
    .assert_eq(&stack(&house, mfa.clone(), client()).await.unwrap_err());
    mfa["EnabledMfas"] = json!(["SMS_MFA"]);
    expect!["EnabledMfas: SMS_MFA needs an SmsConfiguration."]
        .assert_eq(&stack(&house, mfa.clone(), client()).await.unwrap_err());
    mfa["EnabledMfas"] = json!(["FACE"]);
    expect!["EnabledMfas: A factor is SMS_MFA, SOFTWARE_TOKEN_MFA or EMAIL_OTP."]
        .assert_eq(&stack(&house, mfa, client()).await.unwrap_err());
}

#[tokio::test]
async fn a_template_says_which_second_factors_there_are() {
    let house = House::empty();
    let mut mfa = pool();
    mfa["MfaConfiguration"] = json!("ON");
    mfa["EnabledMfas"] = json!(["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]);
    mfa["EmailAuthenticationSubject"] = json!("Code");
    mfa["EmailAuthenticationMessage"] = json!("It is {####}");
    stack(&house, mfa.clone(), client()).await.unwrap();
    let config = json!({ "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": { "Subject": "Code", "Message": "It is {####}" } });
    let told = house.call("GetUserPoolMfaConfig", json!({ "UserPoolId": id() })).await.ok();
    assert_eq!(told, config);
    mfa["EnabledMfas"] = json!(["SOFTWARE_TOKEN_MFA"]);
    stack(&house, mfa, client()).await.unwrap();
    let told = house.call("GetUserPoolMfaConfig", json!({ "UserPoolId": id() })).await.ok();
    assert_eq!(told["EmailMfaConfiguration"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_at_once_make_one_stack() {
    let house = House::empty();
    let servers: Vec<_> = (0..8)
        .map(|_| {
            let house = house.clone();
            tokio::spawn(async move { stack(&house, pool(), client()).await })
        })
        .collect();
    for server in servers {
        server.await.unwrap().unwrap();
    }
    let users = house.call("ListUsers", json!({ "UserPoolId": id() })).await.ok();
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
    let pools = house.call("ListUserPools", json!({ "MaxResults": 10 })).await.ok();
    assert_eq!(pools["UserPools"].as_array().unwrap().len(), 1);
    provision::membership(
        &house.idp,
        serde_json::from_value(json!({ "UserPoolId": id(),
        "Username": "ann@example.com", "GroupName": "readers" }))
        .unwrap(),
    )
    .await
    .ok()
    .unwrap();
}

#[tokio::test]
async fn a_template_says_how_passkeys_are_taken() {
    let house = House::empty();
    let with = |more: Value| {
        let mut pool = json!({ "Policies": { "SignInPolicy": {
            "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } } });
        pool.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object(pool)
    };
    let said = with(json!({ "WebAuthnRelyingPartyID": "example.com",
        "WebAuthnUserVerification": "required", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
        "MfaConfiguration": "ON",
        "WebAuthnFactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" }));
    let made = from_template::user_pool(&house.idp, id(), "people", said).await.unwrap();
    let passkeys = made.settings.mfa.passkeys.clone();
    assert_eq!(passkeys.relying_party.as_ref().unwrap().as_str(), "example.com");
    assert!(passkeys.needs_verification());
    // What is not said of them stays.
    let unsaid = with(json!({ "EnabledMfas": ["SOFTWARE_TOKEN_MFA"] }));
    let made = from_template::user_pool(&house.idp, id(), "people", unsaid).await.unwrap();
    assert_eq!(made.settings.mfa.passkeys, passkeys);
    for wrong in [
        json!({ "WebAuthnUserVerification": "perhaps" }),
        json!({ "WebAuthnRelyingPartyID": "https://example.com" }),
        json!({ "WebAuthnRelyingPartyID": 7 }),
    ] {
        let wrong = with(wrong);
        assert!(from_template::user_pool(&house.idp, id(), "people", wrong).await.is_err());
    }
}

#[tokio::test]
async fn a_pool_that_is_made_again_begins_empty_and_stays_whole() {
    let house = House::empty();
    stack(&house, pool(), client()).await.unwrap();
    house.call("DeleteUserPool", json!({ "UserPoolId": id() })).await.ok();
    let made = from_template::user_pool(&house.idp, id(), "people", object(pool())).await;
    made.map_err(|wrong| wrong.to_string()).unwrap();
    let pool_id = json!({ "UserPoolId": id() });
    let users = house.call("ListUsers", pool_id.clone()).await.ok();
    assert_eq!(users["Users"], json!([]));
    let named = json!({ "UserPoolId": id(), "Username": "bob@example.com",
        "MessageAction": "SUPPRESS" });
    house.call("AdminCreateUser", named).await.ok();
    // The removal of the pool before is no danger to this one.
    imports::work(&house).await;
    let users = house.call("ListUsers", pool_id).await.ok();
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn how_risks_are_answered_is_attached_once() {
    let house = House::empty();
    let watched = json!({ "UserPoolTier": "PLUS",
        "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } });
    from_template::user_pool(&house.idp, id(), "people", object(watched)).await.unwrap();
    let attachment = |action: &str| {
        object(json!({ "UserPoolId": id(), "ClientId": "ALL",
            "CompromisedCredentialsRiskConfiguration": { "Actions": { "EventAction": action } },
            "RiskExceptionConfiguration": { "BlockedIPRangeList": ["192.0.2.0/24"] } }))
    };
    let attach = async |action| {
        from_template::risk_configuration(&house.idp, attachment(action))
            .await
            .map_err(|wrong| wrong.to_string())
    };
    let described = async || {
        let asked = json!({ "UserPoolId": id() });
        house.call("DescribeRiskConfiguration", asked).await.ok()["RiskConfiguration"].clone()
    };
    attach("BLOCK").await.unwrap();
    let first = described().await;
    let action = &first["CompromisedCredentialsRiskConfiguration"]["Actions"]["EventAction"];
    assert_eq!(action, "BLOCK");
    house.advance(SignedDuration::from_secs(60));
    attach("BLOCK").await.unwrap();
    assert_eq!(described().await, first, "the same again changes nothing");
    attach("NO_ACTION").await.unwrap();
    assert_ne!(described().await, first);
    assert!(attach("PERHAPS").await.unwrap_err().contains("Actions.EventAction"));
}
