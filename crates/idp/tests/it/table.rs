//! The table as a whole: what is missing, and who is let in.

use crate::*;
use pool::UserStatus;
use std::collections::BTreeSet;
use wire::{Access, Modelled, cognito_idp as api};

const MISSING: &str = include_str!("../../missing.txt");

#[test]
fn what_the_model_has_and_the_table_has_not_stands_in_a_file() {
    let table = idp::table();
    let there: BTreeSet<&str> = table.names().collect();
    let missing: Vec<&str> =
        api::API.operations.iter().filter(|name| !there.contains(*name)).copied().collect();
    let listed: Vec<&str> = MISSING.lines().collect();
    assert_eq!(listed, missing, "missing.txt is the model minus the table, sorted");
}

#[test]
fn every_operation_has_a_test_of_its_name() {
    let files: BTreeSet<String> =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
    for name in idp::table().names() {
        let file = format!("{}.rs", snake(name));
        assert!(files.contains(&file), "{name} has no tests/it/{file}");
    }
}

fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        // An acronym is one word: the next begins with its last capital.
        let begins = at > 0
            && letter.is_ascii_uppercase()
            && (letters[at - 1].is_ascii_lowercase()
                || letters.get(at + 1).is_some_and(char::is_ascii_lowercase));
        if begins {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[tokio::test]
async fn every_operation_refuses_a_caller_without_its_access() {
    let house = House::new().await;
    let table = idp::table();
    for row in table.rows() {
        let answer = match row.access() {
            Access::Public | Access::IamOrClient => continue,
            Access::Iam => house.call_unsigned(row.name(), json!({})).await.line(),
            Access::AccessToken | Access::AccessTokenOrSession => {
                let input =
                    filled(row.name(), json!({ "AccessToken": "eyJhbGciOiJub25lIn0.e30." }));
                house.call(row.name(), input).await.line()
            }
        };
        let expected = match row.access() {
            Access::Iam => "400 MissingAuthenticationTokenException: Missing Authentication Token",
            _ => "400 NotAuthorizedException: Invalid Access Token",
        };
        assert_eq!(answer, expected, "{}", row.name());
    }
}

#[tokio::test]
async fn the_holder_of_a_token_is_told_of_its_user_in_words_that_the_operation_has() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    for (status, error, told) in [
        (UserStatus::Unconfirmed, "UserNotConfirmedException", "User is not confirmed."),
        (
            UserStatus::ResetRequired,
            "PasswordResetRequiredException",
            "Password reset required for the user",
        ),
    ] {
        put_into(&house, &ann, status).await;
        let elsewhere = format!("400 NotAuthorizedException: {told}");
        refused_by_all(&house, &tokens.access, (error, told), &elsewhere).await;
    }
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    house.call("AdminDeleteUser", named).await.ok();
    let elsewhere = "400 NotAuthorizedException: Access Token has been revoked";
    let gone = ("UserNotFoundException", "User does not exist.");
    refused_by_all(&house, &tokens.access, gone, elsewhere).await;
}

#[tokio::test]
async fn the_holder_of_a_token_is_told_of_its_client_and_pool_in_words_that_the_operation_has() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    let (missing, elsewhere) =
        ("ResourceNotFoundException", "400 NotAuthorizedException: Invalid Access Token");
    let named = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    house.call("DeleteUserPoolClient", named).await.ok();
    let told = format!("User pool client {} does not exist.", house.client);
    refused_by_all(&house, &tokens.access, (missing, &told), elsewhere).await;
    house.call("DeleteUserPool", json!({ "UserPoolId": house.pool })).await.ok();
    let told = format!("User pool {} does not exist.", house.pool);
    refused_by_all(&house, &tokens.access, (missing, &told), elsewhere).await;
}

