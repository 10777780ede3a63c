//! Generated shapes: what they print, read and write.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::{Modelled, Timestamp, cognito_identity, cognito_idp::*, constraints::check};

#[test]
fn both_models_are_there_in_full() {
    assert_eq!(API.operations.len(), 141);
    assert_eq!(cognito_identity::API.operations.len(), 23);
    assert!(API.operations.is_sorted() && cognito_identity::API.operations.is_sorted());
    assert_eq!(cognito_identity::API.violation, "ValidationException");
}

#[test]
fn the_model_says_who_signs_and_who_answers() {
    assert!(SignUp::UNSIGNED && GetUser::UNSIGNED && !AdminGetUser::UNSIGNED);
    assert!(AdminDisableUser::HAS_OUTPUT && !AdminDeleteUser::HAS_OUTPUT);
    assert!(RevokeToken::ERRORS.contains(&"UnauthorizedException"));
    assert!(!RevokeToken::ERRORS.contains(&"NotAuthorizedException"));
}

#[test]
fn sensitive_members_are_not_printed() {
    let sign_up: SignUpRequest = serde_json::from_value(json!({
        "ClientId": "theclientid",
        "Username": "ann",
        "Password": "Correct-Horse7!",
        "SecretHash": "c2VjcmV0",
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }],
        "ClientMetadata": { "shown": "yes" },
    }))
    .unwrap();
    let printed = format!("{sign_up:?}");
    for secret in ["theclientid", "ann", "Correct", "c2Vj"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
    for shown in ["password: Some(…)", "validation_data: None", "email", "\"shown\": \"yes\""] {
        assert!(printed.contains(shown), "{shown}: {printed}");
    }

    let initiate: InitiateAuthRequest = serde_json::from_value(json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": "Correct-Horse7!" },
        "ClientId": "theclientid",
    }))
    .unwrap();
    let printed = format!("{initiate:?}");
    assert!(printed.contains("auth_parameters: Some(…)") && printed.contains("UserPasswordAuth"));
    assert!(!printed.contains("Correct"), "{printed}");

    // Not sensitive in the model, and a secret all the same.
    let provider = IdentityProviderType {
        provider_details: Some([("client_secret".into(), "hush".into())].into()),
        ..Default::default()
    };
    assert!(!format!("{provider:?}").contains("hush"));
}

#[test]
fn what_is_written_is_read_again() {
    let user = UserType {
        username: Some(names::Username::parse("ann").unwrap()),
        attributes: Some(vec![AttributeType {
            name: "email".to_owned(),
            value: Some("ann@example.com".to_owned()),
        }]),
        user_create_date: Some(Timestamp("2026-11-21T08:00:00.25Z".parse().unwrap())),
        enabled: Some(true),
        user_status: Some(UserStatusType::ForceChangePassword),
        ..Default::default()
    };
    let written = serde_json::to_value(&user).unwrap();
    assert_eq!(
        written,
        json!({
            "Username": "ann",
            "Attributes": [{ "Name": "email", "Value": "ann@example.com" }],
            "UserCreateDate": 1_795_248_000.25,
            "Enabled": true,
            "UserStatus": "FORCE_CHANGE_PASSWORD",
        })
    );
    assert_eq!(serde_json::from_value::<UserType>(written).unwrap(), user);
}

#[test]
fn nulls_and_unknown_members_are_as_good_as_absent() {
    let input: ListUsersRequest = serde_json::from_value(json!({
        "UserPoolId": "eu-west-1_Ab1Cd2Ef3", "Limit": null, "Filter": null, "New": { "x": 1 },
    }))
    .unwrap();
    assert_eq!((input.limit, input.filter), (None, None));
}

/// Feeds an input with one member of every kind of character to an operation: what the constraints
/// let through, the newtypes must read.
fn fits<O: Modelled>(template: &Value, member: &str, length: usize) -> Vec<char>
where
    O::Input: DeserializeOwned,
{
    let mut misfits = Vec::new();
    let interesting = ('\0'..='\u{3100}').chain('\u{fe00}'..='\u{ffff}').chain(['😀', '\u{e0001}']);
    for letter in interesting {
        let mut input = template.clone();
        input[member] = letter.to_string().repeat(length).into();
        let passes = check(O::INPUT, &input).is_ok();
        if passes && serde_json::from_value::<O::Input>(input).is_err() {
            misfits.push(letter);
        }
    }
    misfits
}

#[test]
fn newtypes_read_whatever_the_constraints_let_through() {
    let confirm = json!({ "ClientId": "abc", "Username": "ann", "ConfirmationCode": "123456" });
    for (member, length) in [
        ("ClientId", 1),
        ("ClientId", 128),
        ("Username", 128),
        ("SecretHash", 128),
        ("Session", 20),
    ] {
        assert_eq!(fits::<ConfirmSignUp>(&confirm, member, length), [], "{member}");
    }
    let group = json!({ "UserPoolId": "eu-west-1_Ab1Cd2Ef3", "GroupName": "readers" });
    assert_eq!(fits::<GetGroup>(&group, "GroupName", 128), []);
    let server = json!({ "UserPoolId": "eu-west-1_Ab1Cd2Ef3", "Identifier": "users" });
    assert_eq!(fits::<DescribeResourceServer>(&server, "Identifier", 256), []);
    assert_eq!(fits::<GetUser>(&json!({}), "AccessToken", 1), []);
    for id in ["a_b", "eu-west-1_Ab1Cd2Ef3", "_a_b", "-_0", "a__b", "a_"] {
        let input = json!({ "UserPoolId": id });
        let passes = check(DescribeUserPool::INPUT, &input).is_ok();
        let reads = serde_json::from_value::<DescribeUserPoolRequest>(input).is_ok();
        assert_eq!(passes, reads, "{id}");
    }

    // Java's `\S` is everything but ASCII white space; `names` refuses Unicode's as well. The door
    // answers these with an InvalidParameterException of its own.
    let spaces: Vec<char> =
        ('\u{80}'..='\u{3100}').filter(|letter| letter.is_whitespace()).collect();
    let password = json!({ "ClientId": "abc", "Username": "ann", "Password": "x" });
    let password = fits::<SignUp>(&password, "Password", 1);
    let code = fits::<ConfirmSignUp>(&confirm, "ConfirmationCode", 1);
    assert!(password.iter().chain(&code).all(|letter| spaces.contains(letter)));
}
