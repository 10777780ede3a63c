//! What does the trigger that brings users over hear and answer?

use super::{Attributes, Metadata, TriggerEvent};
use crate::redacted;
use names::Password;
use serde::{Deserialize, Serialize};

/// The user is not known here: is it known somewhere else, and is this the password?
pub type UserMigration = TriggerEvent<UserMigrationRequest, UserMigrationResponse>;

/// What migration looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserMigrationRequest {
    /// The password as typed; there is none when it was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// What the client sent for validation only.
    #[serde(default)]
    pub validation_data: Option<Metadata>,
    /// What the client hands through.
    #[serde(default)]
    pub client_metadata: Option<Metadata>,
}

/// What migration answers. Attributes have to be there for a user to be made.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserMigrationResponse {
    /// The attributes the user will have.
    pub user_attributes: Option<Attributes>,
    /// What the user will be; `RESET_REQUIRED` when the function does not say.
    pub final_user_status: Option<FinalUserStatus>,
    /// Whether the welcome message is left out.
    pub message_action: Option<MessageAction>,
    /// How the welcome message travels.
    pub desired_delivery_mediums: Option<Vec<DeliveryMedium>>,
    /// Whether an alias of another user moves to this one.
    pub force_alias_creation: Option<bool>,
    /// Whether the user has to answer a text message at sign-in.
    #[serde(rename = "enableSMSMFA")]
    pub enable_sms_mfa: Option<bool>,
}

/// What a migrated user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FinalUserStatus {
    /// The password was right and is kept.
    Confirmed,
    /// The user has to choose a new password.
    ResetRequired,
}

/// What happens with the welcome message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageAction {
    /// It is not sent.
    Suppress,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryMedium {
    /// By mail.
    Email,
    /// By text message.
    Sms,
}

redacted!(UserMigrationRequest, UserMigrationResponse);
