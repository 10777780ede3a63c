//! Which claims and scopes come from the profile and the groups.

use crate::house::{MemoryProfiles, SUB};
use events::cognito::PreTokenGeneration;
use functions::{Call, Failure, Function};
use kit::{
    BadSetting, Environment,
    token_customizer::{Settings, TokenCustomizer},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

fn environment() -> Environment {
    let claims = json!({
        "id": {"first_name": "firstName", "last_name": "lastName"},
        "access": {"interesting_value": "interestingValue", "lang": "profileData.lang"},
    });
    let scopes = json!({"readers": ["users/read"], "admins": ["users/write", "users/read"]});
    [
        ("CLAIM_MAP".to_owned(), claims.to_string()),
        ("GROUP_SCOPES".to_owned(), scopes.to_string()),
        ("PROFILE_TABLE".to_owned(), "profiles".to_owned()),
    ]
    .into()
}

fn profile() -> Value {
    json!({
        "firstName": "Ann",
        "lastName": "Archer",
        "interestingValue": {"level": 7, "tags": ["a", true, null]},
        "profileData": {"lang": "en"},
        "more": "untouched",
    })
}

fn event(version: &str, source: &str, groups: &Value) -> PreTokenGeneration {
    let response = match version {
        "1" => json!({"claimsOverrideDetails": null}),
        _ => json!({"claimsAndScopeOverrideDetails": null}),
    };
    serde_json::from_value(json!({
        "version": version,
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab1Cd2Ef3",
        "userName": SUB,
        "callerContext": {"awsSdkVersion": "x", "clientId": "web"},
        "request": {
            "userAttributes": {"sub": SUB, "email": "ann@example.com"},
            "groupConfiguration": {"groupsToOverride": groups},
            "scopes": ["aws.cognito.signin.user.admin"],
        },
        "response": response,
    }))
    .unwrap()
}

async fn customize(
    environment: &Environment,
    profiles: &Arc<MemoryProfiles>,
    event: PreTokenGeneration,
) -> Value {
    let customizer = TokenCustomizer::from_environment(environment, profiles.clone()).unwrap();
    let before = serde_json::to_value(&event).unwrap();
    let mut after = serde_json::to_value(customizer.customize(event).await.unwrap()).unwrap();
    let response = after["response"].take();
    after["response"] = before["response"].clone();
    assert_eq!(after, before, "everything but the response comes back as it was");
    response
}

const SOURCE: &str = "TokenGeneration_Authentication";

#[tokio::test]
async fn both_tokens_get_their_claims_and_the_scopes_of_the_groups() {
    for version in ["2", "3"] {
        let profiles = MemoryProfiles::with(profile());
        let groups = json!(["admins", "readers", "strangers"]);
        let response = customize(&environment(), &profiles, event(version, SOURCE, &groups)).await;
        assert_eq!(
            response,
            json!({"claimsAndScopeOverrideDetails": {
                "idTokenGeneration": {
                    "claimsToAddOrOverride": {"first_name": "Ann", "last_name": "Archer"},
                },
                "accessTokenGeneration": {
                    "claimsToAddOrOverride": {
                        "interesting_value": {"level": 7, "tags": ["a", true, null]},
                        "lang": "en",
                    },
                    "scopesToAdd": ["users/read", "users/write"],
                },
            }})
        );
        assert_eq!(profiles.finds.load(Ordering::SeqCst), 1, "one look for both tokens");
    }
}

#[tokio::test]
async fn a_user_without_a_profile_gets_the_scopes_and_no_claims() {
    let profiles = Arc::new(MemoryProfiles::default());
    let event = event("2", SOURCE, &json!(["readers"]));
    assert_eq!(
        customize(&environment(), &profiles, event).await,
        json!({"claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {},
            "accessTokenGeneration": {"scopesToAdd": ["users/read"]},
        }})
    );
}

#[tokio::test]
async fn a_missing_or_null_field_leaves_out_its_claim_only() {
    let profiles = MemoryProfiles::with(json!({
        "firstName": null,
        "lastName": "Archer",
        "interestingValue": false,
        "profileData": "no object",
    }));
    let response = customize(&environment(), &profiles, event("2", SOURCE, &json!(null))).await;
    assert_eq!(
        response,
        json!({"claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {"claimsToAddOrOverride": {"last_name": "Archer"}},
            "accessTokenGeneration": {"claimsToAddOrOverride": {"interesting_value": false}},
        }})
    );
}

