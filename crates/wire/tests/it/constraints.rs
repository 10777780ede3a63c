//! The sentences of broken constraints.

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use wire::{Modelled, cognito_identity, cognito_idp::*, constraints::check};

fn says<O: Modelled>(input: Value, expected: Expect) {
    expected.assert_eq(&check(O::INPUT, &input).unwrap_err().to_string());
}

const POOL: &str = "eu-west-1_Ab1Cd2Ef3";

#[test]
fn a_value_that_may_be_shown_is_shown() {
    says::<DescribeUserPool>(
        json!({ "UserPoolId": "bad id" }),
        expect![
            "1 validation error detected: Value 'bad id' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+"
        ],
    );
}

#[test]
fn a_sensitive_value_is_not_shown() {
    says::<AdminGetUser>(
        json!({ "UserPoolId": POOL, "Username": "two words" }),
        expect![
            "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"
        ],
    );
    says::<AdminSetUserPassword>(
        json!({ "UserPoolId": POOL, "Username": "ann", "Password": "a b" }),
        expect![[
            r#"1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+"#
        ]],
    );
}

#[test]
fn absent_and_null_are_the_same() {
    for input in [json!({ "MaxResults": 0 }), json!({ "UserPoolId": null, "MaxResults": 0 })] {
        says::<ListUserPoolClients>(
            input,
            expect![
                "2 validation errors detected: Value null at 'userPoolId' failed to satisfy constraint: Member must not be null; Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"
            ],
        );
    }
}

#[test]
fn ranges_have_two_ends() {
    says::<ListUserPools>(
        json!({ "MaxResults": 61 }),
        expect![
            "1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60"
        ],
    );
    says::<ListUserPools>(
        json!({ "MaxResults": -1 }),
        expect![
            "1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"
        ],
    );
    assert!(check(ListUserPools::INPUT, &json!({ "MaxResults": 60 })).is_ok());
}

#[test]
fn one_member_may_break_several() {
    says::<DescribeUserPool>(
        json!({ "UserPoolId": "" }),
        expect![[
            r#"2 validation errors detected: Value '' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+; Value '' at 'userPoolId' failed to satisfy constraint: Member must have length greater than or equal to 1"#
        ]],
    );
    says::<DescribeUserPool>(
        json!({ "UserPoolId": "a b ".repeat(20) }),
        expect![[
            r#"2 validation errors detected: Value 'a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b ' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+; Value 'a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b ' at 'userPoolId' failed to satisfy constraint: Member must have length less than or equal to 55"#
        ]],
    );
}

#[test]
fn lengths_count_characters_and_not_bytes() {
    let with = |name: String| json!({ "UserPoolId": POOL, "GroupName": name });
    assert!(check(GetGroup::INPUT, &with("é".repeat(128))).is_ok());
    assert!(check(GetGroup::INPUT, &with("😀".repeat(128))).is_ok());
    says::<GetGroup>(
        with("é".repeat(129)).clone(),
        expect![
            "1 validation error detected: Value 'ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé' at 'groupName' failed to satisfy constraint: Member must have length less than or equal to 128"
        ],
    );
}

#[test]
fn an_enumeration_lists_its_values() {
    says::<CreateUserPool>(
        json!({ "PoolName": "p", "MfaConfiguration": "false" }),
        expect![
            "1 validation error detected: Value 'false' at 'mfaConfiguration' failed to satisfy constraint: Member must satisfy enum value set: [OFF, ON, OPTIONAL]"
        ],
    );
}

#[test]
fn a_list_of_texts_is_judged_as_one_value() {
    says::<CreateUserPoolClient>(
        json!({ "UserPoolId": POOL, "ClientName": "c", "AllowedOAuthFlows": ["code", "token"] }),
        expect![
            "1 validation error detected: Value '[code, token]' at 'allowedOAuthFlows' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [code, implicit, client_credentials]]"
        ],
    );
    says::<CreateUserPoolClient>(
        json!({ "UserPoolId": POOL, "ClientName": "c", "CallbackURLs": ["", "https://a b"] }),
        expect![[
            r#"1 validation error detected: Value '[, https://a b]' at 'callbackURLs' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+]"#
        ]],
    );
}

#[test]
fn a_list_of_structures_is_judged_by_element() {
    says::<SignUp>(
        json!({
            "ClientId": "abc",
            "Username": "ann",
            "Password": "x",
            "UserAttributes": [{ "Name": "email" }, { "Value": "x" }, { "Name": "", "Value": "v".repeat(2049) }],
        }),
        expect![[
            r#"4 validation errors detected: Value null at 'userAttributes.2.member.name' failed to satisfy constraint: Member must not be null; Value '' at 'userAttributes.3.member.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+; Value '' at 'userAttributes.3.member.name' failed to satisfy constraint: Member must have length greater than or equal to 1; Value at 'userAttributes.3.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048"#
        ]],
    );
}

