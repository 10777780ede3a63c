//! What can go wrong: refusals, which are answers, and breakages, which are ours.

use crate::Barred;
use names::{ClientId, GroupName, UserPoolId, Username};
use std::borrow::Cow;

/// The house says no. Each door says in its own words how; nothing here knows a status or an AWS name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A setting or value that cannot be, in words for the caller.
    Invalid(Cow<'static, str>),
    NoUserPool(UserPoolId),
    NoClient(ClientId),
    NoGroup,
    NoDevice,
    DeviceExists,
    /// The pool does not know devices apart.
    NoDeviceTracking,
    /// A device's verifier that no proof could be held against.
    UnusableVerifier,
    NoSession,
    GroupExists(GroupName),
    NoResourceServer(String),
    NoIdentityProvider(String),
    /// The pool itself, where a provider is to be named.
    NotAProvider,
    ProviderExists {
        pool: UserPoolId,
        name: String,
    },
    NoTerms,
    /// The client has terms of this name.
    TermsExist,
    NoBranding,
    NoImportJob(String),
    /// Users are coming into the pool from a file.
    ImportRunning,
    /// What is asked for does not fit the state of an import, in words for the caller.
    WrongMoment(&'static str),
    NoReplica(String),
    /// A category of requests that is none.
    NoLimit(String),
    /// The pool is a replica in the region of the call, which does not do this.
    NotEnabled(&'static str),
    /// More was wanted of a limit than there is to have.
    QuotaExceeded,
    /// The client has a style.
    BrandingExists,
    /// The pool was not set up for threat protection.
    NoThreatProtection,
    /// Something about the caller that the pool's configuration bars.
    Blocked,
    /// A password that everybody knows.
    PasswordCompromised,
    NoAuthEvent,
    InvalidFeedbackToken,
    TooMany(Cow<'static, str>),
    DeletionProtected,
    /// The caller may not do this, in words for the caller.
    NotAllowed(Cow<'static, str>),
    NoSecretHash(ClientId),
    WrongSecretHash(ClientId),
    WrongClientSecret,
    NoClientSecret,
    /// A user that does not exist, told only where the client's settings allow it.
    NoUser,
    /// A user that does not exist, for flows that speak of the pair of user and client.
    NoUserForClient,
    /// Somebody whom the pool's function did not bring over, through this client.
    NotMigrated(ClientId),
    UserExists(Taken),
    /// As [`Self::UserExists`], told to an administrator.
    AccountExists(Taken),
    AliasExists(Taken),
    /// An identity elsewhere that is linked to another user.
    IdentityTaken,
    /// A wrong password, or anything that must look like one.
    WrongCredentials,
    /// Too many wrong passwords lately.
    LockedOut,
    Disabled,
    NotConfirmed,
    AlreadyConfirmed,
    NotConfirmable(&'static str),
    PasswordResetRequired,
    TemporaryPasswordExpired,
    NotResettable,
    NoRecoveryContact,
    AdminMustReset,
    /// An invitation cannot be sent again to this user, who has chosen a password.
    NotResendable(Username),
    PasswordBreaksPolicy(&'static str),
    /// A password that the user had before.
    PasswordUsedBefore,
    CodeMismatch,
    CodeExpired,
    TooManyAttempts,
    /// A code that was guessed at too often to be good any more.
    TooManyGuesses,
    /// More codes to sign in with were asked for than anybody needs.
    TooManyCodes,
    /// A wrong code of a second factor.
    WrongFactorCode,
    /// A wrong code where a code is the only factor.
    WrongOneTimeCode,
    /// A code of an authenticator that was taken before.
    SoftwareTokenUsed,
    /// A wrong first code of an authenticator.
    NotEnrolled,
    /// No authenticator waits for its first code, or was set up.
    NoSoftwareToken,
    /// The pool takes no authenticators.
    SoftwareTokensOff,
    /// The pool asks nobody for a second factor any more.
    SecondFactorsOff,
    /// A second factor is needed; the user has none, and can set up none on the way.
    NoSecondFactor,
    /// A pool without one of the functions that its way to sign in needs.
    IncompleteTriggers,
    /// The pool takes no passkeys.
    PasskeysNotEnabled,
    /// The pool has no domain to make passkeys for.
    NoRelyingParty,
    /// No challenge to make a passkey is waiting, or not this one.
    NoPasskeyChallenge,
    /// The challenge to make a passkey was given to another client.
    PasskeyOfOtherClient,
    /// A passkey that was made on somebody else's page.
    PasskeyOrigin,
    /// A passkey that was made for another domain.
    PasskeyRelyingParty,
    /// A passkey of another kind than was asked for.
    PasskeyNotSupported,
    /// The user has no such passkey.
    NoPasskey,
    /// Not a passkey of this user, or not over this challenge.
    WrongPasskey,
    InvalidSession,
    SessionExpired,
    SessionUsed,
    InvalidAccessToken,
    /// An ID token that is not of this server.
    InvalidIdToken,
    AccessTokenExpired,
    AccessTokenRevoked,
    AccessTokenLacksScope,
    InvalidRefreshToken,
    RefreshTokenExpired,
    RefreshTokenRevoked,
    /// A refresh token that was exchanged for another one already.
    RefreshTokenReused,
    NotARefreshToken,
    RevocationDisabled,
    /// A client whose refresh tokens are exchanged, and good for nothing else.
    RotationOnly,
    ScopeDoesNotExist(String),
    OAuthFlow(Cow<'static, str>),
    /// A domain that this pool has not.
    NoDomain,
    /// An authorization code that is not there, was redeemed, is too old, or is not this client's.
    InvalidCode,
    /// A scope that the client may not have, or a session was not given.
    ScopeNotGranted(String),
    /// A flow that the client may not use at the OAuth 2.0 endpoints.
    FlowNotAllowed,
    /// Tags that a pool cannot have, in words for the caller.
    Tags(String),
    /// A token that is not exchanged for another, in words for the caller.
    NotExchanged(Cow<'static, str>),
    /// A service that an exchanged token cannot be for, in words for the caller.
    NoTarget(Cow<'static, str>),
    /// A feature that the pool's plan does not have.
    NotInTier(Cow<'static, str>),
    /// A plan that lacks what the pool has, in words for the caller.
    TierChange(Cow<'static, str>),
    /// A feature that this version does not have; says so rather than pretending.
    Unsupported(Cow<'static, str>),
    /// A function that was asked threw: its trigger and its message.
    TriggerThrew {
        trigger: &'static str,
        message: String,
    },
    /// A function could not be called, or did not answer in time.
    TriggerUnreachable {
        trigger: &'static str,
        reason: String,
    },
    /// A function answered something that its trigger does not allow.
    TriggerAnswer {
        trigger: &'static str,
        reason: String,
    },
    /// The mail or text could not be handed over.
    NotDelivered,
    /// Nothing leaves in the name that the pool says.
    Barred(Barred),
    /// The machine has more work than it can do in time.
    Busy,
    /// More was asked of a kind than the server's rate for it.
    RateExceeded,
    /// Somebody else changed the same thing at the same moment, again and again.
    Contended,
}

impl Refusal {
    /// A refusal in words for the caller.
    pub fn invalid(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(text.into())
    }
}

/// What somebody else has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Username,
    Email,
    PhoneNumber,
    PreferredUsername,
}

/// Something of ours does not work. Logged once, where it is turned into an answer.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error(transparent)]
    Store(#[from] store::Broken),
    #[error("{0}")]
    Internal(Cow<'static, str>),
}

/// A refusal or a breakage.
#[derive(Debug)]
pub enum Error {
    Refused(Refusal),
    Broken(Broken),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl From<store::Broken> for Error {
    fn from(broken: store::Broken) -> Self {
        Self::Broken(Broken::Store(broken))
    }
}

impl From<store::Refused> for Error {
    fn from(refused: store::Refused) -> Self {
        match refused {
            store::Refused::Conflict(_) => Self::Refused(Refusal::Contended),
            store::Refused::Broken(broken) => broken.into(),
        }
    }
}

impl Error {
    /// A breakage that is not the store's.
    pub fn internal(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Broken(Broken::Internal(what.into()))
    }
}

/// What most of the house answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;
