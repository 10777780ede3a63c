//! How does Cognito put it? Every refusal's name and text, on one screen.

use pool::{Barred, Error, Refusal, Taken};
use wire::{Fault, Modelled};

/// What a client is told. A breakage is told as such; the door logs its chain, once.
pub(crate) fn fault(error: Error) -> Fault {
    let refusal = match error {
        Error::Broken(broken) => return Fault::broken(broken),
        Error::Refused(refusal) => refusal,
    };
    let (name, text): (&'static str, String) = match refusal {
        Refusal::Invalid(text) | Refusal::Unsupported(text) => (INVALID, text.into_owned()),
        Refusal::NoUserPool(id) => (MISSING, format!("User pool {id} does not exist.")),
        Refusal::NoClient(id) => (MISSING, format!("User pool client {id} does not exist.")),
        Refusal::NoDevice => (MISSING, "Device does not exist.".into()),
        Refusal::NoDeviceTracking => {
            (MISCONFIGURED, "Device tracking is not enabled for the user pool.".into())
        }
        Refusal::UnusableVerifier => {
            ("InvalidPasswordException", "Invalid device secret verifier given.".into())
        }
        Refusal::DeviceExists => ("DeviceKeyExistsException", "Device already exists.".into()),
        Refusal::NoSession => (MISSING, "Session does not exist.".into()),
        Refusal::NoClientSecret => (MISSING, "Client secret not found.".into()),
        Refusal::NoGroup => (MISSING, "Group not found.".into()),
        Refusal::NoIdentityProvider(name) => {
            (MISSING, format!("Identity provider {name} does not exist."))
        }
        Refusal::NotAProvider => (
            "UnsupportedIdentityProviderException",
            "COGNITO is the user pool itself and no identity provider of it.".into(),
        ),
        Refusal::ProviderExists { pool, name } => {
            ("DuplicateProviderException", format!("{name} already exists in user pool {pool}"))
        }
        Refusal::NoResourceServer(id) => (MISSING, format!("Resource server {id} does not exist.")),
        Refusal::NoTerms => (MISSING, "Terms do not exist.".into()),
        Refusal::TermsExist => {
            ("TermsExistsException", "Terms with this name already exist for the client.".into())
        }
        Refusal::NoBranding => (MISSING, "ManagedLoginBranding does not exist.".into()),
        Refusal::BrandingExists => (
            "ManagedLoginBrandingExistsException",
            "Managed login branding already exists for the client.".into(),
        ),
        Refusal::NoImportJob(_) => (MISSING, "User import job does not exist.".into()),
        Refusal::ImportRunning => {
            ("UserImportInProgressException", "User pool import is in progress.".into())
        }
        Refusal::WrongMoment(text) => ("PreconditionNotMetException", text.into()),
        Refusal::NoReplica(region) => {
            (MISSING, format!("User pool replica in {region} does not exist."))
        }
        Refusal::NoLimit(category) => (MISSING, format!("API category {category} does not exist.")),
        Refusal::NotEnabled(text) => ("OperationNotEnabledException", text.into()),
        Refusal::QuotaExceeded => (
            "ServiceQuotaExceededException",
            "The requested value exceeds what the account may have.".into(),
        ),
        Refusal::NoThreatProtection => (
            "UserPoolAddOnNotEnabledException",
            "Advanced security is not enabled for this user pool.".into(),
        ),
        Refusal::Blocked => (DENIED, "Unable to login because of security reasons".into()),
        Refusal::PasswordCompromised => (
            "InvalidPasswordException",
            "Provided password cannot be used for security reasons.".into(),
        ),
        Refusal::NoAuthEvent => (MISSING, "Auth event does not exist.".into()),
        Refusal::InvalidFeedbackToken => (DENIED, "Invalid feedback token".into()),
        Refusal::GroupExists(_) => {
            ("GroupExistsException", "A group with the name already exists.".into())
        }
        Refusal::TooMany(text) => ("LimitExceededException", text.into_owned()),
        Refusal::NotInTier(text) => ("FeatureUnavailableInTierException", text.into_owned()),
        Refusal::TierChange(text) => ("TierChangeNotAllowedException", text.into_owned()),
        Refusal::DeletionProtected => (INVALID, DELETION_PROTECTED.into()),
        Refusal::NotAllowed(text) => (DENIED, text.into_owned()),
        Refusal::NoSecretHash(id) => (
            DENIED,
            format!("Client {id} is configured with secret but SECRET_HASH was not received"),
        ),
        Refusal::WrongSecretHash(id) => {
            (DENIED, format!("Unable to verify secret hash for client {id}"))
        }
        Refusal::WrongClientSecret => {
            ("UnauthorizedException", "The client or its secret is not valid.".into())
        }
        Refusal::NoUser => (NO_USER, "User does not exist.".into()),
        Refusal::NoUserForClient => (NO_USER, "Username/client id combination not found.".into()),
        Refusal::NotMigrated(id) => {
            (NO_USER, format!("Exception migrating user in app client {id}"))
        }
        Refusal::UserExists(Taken::Username) => (USER_EXISTS, "User already exists".into()),
        Refusal::AccountExists(Taken::Username) => {
            (USER_EXISTS, "User account already exists".into())
        }
        Refusal::UserExists(taken) | Refusal::AccountExists(taken) => {
            (USER_EXISTS, account_exists(taken))
        }
        Refusal::AliasExists(taken) => ("AliasExistsException", account_exists(taken)),
        Refusal::IdentityTaken => {
            ("AliasExistsException", "SourceUser is already linked to another user".into())
        }
        Refusal::WrongCredentials => (DENIED, "Incorrect username or password.".into()),
        Refusal::LockedOut => (DENIED, "Password attempts exceeded".into()),
        Refusal::Disabled => (DENIED, "User is disabled.".into()),
        Refusal::NotConfirmed => (NOT_CONFIRMED_NAME, NOT_CONFIRMED.into()),
        Refusal::AlreadyConfirmed => (INVALID, "User is already confirmed.".into()),
        Refusal::NotConfirmable(status) => {
            (DENIED, format!("User cannot be confirmed. Current status is {status}"))
        }
        Refusal::PasswordResetRequired => (RESET_REQUIRED_NAME, RESET_REQUIRED.into()),
        Refusal::TemporaryPasswordExpired => (DENIED, TEMPORARY_PASSWORD_EXPIRED.into()),
        Refusal::NotResettable => {
            (DENIED, "User password cannot be reset in the current state.".into())
        }
        Refusal::NoRecoveryContact => (INVALID, NO_RECOVERY_CONTACT.into()),
        Refusal::AdminMustReset => (DENIED, "Contact administrator to reset password.".into()),
        Refusal::NotResendable(name) => (
            "UnsupportedUserStateException",
            format!("Resend not possible. {name} status is not FORCE_CHANGE_PASSWORD"),
        ),
        Refusal::PasswordBreaksPolicy(rule) => {
            ("InvalidPasswordException", format!("Password did not conform with policy: {rule}"))
        }
        Refusal::PasswordUsedBefore => (
            "PasswordHistoryPolicyViolationException",
            "Password has already been used before.".into(),
        ),
        Refusal::CodeMismatch => (CODE_MISMATCH_NAME, CODE_MISMATCH.into()),
        Refusal::CodeExpired => ("ExpiredCodeException", CODE_EXPIRED.into()),
        Refusal::TooManyAttempts => {
            ("LimitExceededException", "Attempt limit exceeded, please try after some time.".into())
        }
        Refusal::TooManyGuesses => (
            "TooManyFailedAttemptsException",
            "Too many wrong codes were given, please request a code again.".into(),
        ),
        Refusal::WrongFactorCode => (CODE_MISMATCH_NAME, "Invalid code received for user".into()),
        Refusal::WrongOneTimeCode => {
            (CODE_MISMATCH_NAME, "Invalid code or auth state for the user.".into())
        }
        Refusal::SoftwareTokenUsed => {
            ("ExpiredCodeException", "Your software token has already been used once.".into())
        }
        Refusal::NotEnrolled => (
            "EnableSoftwareTokenMFAException",
            "Code mismatch and fail enable Software Token MFA".into(),
        ),
        Refusal::SoftwareTokensOff => (
            "SoftwareTokenMFANotFoundException",
            "Software Token MFA has not been enabled by the userPool".into(),
        ),
        Refusal::NoSoftwareToken => (
            "SoftwareTokenMFANotFoundException",
            "Software Token MFA does not exist for the user.".into(),
        ),
        Refusal::SecondFactorsOff => {
            (MISCONFIGURED, "MFA is not enabled for the user pool.".into())
        }
        Refusal::NoSecondFactor => ("MFAMethodNotFoundException", NO_FACTOR.into()),
        Refusal::IncompleteTriggers => (
            MISCONFIGURED,
            "Custom auth lambda trigger is not configured for the user pool.".into(),
        ),
        Refusal::PasskeysNotEnabled => {
            ("WebAuthnNotEnabledException", "Passkeys are not enabled for this user pool.".into())
        }
        Refusal::NoRelyingParty => (
            "WebAuthnConfigurationMissingException",
            "The user pool has no relying party ID and no domain.".into(),
        ),
        Refusal::NoPasskeyChallenge => (
            "WebAuthnChallengeNotFoundException",
            "The challenge of the registration was not found or has expired.".into(),
        ),
        Refusal::PasskeyOfOtherClient => (
            "WebAuthnClientMismatchException",
            "The registration was started by another client.".into(),
        ),
        Refusal::PasskeyOrigin => (
            "WebAuthnOriginNotAllowedException",
            "The origin of the credential is not allowed by the relying party ID.".into(),
        ),
        Refusal::PasskeyRelyingParty => (
            "WebAuthnRelyingPartyMismatchException",
            "The credential is for another relying party ID.".into(),
        ),
        Refusal::PasskeyNotSupported => (
            "WebAuthnCredentialNotSupportedException",
            "The credential is of an authenticator or kind that is not supported.".into(),
        ),
        Refusal::NoPasskey => (MISSING, "The credential does not exist.".into()),
        Refusal::WrongPasskey => (DENIED, "Invalid passkey credential.".into()),
        Refusal::InvalidSession => (DENIED, "Invalid session for the user.".into()),
        Refusal::SessionExpired => {
            (DENIED, "Invalid session for the user, session is expired.".into())
        }
        Refusal::SessionUsed => {
            (DENIED, "Invalid session for the user, session can only be used once.".into())
        }
        Refusal::InvalidAccessToken => (DENIED, "Invalid Access Token".into()),
        Refusal::InvalidIdToken => (DENIED, "Invalid Identity Token".into()),
        Refusal::AccessTokenExpired => (DENIED, "Access Token has expired".into()),
        Refusal::AccessTokenRevoked => (DENIED, "Access Token has been revoked".into()),
        Refusal::AccessTokenLacksScope => {
            (DENIED, "Access Token does not have required scopes".into())
        }
        Refusal::InvalidRefreshToken => (DENIED, "Invalid Refresh Token".into()),
        Refusal::RefreshTokenExpired => (DENIED, "Refresh Token has expired".into()),
        Refusal::RefreshTokenRevoked => (DENIED, "Refresh Token has been revoked".into()),
        Refusal::RefreshTokenReused => {
            ("RefreshTokenReuseException", "Refresh token has been invalidated".into())
        }
        Refusal::NotARefreshToken => {
            ("UnsupportedTokenTypeException", "Unsupported token type".into())
        }
        Refusal::RevocationDisabled => (
            "UnsupportedOperationException",
            "Token revocation is not enabled for this client".into(),
        ),
        Refusal::RotationOnly => (
            "UnsupportedOperationException",
            "Refresh token rotation is enabled for this client".into(),
        ),
        Refusal::ScopeDoesNotExist(scope) => {
            ("ScopeDoesNotExistException", format!("Invalid scope requested: {scope}"))
        }
        Refusal::NoDomain => (INVALID, "No such domain or user pool exists.".into()),
        // The OAuth 2.0 endpoints have words of their own for these; no operation meets them.
        Refusal::InvalidCode => (INVALID, "The authorization code is not valid.".into()),
        Refusal::ScopeNotGranted(scope) => (INVALID, format!("The scope {scope} is not granted.")),
        Refusal::FlowNotAllowed => (INVALID, "The client may not use this flow.".into()),
        Refusal::NotExchanged(text) => (DENIED, text.into_owned()),
        Refusal::NoTarget(text) => (INVALID, text.into_owned()),
        Refusal::OAuthFlow(text) => ("InvalidOAuthFlowException", text.into_owned()),
        Refusal::TriggerThrew { trigger, message } => (
            "UserLambdaValidationException",
            format!("{trigger} failed with error {}.", bounded(&message)),
        ),
        Refusal::TriggerUnreachable { trigger, reason } => (
            "UnexpectedLambdaException",
            format!("{trigger} invocation failed due to error {reason}."),
        ),
        Refusal::TriggerAnswer { reason, .. } => ("InvalidLambdaResponseException", reason),
        Refusal::NotDelivered => {
            ("CodeDeliveryFailureException", "The message could not be delivered.".into())
        }
        Refusal::Barred(Barred::SmsRoleTrust) => (
            "InvalidSmsRoleTrustRelationshipException",
            "Role does not have a trust relationship allowing Cognito to assume the role".into(),
        ),
        Refusal::Barred(Barred::SmsRoleAccess) => (
            "InvalidSmsRoleAccessPolicyException",
            "Role does not have permission to publish with SNS".into(),
        ),
        Refusal::Barred(Barred::MailIdentity) => (
            "InvalidEmailRoleAccessPolicyException",
            "Cognito is not allowed to use your email identity".into(),
        ),
        Refusal::Barred(Barred::MailIdentityUnverified(arn)) => (INVALID, unverified(&arn)),
        Refusal::Tags(text) => ("UserPoolTaggingException", text),
        Refusal::RateExceeded => ("TooManyRequestsException", "Rate exceeded".into()),
        Refusal::Busy | Refusal::TooManyCodes => {
            ("TooManyRequestsException", "Too many requests".into())
        }
        // Where an operation does not declare this, the door says that there were too many requests.
        Refusal::Contended => (
            "ConcurrentModificationException",
            "The resource was changed by another request at the same time.".into(),
        ),
    };
    Fault::refusal(name, text)
}

