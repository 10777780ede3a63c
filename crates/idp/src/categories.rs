//! With which other requests is an operation counted?
//!
//! As AWS groups them, where its list of quotas names the operation. The others are with those that do the like to
//! the same kind of thing. An operation that does not declare `TooManyRequestsException` is in none: its clients
//! could not tell that they have to wait.

use pool::{Asked, Category};

/// What an operation asks for, as far as rates go.
pub(crate) fn asked(operation: &str) -> Option<Asked> {
    let category = match operation {
        "AdminRespondToAuthChallenge" | "RespondToAuthChallenge" => {
            return Some(Asked::ChallengeAnswer);
        }
        "AdminInitiateAuth" | "GetDerivedToken" | "GetTokensFromRefreshToken" | "InitiateAuth" => {
            Category::UserAuthentication
        }
        "AdminConfirmSignUp" | "AdminCreateUser" | "ConfirmSignUp" | "SignUp" => {
            Category::UserCreation
        }
        "AdminResetUserPassword"
        | "AdminSetUserPassword"
        | "ChangePassword"
        | "ConfirmForgotPassword"
        | "ForgotPassword" => Category::UserAccountRecovery,
        "AdminGetUser" | "AdminGetUserAuthFactors" | "GetUser" | "GetUserAuthFactors" => {
            Category::UserRead
        }
        "AdminAddUserToGroup"
        | "AdminDeleteUser"
        | "AdminDeleteUserAttributes"
        | "AdminDisableProviderForUser"
        | "AdminDisableUser"
        | "AdminEnableUser"
        | "AdminLinkProviderForUser"
        | "AdminRemoveUserFromGroup"
        | "AdminUpdateUserAttributes"
        | "AdminUserGlobalSignOut"
        | "DeleteUser"
        | "DeleteUserAttributes"
        | "GlobalSignOut"
        | "UpdateUserAttributes"
        | "VerifyUserAttribute" => Category::UserUpdate,
        "RevokeToken" => Category::UserToken,
        "AdminGetDevice"
        | "AdminListDevices"
        | "AdminListGroupsForUser"
        | "AdminListUserAuthEvents"
        | "AdminListUserSessions"
        | "GetDevice"
        | "GetUserAttributeVerificationCode"
        | "ListDevices"
        | "ListUserSessions"
        | "ListWebAuthnCredentials"
        | "ResendConfirmationCode" => Category::UserResourceRead,
        "AdminDeleteSoftwareToken"
        | "AdminForgetDevice"
        | "AdminRevokeUserSession"
        | "AdminUpdateAuthEventFeedback"
        | "AdminUpdateDeviceStatus"
        | "CompleteWebAuthnRegistration"
        | "ConfirmDevice"
        | "DeleteWebAuthnCredential"
        | "ForgetDevice"
        | "RevokeUserSession"
        | "StartWebAuthnRegistration"
        | "UpdateAuthEventFeedback"
        | "UpdateDeviceStatus"
        | "VerifySoftwareToken" => Category::UserResourceUpdate,
        "ListUsers" | "ListUsersInGroup" => Category::UserList,
        "DescribeUserPool" | "ListUserPoolReplicas" | "ListUserPools" => Category::UserPoolRead,
        "CreateUserPool"
        | "CreateUserPoolReplica"
        | "DeleteUserPool"
        | "DeleteUserPoolReplica"
        | "UpdateUserPool"
        | "UpdateUserPoolReplica" => Category::UserPoolUpdate,
        "DescribeIdentityProvider"
        | "DescribeManagedLoginBranding"
        | "DescribeManagedLoginBrandingByClient"
        | "DescribeResourceServer"
        | "DescribeRiskConfiguration"
        | "DescribeTerms"
        | "DescribeTermsByClient"
        | "DescribeUserImportJob"
        | "GetCSVHeader"
        | "GetGroup"
        | "GetIdentityProviderByIdentifier"
        | "GetLogDeliveryConfiguration"
        | "GetUICustomization"
        | "GetUserPoolMfaConfig"
        | "GetUserPoolSessionConfiguration"
        | "ListGroups"
        | "ListIdentityProviders"
        | "ListResourceServers"
        | "ListTagsForResource"
        | "ListTerms"
        | "ListUserImportJobs" => Category::UserPoolResourceRead,
        "AddCustomAttributes"
        | "CreateGroup"
        | "CreateIdentityProvider"
        | "CreateManagedLoginBranding"
        | "CreateResourceServer"
        | "CreateTerms"
        | "CreateUserImportJob"
        | "DeleteGroup"
        | "DeleteIdentityProvider"
        | "DeleteManagedLoginBranding"
        | "DeleteResourceServer"
        | "DeleteTerms"
        | "SetLogDeliveryConfiguration"
        | "SetRiskConfiguration"
        | "SetUICustomization"
        | "SetUserPoolMfaConfig"
        | "SetUserPoolSessionConfiguration"
        | "StartUserImportJob"
        | "StopUserImportJob"
        | "TagResource"
        | "UntagResource"
        | "UpdateGroup"
        | "UpdateIdentityProvider"
        | "UpdateManagedLoginBranding"
        | "UpdateResourceServer"
        | "UpdateTerms"
        | "UpdateUserPoolDomain" => Category::UserPoolResourceUpdate,
        "DescribeUserPoolClient"
        | "GetUserPoolClientSessionConfiguration"
        | "ListUserPoolClientSecrets"
        | "ListUserPoolClients" => Category::UserPoolClientRead,
        "AddUserPoolClientSecret"
        | "CreateUserPoolClient"
        | "DeleteUserPoolClient"
        | "DeleteUserPoolClientSecret"
        | "SetUserPoolClientSessionConfiguration"
        | "UpdateUserPoolClient" => Category::UserPoolClientUpdate,
        "GetClientToken" => Category::ClientAuthentication,
        "GetProvisionedLimit" | "UpdateProvisionedLimit" => Category::LimitManagement,
        _ => return None,
    };
    Some(Asked::Of(category))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_whose_clients_can_be_told_to_wait_is_counted() {
        for row in crate::table().rows() {
            let declares = row.errors().contains(&"TooManyRequestsException");
            assert_eq!(asked(row.name()).is_some(), declares, "{}", row.name());
        }
    }
}
