//! Trigger events in the documented shape are read, and written again without a change.

use events::cognito::{
    CallerContext, CreateAuthChallenge, CustomMessage, CustomSender, DefineAuthChallenge,
    InboundFederation, PostAuthentication, PostConfirmation, PreAuthentication, PreSignUp,
    PreTokenGeneration, PreTokenGenerationV1Response, PreTokenGenerationV2,
    PreTokenGenerationV2Response, TriggerEvent, TriggerSource, UserMigration,
    UserMigrationResponse, VerifyAuthChallenge, VerifyAuthChallengeResponse, answer,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;

/// Stands wherever something must not be printed.
const SECRET: &str = "hunter2";

fn event(version: &str, source: &str, request: Value, response: Value) -> Value {
    json!({
        "version": version,
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab1Cd2Ef3",
        "userName": "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa",
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": "57cbishk4j24pabc1234567890",
        },
        "request": request,
        "response": response,
    })
}

/// Reads the event, writes the same, and prints nothing of what is in it.
#[track_caller]
fn round_trip<Event: Serialize + DeserializeOwned + Debug>(event: Value) {
    let read: Event = serde_json::from_value(event.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), event);
    let printed = format!("{read:?}");
    assert!(!printed.contains(SECRET) && !printed.contains("c6a1f1b2"), "{printed}");
    assert!(printed.contains(event["triggerSource"].as_str().unwrap()), "{printed}");

    // What a later version of the service may add does no harm, and neither does a missing user name.
    let mut more = event;
    more["request"]["somethingNew"] = json!({"a": [1]});
    more["somethingNew"] = json!(null);
    more.as_object_mut().unwrap().remove("userName");
    serde_json::from_value::<Event>(more).unwrap();
}

fn attributes() -> Value {
    json!({
        "sub": "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa",
        "cognito:user_status": "CONFIRMED",
        "email_verified": "true",
        "email": "hunter2@example.com",
        "custom:tenant": "hunter2",
    })
}

fn metadata() -> Value {
    json!({ "campaign": "hunter2" })
}

#[test]
fn pre_sign_up_for_every_source() {
    let response =
        json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false});
    for source in ["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"] {
        let request = json!({
            "userAttributes": {"email": "hunter2@example.com"},
            "validationData": null,
        });
        round_trip::<PreSignUp>(event("1", source, request, response.clone()));
        let request = json!({
            "userAttributes": {},
            "validationData": {"captcha": "hunter2"},
            "clientMetadata": metadata(),
        });
        round_trip::<PreSignUp>(event("1", source, request, response.clone()));
    }
}

#[test]
fn post_confirmation_for_every_source() {
    for source in ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"] {
        let request = json!({"userAttributes": attributes(), "clientMetadata": metadata()});
        round_trip::<PostConfirmation>(event("1", source, request, json!({})));
    }
}

#[test]
fn pre_and_post_authentication() {
    let source = "PreAuthentication_Authentication";
    let request = json!({"userAttributes": attributes(), "validationData": metadata()});
    round_trip::<PreAuthentication>(event("1", source, request, json!({})));
    let request = json!({"userAttributes": {}, "validationData": null, "userNotFound": true});
    round_trip::<PreAuthentication>(event("1", source, request, json!({})));

    let source = "PostAuthentication_Authentication";
    let request = json!({"userAttributes": attributes(), "newDeviceUsed": true});
    round_trip::<PostAuthentication>(event("1", source, request, json!({})));
}

