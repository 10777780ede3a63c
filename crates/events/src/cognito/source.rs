//! Which trigger fired, and in which flow?

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident = $text:literal of $trigger:ident,)+) => {
        /// Which trigger fired, and in which flow. The texts are the service's own.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TriggerSource {
            $($(#[$doc])* #[doc = concat!("`", $text, "`.")] $name,)+
        }

        impl TriggerSource {
            /// Every source there is.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The text an event carries.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The trigger this source belongs to.
            #[must_use]
            pub const fn trigger(self) -> Trigger {
                match self { $(Self::$name => Trigger::$trigger,)+ }
            }
        }
    };
}

sources! {
    PreSignUpSignUp = "PreSignUp_SignUp" of PreSignUp,
    PreSignUpAdminCreateUser = "PreSignUp_AdminCreateUser" of PreSignUp,
    PreSignUpExternalProvider = "PreSignUp_ExternalProvider" of PreSignUp,
    PostConfirmationConfirmSignUp = "PostConfirmation_ConfirmSignUp" of PostConfirmation,
    PostConfirmationConfirmForgotPassword = "PostConfirmation_ConfirmForgotPassword" of PostConfirmation,
    PreAuthentication = "PreAuthentication_Authentication" of PreAuthentication,
    PostAuthentication = "PostAuthentication_Authentication" of PostAuthentication,
    DefineAuthChallenge = "DefineAuthChallenge_Authentication" of DefineAuthChallenge,
    CreateAuthChallenge = "CreateAuthChallenge_Authentication" of CreateAuthChallenge,
    VerifyAuthChallengeResponse = "VerifyAuthChallengeResponse_Authentication" of VerifyAuthChallengeResponse,
    TokenGenerationAuthentication = "TokenGeneration_Authentication" of PreTokenGeneration,
    TokenGenerationHostedAuth = "TokenGeneration_HostedAuth" of PreTokenGeneration,
    TokenGenerationNewPasswordChallenge = "TokenGeneration_NewPasswordChallenge" of PreTokenGeneration,
    TokenGenerationAuthenticateDevice = "TokenGeneration_AuthenticateDevice" of PreTokenGeneration,
    TokenGenerationRefreshTokens = "TokenGeneration_RefreshTokens" of PreTokenGeneration,
    /// A machine's token; only in version 3.
    TokenGenerationClientCredentials = "TokenGeneration_ClientCredentials" of PreTokenGeneration,
    UserMigrationAuthentication = "UserMigration_Authentication" of UserMigration,
    UserMigrationForgotPassword = "UserMigration_ForgotPassword" of UserMigration,
    CustomMessageSignUp = "CustomMessage_SignUp" of CustomMessage,
    CustomMessageAdminCreateUser = "CustomMessage_AdminCreateUser" of CustomMessage,
    CustomMessageResendCode = "CustomMessage_ResendCode" of CustomMessage,
    CustomMessageForgotPassword = "CustomMessage_ForgotPassword" of CustomMessage,
    CustomMessageUpdateUserAttribute = "CustomMessage_UpdateUserAttribute" of CustomMessage,
    CustomMessageVerifyUserAttribute = "CustomMessage_VerifyUserAttribute" of CustomMessage,
    CustomMessageAuthentication = "CustomMessage_Authentication" of CustomMessage,
    CustomEmailSenderSignUp = "CustomEmailSender_SignUp" of CustomEmailSender,
    CustomEmailSenderAdminCreateUser = "CustomEmailSender_AdminCreateUser" of CustomEmailSender,
    CustomEmailSenderResendCode = "CustomEmailSender_ResendCode" of CustomEmailSender,
    CustomEmailSenderForgotPassword = "CustomEmailSender_ForgotPassword" of CustomEmailSender,
    CustomEmailSenderUpdateUserAttribute = "CustomEmailSender_UpdateUserAttribute" of CustomEmailSender,
    CustomEmailSenderVerifyUserAttribute = "CustomEmailSender_VerifyUserAttribute" of CustomEmailSender,
    CustomEmailSenderAuthentication = "CustomEmailSender_Authentication" of CustomEmailSender,
    CustomEmailSenderAccountTakeOverNotification = "CustomEmailSender_AccountTakeOverNotification" of CustomEmailSender,
    CustomSmsSenderSignUp = "CustomSMSSender_SignUp" of CustomSmsSender,
    CustomSmsSenderAdminCreateUser = "CustomSMSSender_AdminCreateUser" of CustomSmsSender,
    CustomSmsSenderResendCode = "CustomSMSSender_ResendCode" of CustomSmsSender,
    CustomSmsSenderForgotPassword = "CustomSMSSender_ForgotPassword" of CustomSmsSender,
    CustomSmsSenderUpdateUserAttribute = "CustomSMSSender_UpdateUserAttribute" of CustomSmsSender,
    CustomSmsSenderVerifyUserAttribute = "CustomSMSSender_VerifyUserAttribute" of CustomSmsSender,
    CustomSmsSenderAuthentication = "CustomSMSSender_Authentication" of CustomSmsSender,
    InboundFederationExternalProvider = "InboundFederation_ExternalProvider" of InboundFederation,
}

/// A trigger of a pool, as error messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// Before a user is made.
    PreSignUp,
    /// After a user is confirmed.
    PostConfirmation,
    /// Before the password is looked at.
    PreAuthentication,
    /// After a sign-in, before its tokens.
    PostAuthentication,
    /// Which challenge comes next.
    DefineAuthChallenge,
    /// What the challenge is.
    CreateAuthChallenge,
    /// Whether the challenge was met.
    VerifyAuthChallengeResponse,
    /// Before tokens are made.
    PreTokenGeneration,
    /// When a user is not known here.
    UserMigration,
    /// Before a message is sent.
    CustomMessage,
    /// Instead of sending a mail.
    CustomEmailSender,
    /// Instead of sending a text message.
    CustomSmsSender,
    /// When an identity provider answered.
    InboundFederation,
}

impl TriggerSource {
    /// The source with this text.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|source| source.as_str() == text)
    }
}

impl Trigger {
    /// The name that error messages use: `PreSignUp failed with error …`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::UserMigration => "UserMigration",
            Self::CustomMessage => "CustomMessage",
            Self::CustomEmailSender => "CustomEmailSender",
            Self::CustomSmsSender => "CustomSMSSender",
            Self::InboundFederation => "InboundFederation",
        }
    }
}

impl fmt::Display for TriggerSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for TriggerSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for TriggerSource {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for TriggerSource {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::find(&text).ok_or_else(|| de::Error::custom("an unknown trigger source"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_reads_what_it_writes() {
        for source in TriggerSource::ALL {
            let text = serde_json::to_string(source).unwrap();
            assert_eq!(serde_json::from_str::<TriggerSource>(&text).unwrap(), *source);
        }
        assert!(serde_json::from_str::<TriggerSource>("\"PreSignUp_signup\"").is_err());
    }

    #[test]
    fn a_source_names_its_trigger() {
        for source in TriggerSource::ALL {
            let prefix = source.as_str().split_once('_').unwrap().0;
            let expected = if prefix == "TokenGeneration" { "PreTokenGeneration" } else { prefix };
            assert_eq!(source.trigger().as_str(), expected);
        }
    }
}