#[tokio::test]
async fn whoever_holds_no_good_token_learns_nothing_of_its_user() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let forged = testkit::forged(&tokens.access, &json!({ "username": "ann" }));
    let hour = SignedDuration::from_hours(1);
    let lines = async || {
        let forged = house.call_unsigned("GetUser", json!({ "AccessToken": forged })).await.line();
        (forged, tokens.call(&house, "GetUser", json!({})).await.line())
    };
    put_into(&house, &ann, UserStatus::ResetRequired).await;
    assert!(lines().await.1.contains("PasswordResetRequired"));
    let denied = |text: &str| format!("400 NotAuthorizedException: {text}");
    let nothing = (denied("Invalid Access Token"), denied("Access Token has expired"));
    house.advance(hour);
    assert_eq!(lines().await, nothing);
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    house.call("AdminDeleteUser", named).await.ok();
    assert_eq!(lines().await, nothing);
    let named = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    house.call("DeleteUserPoolClient", named).await.ok();
    assert_eq!(lines().await, nothing);
}

/// Puts a user into a state.
async fn put_into(house: &House, person: &Person, status: UserStatus) {
    let pools = &house.idp.pools;
    let pool = pools.pool(&house.pool.parse().unwrap()).await.unwrap();
    let change = |user: &mut pool::User| {
        user.status = status;
        Ok(())
    };
    pools.change_user(&pool, &person.sub.parse().unwrap(), change).await.unwrap();
}

/// Calls all operations that take a token: those that declare the error answer it.
async fn refused_by_all(house: &House, token: &str, error: (&str, &str), elsewhere: &str) {
    let table = idp::table();
    let takes_token = |row: &&wire::Row<idp::Idp>| {
        matches!(row.access(), Access::AccessToken | Access::AccessTokenOrSession)
    };
    for row in table.rows().filter(takes_token) {
        let input = filled(row.name(), json!({ "AccessToken": token }));
        let line = house.call_unsigned(row.name(), input).await.line();
        let (name, told) = error;
        let own = format!("400 {name}: {told}");
        let expected = if row.errors().contains(&name) { own.as_str() } else { elsewhere };
        assert_eq!(line, expected, "{}", row.name());
    }
}