#[test]
fn the_three_custom_challenge_triggers() {
    let session = json!([
        {"challengeName": "SRP_A", "challengeResult": true, "challengeMetadata": null},
        {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": false, "challengeMetadata": "hunter2"},
    ]);
    round_trip::<DefineAuthChallenge>(event(
        "1",
        "DefineAuthChallenge_Authentication",
        json!({"userAttributes": attributes(), "session": session, "userNotFound": false}),
        json!({"challengeName": null, "issueTokens": null, "failAuthentication": null}),
    ));
    round_trip::<CreateAuthChallenge>(event(
        "1",
        "CreateAuthChallenge_Authentication",
        json!({
            "userAttributes": attributes(),
            "challengeName": "CUSTOM_CHALLENGE",
            "session": session,
            "clientMetadata": metadata(),
        }),
        json!({
            "publicChallengeParameters": {"question": "hunter2"},
            "privateChallengeParameters": {"answer": "hunter2"},
            "challengeMetadata": "hunter2",
        }),
    ));
    round_trip::<VerifyAuthChallenge>(event(
        "1",
        "VerifyAuthChallengeResponse_Authentication",
        json!({
            "userAttributes": attributes(),
            "privateChallengeParameters": {"answer": "hunter2"},
            "challengeAnswer": "hunter2",
        }),
        json!({"answerCorrect": null}),
    ));
}

#[test]
fn user_migration_for_every_source() {
    let nothing = json!({
        "userAttributes": null, "finalUserStatus": null, "messageAction": null,
        "desiredDeliveryMediums": null, "forceAliasCreation": null, "enableSMSMFA": null,
    });
    let request = json!({"password": SECRET, "validationData": null, "clientMetadata": metadata()});
    round_trip::<UserMigration>(event("1", "UserMigration_Authentication", request, nothing));

    let answered = json!({
        "userAttributes": {"email": "hunter2@example.com"}, "finalUserStatus": "RESET_REQUIRED",
        "messageAction": "SUPPRESS", "desiredDeliveryMediums": ["SMS", "EMAIL"],
        "forceAliasCreation": false, "enableSMSMFA": true,
    });
    let request = json!({"validationData": null, "clientMetadata": null});
    round_trip::<UserMigration>(event("1", "UserMigration_ForgotPassword", request, answered));
}

#[test]
fn custom_message_and_the_senders_for_every_source() {
    for source in TriggerSource::ALL {
        let request = json!({
            "userAttributes": attributes(),
            "codeParameter": "{####}",
            "linkParameter": "{##Click Here##}",
            "usernameParameter": null,
            "clientMetadata": metadata(),
        });
        let response = json!({"smsMessage": null, "emailMessage": null, "emailSubject": null});
        let sender =
            |kind: &str| json!({"type": kind, "code": "hunter2", "userAttributes": attributes()});
        match source.as_str().split_once('_').unwrap().0 {
            "CustomMessage" => {
                round_trip::<CustomMessage>(event("1", source.as_str(), request, response));
            }
            "CustomEmailSender" => round_trip::<CustomSender>(event(
                "1",
                source.as_str(),
                sender("customEmailSenderRequestV1"),
                json!({}),
            )),
            "CustomSMSSender" => round_trip::<CustomSender>(event(
                "1",
                source.as_str(),
                sender("customSMSSenderRequestV1"),
                json!({}),
            )),
            _ => {}
        }
    }
}

#[test]
fn inbound_federation_of_both_kinds() {
    let source = "InboundFederation_ExternalProvider";
    round_trip::<InboundFederation>(event(
        "1",
        source,
        json!({
            "providerName": "Google",
            "providerType": "Google",
            "attributes": {
                "tokenResponse": {"access_token": "hunter2", "expires_in": 3600},
                "idToken": {"sub": "hunter2", "email_verified": true},
                "userInfo": {"groups": ["hunter2"]},
            },
        }),
        json!({"userAttributesToMap": {"email": "hunter2", "email_verified": true}}),
    ));
    round_trip::<InboundFederation>(event(
        "1",
        source,
        json!({
            "providerName": "Corp",
            "providerType": "SAML",
            "attributes": {"samlResponse": {"email": "hunter2"}},
        }),
        json!({"userAttributesToMap": null}),
    ));
}

fn groups() -> Value {
    json!({
        "groupsToOverride": ["hunter2"],
        "iamRolesToOverride": ["arn:aws:iam::000000000000:role/hunter2"],
        "preferredRole": null,
    })
}

#[test]
fn pre_token_generation_version_1() {
    let request = json!({"userAttributes": attributes(), "groupConfiguration": groups()});
    for (source, response) in [
        ("TokenGeneration_Authentication", json!({"claimsOverrideDetails": null})),
        (
            "TokenGeneration_RefreshTokens",
            json!({"claimsOverrideDetails": {
                "claimsToAddOrOverride": {"pet": "hunter2", "family_name": null},
                "claimsToSuppress": ["email"],
                "groupOverrideDetails": {
                    "groupsToOverride": [],
                    "preferredRole": "arn:aws:iam::000000000000:role/hunter2",
                },
            }}),
        ),
    ] {
        let event = event("1", source, request.clone(), response);
        round_trip_any_version(event.clone());
        let read = serde_json::from_value::<PreTokenGeneration>(event).unwrap();
        assert!(matches!(read, PreTokenGeneration::V1(_)));
    }
}

#[test]
fn pre_token_generation_versions_2_and_3() {
    let request = json!({
        "userAttributes": attributes(),
        "groupConfiguration": groups(),
        "scopes": ["aws.cognito.signin.user.admin"],
        "clientMetadata": metadata(),
    });
    let response = json!({"claimsAndScopeOverrideDetails": {
        "idTokenGeneration": {
            "claimsToAddOrOverride": {
                "text": "hunter2", "number": 1.5, "truth": false, "list": [1, "two", {"three": 3}],
                "object": {"a": {"b": null}}, "nothing": null,
            },
            "claimsToSuppress": ["email"],
        },
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"level": 7},
            "claimsToSuppress": ["device_key"],
            "scopesToAdd": ["users/read"],
            "scopesToSuppress": ["aws.cognito.signin.user.admin"],
        },
        "groupOverrideDetails": groups_without_role(),
    }});
    for (version, source) in [
        ("2", "TokenGeneration_HostedAuth"),
        ("2", "TokenGeneration_NewPasswordChallenge"),
        ("3", "TokenGeneration_AuthenticateDevice"),
    ] {
        let nothing = json!({"claimsAndScopeOverrideDetails": null});
        round_trip_any_version(event(version, source, request.clone(), nothing));
        round_trip_any_version(event(version, source, request.clone(), response.clone()));
    }
}

