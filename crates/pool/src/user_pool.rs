//! What is a user pool, and how is it set up?

use crate::{
    DeviceTracking, PasskeySettings, PasswordPolicy, Schema, SecondFactor, SessionTracking,
    SmsRole, ThreatProtection,
};
use jiff::Timestamp;
use names::{FunctionArn, UserPoolId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Claim, Key, Record};

/// A user pool: what was decided when it was made, and what every update replaces.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserPool {
    pub id: UserPoolId,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Decided when the pool is made, for ever.
    pub names: SignInNames,
    /// Grows; never changes what it has.
    pub schema: Schema,
    /// Set on its own; an update of the settings leaves it.
    #[serde(default)]
    pub session_tracking: SessionTracking,
    /// Replaced as a whole by every update.
    pub settings: PoolSettings,
}

/// By which names people sign in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignInNames {
    /// Not empty: people sign in with these instead of a user name, and the user name is the `sub`.
    pub username_attributes: Vec<Contact>,
    /// People sign in with a user name, or with these once verified.
    pub alias_attributes: Vec<Alias>,
    pub is_case_sensitive: bool,
    /// Whether the case rule was given and not merely what it is without one; told back so.
    pub is_case_rule_given: bool,
}

/// An attribute that a message can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Contact {
    Email,
    PhoneNumber,
}

/// An attribute that can stand in for a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alias {
    Email,
    PhoneNumber,
    PreferredUsername,
}

/// The settings of a pool that an update replaces.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PoolSettings {
    pub name: String,
    pub password_policy: PasswordPolicy,
    pub is_deletion_protected: bool,
    pub triggers: Triggers,
    /// Verified by a code at sign-up and when they change.
    pub auto_verified: Vec<Contact>,
    /// Of those, the ones that change only once the new value is verified.
    pub verified_before_update: Vec<Contact>,
    pub only_admins_create_users: bool,
    /// In the order of preference; `None` when it was never said: phone first, then e-mail.
    pub recovery: Option<Vec<Recovery>>,
    pub messages: MessageTemplates,
    /// `None`: the pool does not know devices apart.
    pub devices: Option<DeviceTracking>,
    #[serde(default)]
    pub mfa: MfaSettings,
    /// With what a sign-in may begin where the user has the choice; none is said to mean passwords only.
    #[serde(default)]
    pub first_factors: Vec<FirstFactor>,
    #[serde(default)]
    pub threats: ThreatProtection,
    #[serde(default)]
    pub mail: MailSettings,
    /// The region whose SNS sends text messages; `None` is the server's own.
    #[serde(default)]
    pub sms_region: Option<String>,
    /// The role in which they are sent; `None` is the server as itself.
    #[serde(default)]
    pub sms_role: Option<SmsRole>,
    /// What a door was told and has no meaning here; kept and given back as it was.
    pub inert: Map<String, Value>,
}

/// Who mails are from; what is not said is the server's to say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailSettings {
    /// An address, or a name with an address in angle brackets.
    pub from: Option<String>,
    pub reply_to: Option<String>,
    /// The ARN of the verified address or domain at SES.
    pub identity: Option<String>,
    pub configuration_set: Option<String>,
}

/// Whether and with what people prove a second time who they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MfaSettings {
    pub mode: MfaMode,
    pub allows_software_token: bool,
    pub allows_sms: bool,
    pub allows_email: bool,
    /// With which passkeys people sign in, and what they prove.
    #[serde(default)]
    pub passkeys: PasskeySettings,
    /// The texts of codes to sign in with; `None` is the house's own.
    pub sms_message: Option<String>,
    pub email_subject: Option<String>,
    pub email_message: Option<String>,
}

/// Who has to prove a second time who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MfaMode {
    /// Nobody, whatever factors they have.
    #[default]
    Off,
    /// Whoever turned a factor on.
    Optional,
    /// Everybody.
    On,
}

/// What a sign-in may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FirstFactor {
    Password,
    /// A code that is sent to this contact.
    Code(Contact),
    Passkey,
}

/// How a user gets back in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recovery {
    Verified(Contact),
    AdminOnly,
}

/// The functions that a pool asks, each at its moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Triggers {
    pub pre_sign_up: Option<FunctionArn>,
    pub post_confirmation: Option<FunctionArn>,
    pub pre_authentication: Option<FunctionArn>,
    pub post_authentication: Option<FunctionArn>,
    pub pre_token_generation: Option<PreTokenGeneration>,
    pub custom_message: Option<FunctionArn>,
    /// Sends mails instead of the house.
    pub custom_email_sender: Option<FunctionArn>,
    /// Sends text messages instead of the house.
    pub custom_sms_sender: Option<FunctionArn>,
    /// The key under which codes travel to the functions that send them.
    pub sender_key: Option<String>,
    pub user_migration: Option<FunctionArn>,
    pub define_auth_challenge: Option<FunctionArn>,
    pub create_auth_challenge: Option<FunctionArn>,
    pub verify_auth_challenge_response: Option<FunctionArn>,
    /// Looks at what an identity provider said, before it is taken over.
    #[serde(default)]
    pub inbound_federation: Option<FunctionArn>,
}

