//! What does an operation need of a pool, where that is a replica?
//!
//! AWS documents the roles of replicas in sentences: a secondary one takes sign-ins and gives tokens, and creates or
//! changes nothing of a user; while it is inactive it is there for administrators who look at its configuration and
//! turn it on. Which operation is which is for us to say (docs/quirks.md). One that is not named here changes something.

use pool::Need;
use serde_json::Value;

/// Looks at what a pool is set to, or at the replicas themselves.
const CONFIGURATION: &[&str] = &[
    "DescribeIdentityProvider",
    "DescribeManagedLoginBranding",
    "DescribeManagedLoginBrandingByClient",
    "DescribeResourceServer",
    "DescribeRiskConfiguration",
    "DescribeTerms",
    "DescribeTermsByClient",
    "DescribeUserPool",
    "DescribeUserPoolClient",
    "DescribeUserPoolDomain",
    "GetCSVHeader",
    "GetIdentityProviderByIdentifier",
    "GetLogDeliveryConfiguration",
    "GetSigningCertificate",
    "GetUICustomization",
    "GetUserPoolClientSessionConfiguration",
    "GetUserPoolMfaConfig",
    "GetUserPoolSessionConfiguration",
    "ListIdentityProviders",
    "ListResourceServers",
    "ListTagsForResource",
    "ListTerms",
    "ListUserPoolClientSecrets",
    "ListUserPoolClients",
    "ListUserPoolReplicas",
    "UpdateUserPoolReplica",
];

/// Looks at users, signs them in, or ends what a sign-in began.
const USERS: &[&str] = &[
    "AdminGetDevice",
    "AdminGetUser",
    "AdminGetUserAuthFactors",
    "AdminInitiateAuth",
    "AdminListDevices",
    "AdminListGroupsForUser",
    "AdminListUserAuthEvents",
    "AdminListUserSessions",
    "AdminRespondToAuthChallenge",
    "AdminRevokeUserSession",
    "AdminUserGlobalSignOut",
    "DescribeUserImportJob",
    "GetClientToken",
    "GetDerivedToken",
    "GetDevice",
    "GetGroup",
    "GetTokensFromRefreshToken",
    "GetUser",
    "GetUserAuthFactors",
    "GlobalSignOut",
    "InitiateAuth",
    "ListDevices",
    "ListGroups",
    "ListUserImportJobs",
    "ListUserSessions",
    "ListUsers",
    "ListUsersInGroup",
    "ListWebAuthnCredentials",
    "RespondToAuthChallenge",
    "RevokeToken",
    "RevokeUserSession",
];

/// Challenges whose answer changes the user.
const CHANGING: &[&str] = &["NEW_PASSWORD_REQUIRED", "MFA_SETUP"];

/// What this operation needs with this input.
pub(crate) fn of(operation: &str, input: &Value) -> Need {
    if CONFIGURATION.binary_search(&operation).is_ok() {
        return Need::Configuration;
    }
    let challenge = input.get("ChallengeName").and_then(Value::as_str);
    let is_changing = challenge.is_some_and(|challenge| CHANGING.contains(&challenge));
    if USERS.binary_search(&operation).is_ok() && !is_changing { Need::Users } else { Need::Change }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_lists_are_sorted_and_name_operations() {
        let table = crate::table();
        for list in [CONFIGURATION, USERS] {
            assert!(list.is_sorted());
            assert!(list.iter().all(|name| table.find(name).is_some()));
        }
    }

    #[test]
    fn a_challenge_that_changes_the_user_is_a_change() {
        let answer =
            |challenge: &str| of("RespondToAuthChallenge", &json!({ "ChallengeName": challenge }));
        assert_eq!(answer("PASSWORD_VERIFIER"), Need::Users);
        assert_eq!(answer("NEW_PASSWORD_REQUIRED"), Need::Change);
        assert_eq!(of("SignUp", &json!({})), Need::Change);
        assert_eq!(of("DescribeUserPool", &json!({})), Need::Configuration);
    }
}