const INVALID: &str = "InvalidParameterException";
const DENIED: &str = "NotAuthorizedException";
const MISSING: &str = "ResourceNotFoundException";
const NO_USER: &str = "UserNotFoundException";
const CODE_MISMATCH_NAME: &str = "CodeMismatchException";
const MISCONFIGURED: &str = "InvalidUserPoolConfigurationException";
const NOT_CONFIRMED_NAME: &str = "UserNotConfirmedException";
const RESET_REQUIRED_NAME: &str = "PasswordResetRequiredException";
const USER_EXISTS: &str = "UsernameExistsException";

const DELETION_PROTECTED: &str = "The user pool cannot be deleted because deletion protection is \
     activated. Deletion protection must be inactivated first.";
const TEMPORARY_PASSWORD_EXPIRED: &str =
    "Temporary password has expired and must be reset by an administrator.";
const NO_RECOVERY_CONTACT: &str = "Cannot reset password for the user as there is no \
     registered/verified email or phone_number";
const NOT_CONFIRMED: &str = "User is not confirmed.";
const RESET_REQUIRED: &str = "Password reset required for the user";
// As it is spelled on AWS.
const NO_FACTOR: &str = "No MFA mechanism registerd in the account.";
const CODE_MISMATCH: &str = "Invalid verification code provided, please try again.";
const CODE_EXPIRED: &str = "Invalid code provided, please request a code again.";