/// The pre-token function, and the version of the event it understands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreTokenGeneration {
    pub function: FunctionArn,
    pub version: TokenEventVersion,
    /// How it was configured, and is told back.
    pub form: PreTokenForm,
}

/// The two ways to configure the pre-token function: by itself, which means version 1, or with a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreTokenForm {
    Plain,
    Versioned,
    Both,
}

/// The versions of the pre-token event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenEventVersion {
    V1,
    V2,
    V3,
}

/// The texts of mails and text messages; `None` is the house's own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MessageTemplates {
    pub verification_subject: Option<String>,
    pub verification_email: Option<String>,
    pub verification_sms: Option<String>,
    pub invitation_subject: Option<String>,
    pub invitation_email: Option<String>,
    pub invitation_sms: Option<String>,
    /// Present where mails after a sign-up carry a link instead of a code.
    #[serde(default)]
    pub by_link: Option<ByLink>,
}

/// The texts of mails with a link; `None` is the house's own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ByLink {
    pub subject: Option<String>,
    pub email: Option<String>,
}

impl Contact {
    /// The attribute's name.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
        }
    }

    /// The attribute that says whether it is verified.
    #[must_use]
    pub fn verified_attribute(self) -> &'static str {
        match self {
            Self::Email => "email_verified",
            Self::PhoneNumber => "phone_number_verified",
        }
    }

    /// The contact of an attribute's name.
    #[must_use]
    pub fn of(attribute: &str) -> Option<Self> {
        match attribute {
            "email" => Some(Self::Email),
            "phone_number" => Some(Self::PhoneNumber),
            _ => None,
        }
    }
}

impl PoolSettings {
    /// Whether a sign-in in which the user has the choice may begin so.
    #[must_use]
    pub fn allows_first(&self, factor: FirstFactor) -> bool {
        match self.first_factors.as_slice() {
            [] => factor == FirstFactor::Password,
            factors => factors.contains(&factor),
        }
    }
}

impl PoolSettings {
    /// Whether somebody without a password gets in: by a code that is sent.
    #[must_use]
    pub fn takes_codes_first(&self) -> bool {
        [Contact::Email, Contact::PhoneNumber]
            .into_iter()
            .any(|contact| self.allows_first(FirstFactor::Code(contact)))
    }
}

impl MfaSettings {
    /// Whether the pool takes this factor.
    #[must_use]
    pub fn allows(&self, factor: SecondFactor) -> bool {
        match factor {
            SecondFactor::Sms => self.allows_sms,
            SecondFactor::SoftwareToken => self.allows_software_token,
            SecondFactor::Email => self.allows_email,
        }
    }
}

impl UserPool {
    /// The partition that pools are listed in.
    pub(crate) const LISTING: &'static str = "pools";

    /// Where the pool of this id is kept.
    #[must_use]
    pub fn key_of(id: &UserPoolId) -> Key {
        Key::new(format!("pool/{id}"), "settings")
    }

    /// The one form under which a sign-in name is looked up and must be unique.
    ///
    /// Compatibility forms are folded in every pool, so that no two names look alike by width or
    /// composition; the case only where the pool says so.
    #[must_use]
    pub fn fold(&self, name: &str) -> String {
        fold(name, self.names.is_case_sensitive)
    }

    /// Whether people sign in with their e-mail address or phone number instead of a user name.
    #[must_use]
    pub fn has_username_attributes(&self) -> bool {
        !self.names.username_attributes.is_empty()
    }
}

impl Record for UserPool {
    const KIND: &'static str = "user pool";

    fn key(&self) -> Key {
        Self::key_of(&self.id)
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Claim::listed(Key::new(Self::LISTING, self.id.as_str()))]
    }
}

/// NFKC, and lower case unless case matters. Turkish has four letters where others have two (I and ı, İ and
/// i), and which of them is the other case of which depends on the reader: where case does not matter, they
/// are one.
pub(crate) fn fold(name: &str, is_case_sensitive: bool) -> String {
    use unicode_normalization::UnicodeNormalization;
    if name.is_ascii() {
        return if is_case_sensitive { name.to_owned() } else { name.to_ascii_lowercase() };
    }
    let composed: String = name.nfkc().collect();
    if is_case_sensitive {
        return composed;
    }
    // The small form of İ is an i with a dot of its own above it.
    let lower = composed.to_lowercase().replace("i\u{307}", "i").replace('\u{131}', "i");
    lower.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_fold_to_one() {
        let one = fold("Ann@Example.com", false);
        for same in ["ann@example.com", "ANN@EXAMPLE.COM", "ａｎｎ@example.com"] {
            assert_eq!(fold(same, false), one);
        }
        assert_eq!(fold("zoe\u{308}", false), fold("ZO\u{cb}", false));
        assert_ne!(fold("Ann", true), fold("ann", true));
        for same in ["IREM", "\u{130}REM", "\u{131}rem", "i\u{307}rem"] {
            assert_eq!(fold(same, false), "irem");
        }
        assert_ne!(fold("\u{130}REM", true), fold("IREM", true));
    }
}