#[test]
fn lists_have_lengths_and_no_nulls() {
    says::<AddCustomAttributes>(
        json!({ "UserPoolId": POOL, "CustomAttributes": [] }),
        expect![
            "1 validation error detected: Value at 'customAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1"
        ],
    );
    says::<AddCustomAttributes>(
        json!({ "UserPoolId": POOL, "CustomAttributes": [null] }),
        expect![
            "1 validation error detected: Value null at 'customAttributes.1.member' failed to satisfy constraint: Member must not be null"
        ],
    );
}

#[test]
fn a_map_of_texts_is_judged_as_one_value() {
    let long = "x".repeat(131_073);
    says::<InitiateAuth>(
        json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "abc", "AuthParameters": { "USERNAME": long } }),
        expect![
            "1 validation error detected: Value at 'authParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 131072, Member must have length greater than or equal to 0]"
        ],
    );
    says::<cognito_identity::SetIdentityPoolRoles>(
        json!({
            "IdentityPoolId": "us-east-1:0",
            "Roles": { "authenticated": "arn:aws:iam::1:role/r", "invalid": "arn:aws:iam::1:role/r" },
        }),
        expect![
            "1 validation error detected: Value '{authenticated=arn:aws:iam::1:role/r, invalid=arn:aws:iam::1:role/r}' at 'roles' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: (un)?authenticated]"
        ],
    );
    says::<cognito_identity::CreateIdentityPool>(
        json!({
            "IdentityPoolName": "p",
            "AllowUnauthenticatedIdentities": false,
            "SupportedLoginProviders": { "graph.facebook.com": "123 " },
        }),
        expect![[
            r#"1 validation error detected: Value '{graph.facebook.com=123 }' at 'supportedLoginProviders' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\w.;_/-]+]"#
        ]],
    );
}

#[test]
fn nested_members_have_a_path() {
    says::<CreateUserPool>(
        json!({
            "PoolName": "p",
            "Policies": { "PasswordPolicy": { "MinimumLength": 5 } },
            "LambdaConfig": { "CustomMessage": "not an arn, and long enough" },
        }),
        expect![[
            r#"2 validation errors detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6; Value 'not an arn, and long enough' at 'lambdaConfig.customMessage' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?"#
        ]],
    );
}

#[test]
fn a_wrong_type_anywhere_wins_over_constraints() {
    for (input, expected) in [
        (json!({ "MaxResults": "1" }), expect!["STRING_VALUE cannot be converted to Integer"]),
        (json!({ "MaxResults": 1.5 }), expect!["NUMBER_VALUE cannot be converted to Integer"]),
        (
            json!({ "MaxResults": 3_000_000_000_u32 }),
            expect!["NUMBER_VALUE cannot be converted to Integer"],
        ),
        (json!({ "MaxResults": false }), expect!["FALSE_VALUE cannot be converted to Integer"]),
        (
            json!({ "MaxResults": 0, "NextToken": 7 }),
            expect!["NUMBER_VALUE cannot be converted to String"],
        ),
    ] {
        says::<ListUserPools>(input, expected);
    }
    says::<SignUp>(json!({ "UserAttributes": "x" }), expect!["Unexpected value type in payload"]);
    says::<SignUp>(json!({ "UserAttributes": ["x"] }), expect!["Unexpected value type in payload"]);
    says::<SignUp>(
        json!({ "ClientMetadata": [] }),
        expect!["Start of list found where not expected."],
    );
    says::<SignUp>(
        json!({ "ClientMetadata": { "a": 1 } }),
        expect!["NUMBER_VALUE cannot be converted to String"],
    );
    says::<AdminCreateUser>(
        json!({ "ForceAliasCreation": "true" }),
        expect!["STRING_VALUE cannot be converted to Boolean"],
    );
    says::<SetUICustomization>(
        json!({ "ImageFile": "not base64!" }),
        expect!["STRING_VALUE cannot be converted to Blob"],
    );
}

#[test]
fn a_blob_counts_its_bytes() {
    let input = |bytes: usize| json!({ "UserPoolId": POOL, "ImageFile": "AAAA".repeat(bytes / 3) });
    assert!(check(SetUICustomization::INPUT, &input(131_070)).is_ok());
    let message = check(SetUICustomization::INPUT, &input(131_073)).unwrap_err().to_string();
    assert!(message.ends_with("at 'imageFile' failed to satisfy constraint: Member must have length less than or equal to 131072"));
}

#[test]
fn a_message_has_an_end() {
    let attributes = vec![json!({ "Name": "" }); 5000];
    let input = json!({ "UserPoolId": POOL, "Username": "ann", "UserAttributes": attributes });
    let message = check(AdminUpdateUserAttributes::INPUT, &input).unwrap_err().to_string();
    assert!(message.starts_with("10000 validation errors detected: "));
    assert!(message.len() < 20_000, "{}", message.len());

    let input = json!({ "UserPoolId": "x".repeat(1_000_000) });
    let message = check(DescribeUserPool::INPUT, &input).unwrap_err().to_string();
    assert!(message.len() < 10_000, "{}", message.len());
}

#[test]
fn documents_are_anything() {
    for credential in [json!({}), json!({ "a": [1, null] })] {
        let input = json!({ "AccessToken": "abc", "Credential": credential });
        assert!(check(CompleteWebAuthnRegistration::INPUT, &input).is_ok());
    }
}