fn account_exists(taken: Taken) -> String {
    let what = match taken {
        Taken::Username => return "User already exists".to_owned(),
        Taken::Email => "email",
        Taken::PhoneNumber => "phone_number",
        Taken::PreferredUsername => "preferred_username",
    };
    format!("An account with the given {what} already exists.")
}

fn unverified(arn: &str) -> String {
    let region = arn.split(':').nth(3).unwrap_or_default().to_uppercase();
    format!(
        "Cognito received the following error from Amazon SES when attempting to send email: Email address \
         is not verified. The following identities failed the check in region {region}: {arn}"
    )
}

/// A function's own words reach its caller, but not without end.
fn bounded(message: &str) -> &str {
    match message.char_indices().nth(2048) {
        Some((end, _)) => message.get(..end).unwrap_or_default(),
        None => message,
    }
}

/// What an operation says of the state that the user, client or pool of a good token is in: where it does not
/// declare the name of that state, that the token is good for nothing.
pub(crate) fn of_token<Of: Modelled>(error: Error) -> Error {
    let lacks = |name| !Of::ERRORS.contains(&name);
    match error {
        Error::Refused(Refusal::NoUserPool(_) | Refusal::NoClient(_)) if lacks(MISSING) => {
            Refusal::InvalidAccessToken.into()
        }
        Error::Refused(Refusal::NoUser) if lacks(NO_USER) => Refusal::AccessTokenRevoked.into(),
        Error::Refused(Refusal::NotConfirmed) if lacks(NOT_CONFIRMED_NAME) => {
            Refusal::NotAllowed(NOT_CONFIRMED.into()).into()
        }
        Error::Refused(Refusal::PasswordResetRequired) if lacks(RESET_REQUIRED_NAME) => {
            Refusal::NotAllowed(RESET_REQUIRED.into()).into()
        }
        other => other,
    }
}

/// For operations that do not declare `InvalidEmailRoleAccessPolicyException`: a mail that was not delivered.
pub(crate) fn without_mail_identity(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::Barred(Barred::MailIdentity)) => Refusal::NotDelivered.into(),
        other => other,
    }
}

/// For operations that have no word for an identity that is not verified but `CodeDeliveryFailureException`.
pub(crate) fn without_unverified(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::Barred(Barred::MailIdentityUnverified(_))) => {
            Refusal::NotDelivered.into()
        }
        other => other,
    }
}

/// For operations that do not declare `UserPoolTaggingException`: the same text as a wrong parameter.
pub(crate) fn without_tags(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::Tags(text)) => Refusal::invalid(text).into(),
        other => other,
    }
}

/// For `InitiateAuth`, which does not declare `MFAMethodNotFoundException`, as the other operations of a sign-in do.
pub(crate) fn without_no_factor(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::NoSecondFactor) => Refusal::NotAllowed(NO_FACTOR.into()).into(),
        other => other,
    }
}

/// For operations that do not declare `AliasExistsException`: the same text as a wrong parameter.
pub(crate) fn without_alias_exists(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::AliasExists(taken)) => {
            Refusal::invalid(account_exists(taken)).into()
        }
        other => other,
    }
}