#[tokio::test]
async fn version_1_gets_texts_and_no_scopes() {
    let profiles = MemoryProfiles::with(json!({
        "firstName": 7, "lastName": true, "interestingValue": "not for this token",
    }));
    let response =
        customize(&environment(), &profiles, event("1", SOURCE, &json!(["admins"]))).await;
    assert_eq!(
        response,
        json!({"claimsOverrideDetails": {
            "claimsToAddOrOverride": {"first_name": "7", "last_name": "true"},
        }})
    );
    let profiles = MemoryProfiles::with(json!({"firstName": {"a": 1}, "lastName": ["b"]}));
    let response = customize(&environment(), &profiles, event("1", SOURCE, &json!([]))).await;
    assert_eq!(response, json!({"claimsOverrideDetails": {}}));
}

#[tokio::test]
async fn a_machines_token_is_left_as_it_is() {
    let profiles = MemoryProfiles::with(profile());
    let event: PreTokenGeneration = serde_json::from_value(json!({
        "version": "3",
        "triggerSource": "TokenGeneration_ClientCredentials",
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab1Cd2Ef3",
        "userName": "ClientCredentials",
        "callerContext": {"awsSdkVersion": "x", "clientId": "m2m"},
        "request": {"userAttributes": {}, "groupConfiguration": null},
        "response": {"claimsAndScopeOverrideDetails": null},
    }))
    .unwrap();
    let response = customize(&environment(), &profiles, event).await;
    assert_eq!(response, json!({"claimsAndScopeOverrideDetails": null}));
    assert_eq!(profiles.finds.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn without_a_claim_map_nobody_is_asked_for_profiles() {
    let profiles = Arc::new(MemoryProfiles::default());
    profiles.is_away.store(true, Ordering::SeqCst);
    let mut environment = environment();
    environment.insert("CLAIM_MAP".to_owned(), " ".to_owned());
    let response =
        customize(&environment, &profiles, event("2", SOURCE, &json!(["readers"]))).await;
    let access = &response["claimsAndScopeOverrideDetails"]["accessTokenGeneration"];
    assert_eq!(access, &json!({"scopesToAdd": ["users/read"]}));
}

#[tokio::test]
async fn profiles_that_cannot_be_read_fail_the_sign_in() {
    let profiles = MemoryProfiles::with(profile());
    profiles.is_away.store(true, Ordering::SeqCst);
    let function = TokenCustomizer::from_environment(&environment(), profiles).unwrap();
    let event = event("2", SOURCE, &json!(["admins"]));
    let answer = function
        .into_function()
        .invoke(Call {
            request_id: "id".to_owned(),
            payload: serde_json::to_vec(&event).unwrap().into(),
            timeout: Duration::from_secs(3),
        })
        .await;
    let Err(Failure::Thrown { error_type, message }) = answer else { panic!("{answer:?}") };
    assert_eq!(
        (error_type.as_str(), message.as_str()),
        ("Unavailable", "the profiles cannot be reached")
    );
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let problem = |variable: &str, value: &str| -> BadSetting {
        Settings::parse(&[(variable.to_owned(), value.to_owned())].into()).unwrap_err()
    };
    for claim in ["sub", "iss", "scope", "cognito:groups", "dev:x", "token_use", ""] {
        let map = json!({"access": {claim: "field"}}).to_string();
        assert_eq!(problem("CLAIM_MAP", &map).variable, "CLAIM_MAP");
    }
    for field in ["", ".", "a.", ".b", "a..b"] {
        let map = json!({"id": {"claim": field}}).to_string();
        assert_eq!(problem("CLAIM_MAP", &map).variable, "CLAIM_MAP");
    }
    for map in ["{", "[]", "{\"acess\": {}}", "{\"id\": {\"a\": 1}}"] {
        assert_eq!(problem("CLAIM_MAP", map).variable, "CLAIM_MAP");
    }
    assert_eq!(
        problem("GROUP_SCOPES", r#"{"readers": ["users read"]}"#).to_string(),
        "the environment variable GROUP_SCOPES names \"users read\", which is no scope"
    );
    assert_eq!(problem("GROUP_SCOPES", r#"{"a b": []}"#).variable, "GROUP_SCOPES");
    assert_eq!(Settings::parse(&Environment::new()).unwrap(), Settings::default());
}