fn groups_without_role() -> Value {
    json!({"groupsToOverride": [], "iamRolesToOverride": []})
}

#[test]
fn a_machine_has_neither_attributes_nor_groups_and_may_have_no_scopes() {
    let nothing = json!({"claimsAndScopeOverrideDetails": null});
    let source = "TokenGeneration_ClientCredentials";
    let request = json!({"userAttributes": {}, "groupConfiguration": null});
    round_trip_any_version(event("3", source, request, nothing.clone()));

    let bare = event("3", source, json!({}), nothing);
    let read: PreTokenGenerationV2 = serde_json::from_value(bare).unwrap();
    assert_eq!((read.request.group_configuration, read.request.scopes), (None, None));
}

#[test]
fn a_version_nobody_knows_is_refused() {
    let nothing = json!({"claimsAndScopeOverrideDetails": null});
    let request = json!({"userAttributes": {}});
    let event = event("4", "TokenGeneration_Authentication", request, nothing);
    assert!(serde_json::from_value::<PreTokenGeneration>(event).is_err());
}

#[track_caller]
fn round_trip_any_version(event: Value) {
    round_trip::<PreTokenGeneration>(event);
}

#[test]
fn saying_nothing_about_groups_changes_nothing_and_saying_none_is_heard() {
    let groups = |details: Value| {
        let output = json!({"response": {"claimsAndScopeOverrideDetails": details}}).to_string();
        let answer: PreTokenGenerationV2Response = answer(output.as_bytes()).unwrap();
        answer.claims_and_scope_override_details.unwrap_or_default().group_override_details
    };
    assert_eq!(groups(json!(null)), None);
    assert_eq!(groups(json!({})), None);
    assert_eq!(groups(json!({"groupOverrideDetails": null})), None);

    let silent = groups(json!({"groupOverrideDetails": {"groupsToOverride": null}})).unwrap();
    assert_eq!((silent.groups_to_override, silent.preferred_role), (None, None));
    let none = groups(json!({"groupOverrideDetails": {"groupsToOverride": []}})).unwrap();
    assert_eq!((none.groups_to_override, none.iam_roles_to_override), (Some(vec![]), None));
}

#[test]
fn an_answer_that_says_nothing_writes_no_groups() {
    let silent = serde_json::to_value(PreTokenGenerationV2Response {
        claims_and_scope_override_details: Some(Default::default()),
    });
    assert_eq!(silent.unwrap(), json!({"claimsAndScopeOverrideDetails": {}}));
}

#[test]
fn an_answer_of_the_wrong_type_is_unrecognizable() {
    fn refused<Response: DeserializeOwned>(response: Value) -> bool {
        answer::<Response>(json!({ "response": response }).to_string().as_bytes()).is_err()
    }
    let v1 = |details| json!({ "claimsOverrideDetails": details });
    assert!(refused::<PreTokenGenerationV1Response>(v1(json!("text"))));
    assert!(refused::<PreTokenGenerationV1Response>(v1(json!({"claimsToSuppress": "email"}))));
    assert!(refused::<PreTokenGenerationV1Response>(v1(
        json!({"claimsToAddOrOverride": {"level": 7}})
    )));
    assert!(refused::<VerifyAuthChallengeResponse>(json!({"answerCorrect": "true"})));
    assert!(refused::<VerifyAuthChallengeResponse>(json!({"answerCorrect": 1})));
    assert!(refused::<UserMigrationResponse>(json!({"finalUserStatus": "confirmed"})));
    assert!(refused::<UserMigrationResponse>(json!({"userAttributes": {"email": 1}})));

    let silent: VerifyAuthChallengeResponse = answer(br#"{"response":{}}"#).unwrap();
    assert_eq!(silent.answer_correct, None);
}

#[test]
fn a_new_event_knows_the_region_of_its_pool_and_decides_nothing() {
    let event = TriggerEvent::<_, PreTokenGenerationV2Response>::new(
        TriggerSource::TokenGenerationAuthentication,
        "eu-west-1_Ab1Cd2Ef3",
        "ann",
        CallerContext::without_client(),
        json!({}),
    )
    .with_version("2");
    assert_eq!(
        serde_json::to_value(event).unwrap(),
        json!({
            "version": "2",
            "triggerSource": "TokenGeneration_Authentication",
            "region": "eu-west-1",
            "userPoolId": "eu-west-1_Ab1Cd2Ef3",
            "userName": "ann",
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": "CLIENT_ID_NOT_APPLICABLE",
            },
            "request": {},
            "response": {"claimsAndScopeOverrideDetails": null},
        })
    );
}