/// The other members that the operations with an access token need.
fn filled(name: &str, mut input: Value) -> Value {
    let more = match name {
        "UpdateUserAttributes" => json!({ "UserAttributes": [{ "Name": "name", "Value": "x" }] }),
        "GetUserAttributeVerificationCode" => json!({ "AttributeName": "email" }),
        "VerifyUserAttribute" => json!({ "AttributeName": "email", "Code": "123456" }),
        "ChangePassword" => {
            json!({ "PreviousPassword": PASSWORD, "ProposedPassword": "Another-Horse8!" })
        }
        "RevokeUserSession" => json!({ "SessionId": format!("tkn{}", "a".repeat(25)) }),
        "DeleteUserAttributes" => json!({ "UserAttributeNames": ["name"] }),
        "ConfirmDevice" | "GetDevice" | "ForgetDevice" | "UpdateDeviceStatus" => {
            json!({ "DeviceKey": "eu-west-1_00" })
        }
        "VerifySoftwareToken" => json!({ "UserCode": "123456" }),
        "CompleteWebAuthnRegistration" => json!({ "Credential": {} }),
        "DeleteWebAuthnCredential" => json!({ "CredentialId": "x" }),
        "SetUserSettings" => json!({ "MFAOptions": [] }),
        _ => json!({}),
    };
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[test]
fn what_the_model_calls_unsigned_needs_no_signature() {
    for row in idp::table().rows() {
        let unsigned = row.access() != Access::Iam;
        if BY_SECRET.contains(&row.name()) {
            assert!(unsigned, "{}", row.name());
            continue;
        }
        let modelled = UNSIGNED.iter().find(|(name, _)| *name == row.name());
        assert_eq!(modelled.map(|(_, unsigned)| *unsigned), Some(unsigned), "{}", row.name());
    }
}

/// The model says nothing of these; their documentation says that a client's secret will do.
const BY_SECRET: [&str; 2] = ["GetClientToken", "GetDerivedToken"];

macro_rules! unsigned {
    ($($name:ident)*) => { &[$((stringify!($name), api::$name::UNSIGNED)),*] };
}

const UNSIGNED: &[(&str, bool)] = unsigned! {
    AddCustomAttributes AddUserPoolClientSecret AdminAddUserToGroup AdminConfirmSignUp
    AdminCreateUser AdminDeleteSoftwareToken AdminDeleteUser AdminDeleteUserAttributes
    AdminDisableProviderForUser AdminDisableUser AdminEnableUser AdminForgetDevice
    AdminGetDevice AdminGetUser AdminGetUserAuthFactors AdminInitiateAuth
    AdminLinkProviderForUser AdminListDevices AdminListGroupsForUser AdminListUserAuthEvents
    AdminListUserSessions AdminRemoveUserFromGroup AdminResetUserPassword
    AdminRespondToAuthChallenge AdminRevokeUserSession AdminSetUserMFAPreference
    AdminSetUserPassword AdminSetUserSettings AdminUpdateAuthEventFeedback
    AdminUpdateDeviceStatus AdminUpdateUserAttributes AdminUserGlobalSignOut
    AssociateSoftwareToken ChangePassword CompleteWebAuthnRegistration ConfirmDevice
    ConfirmForgotPassword ConfirmSignUp CreateGroup CreateIdentityProvider
    CreateManagedLoginBranding CreateResourceServer CreateTerms CreateUserImportJob
    CreateUserPool CreateUserPoolClient CreateUserPoolDomain CreateUserPoolReplica DeleteGroup
    DeleteIdentityProvider DeleteManagedLoginBranding DeleteResourceServer DeleteTerms
    DeleteUser DeleteUserAttributes DeleteUserPool DeleteUserPoolClient
    DeleteUserPoolClientSecret DeleteUserPoolDomain DeleteUserPoolReplica
    DeleteWebAuthnCredential DescribeIdentityProvider DescribeManagedLoginBranding
    DescribeManagedLoginBrandingByClient DescribeResourceServer DescribeRiskConfiguration
    DescribeTerms DescribeTermsByClient DescribeUserImportJob DescribeUserPool
    DescribeUserPoolClient DescribeUserPoolDomain ForgetDevice ForgotPassword GetCSVHeader
    GetClientToken GetDerivedToken GetDevice GetGroup GetIdentityProviderByIdentifier
    GetLogDeliveryConfiguration GetProvisionedLimit GetSigningCertificate
    GetTokensFromRefreshToken GetUICustomization GetUser GetUserAttributeVerificationCode
    GetUserAuthFactors GetUserPoolClientSessionConfiguration GetUserPoolMfaConfig
    GetUserPoolSessionConfiguration GlobalSignOut InitiateAuth ListDevices ListGroups
    ListIdentityProviders ListResourceServers ListTagsForResource ListTerms ListUserImportJobs
    ListUserPoolClientSecrets ListUserPoolClients ListUserPoolReplicas ListUserPools
    ListUserSessions ListUsers ListUsersInGroup ListWebAuthnCredentials ResendConfirmationCode
    RespondToAuthChallenge RevokeToken RevokeUserSession SetLogDeliveryConfiguration
    SetRiskConfiguration SetUICustomization SetUserMFAPreference
    SetUserPoolClientSessionConfiguration SetUserPoolMfaConfig SetUserPoolSessionConfiguration
    SetUserSettings SignUp StartUserImportJob StartWebAuthnRegistration StopUserImportJob
    TagResource UntagResource UpdateAuthEventFeedback UpdateDeviceStatus UpdateGroup
    UpdateIdentityProvider UpdateManagedLoginBranding UpdateProvisionedLimit
    UpdateResourceServer UpdateTerms UpdateUserAttributes UpdateUserPool UpdateUserPoolClient
    UpdateUserPoolDomain UpdateUserPoolReplica VerifySoftwareToken VerifyUserAttribute
};
