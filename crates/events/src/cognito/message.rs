//! What do the triggers that write or send messages hear and answer?

use super::{Attributes, Empty, Metadata, TriggerEvent};
use crate::{lenient::null_as_default, redacted};
use serde::{Deserialize, Serialize};

/// How does this message read?
pub type CustomMessage = TriggerEvent<CustomMessageRequest, CustomMessageResponse>;

/// Send this code. Nobody waits for the answer.
pub type CustomSender = TriggerEvent<CustomSenderRequest, Empty>;

/// What custom message looks at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomMessageRequest {
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// The placeholder that becomes the code: `{####}`.
    #[serde(default)]
    pub code_parameter: Option<String>,
    /// The placeholder that becomes the link: `{##…##}`.
    #[serde(default)]
    pub link_parameter: Option<String>,
    /// The placeholder that becomes the user name: `{username}`, only when an administrator made the user.
    #[serde(default)]
    pub username_parameter: Option<String>,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
}

/// What custom message answers; what is not there keeps the pool's text.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomMessageResponse {
    /// The text message, at most 140 characters.
    pub sms_message: Option<String>,
    /// The mail, at most 20,000 characters.
    pub email_message: Option<String>,
    /// The mail's subject.
    pub email_subject: Option<String>,
}

/// What a custom sender is handed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomSenderRequest {
    /// By mail or by text message.
    #[serde(rename = "type")]
    pub kind: SenderKind,
    /// The code, encrypted and in base64. A notice carries none.
    #[serde(default)]
    pub code: Option<String>,
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
}

/// The form of a custom sender's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SenderKind {
    /// Mail.
    #[serde(rename = "customEmailSenderRequestV1")]
    Email,
    /// Text message.
    #[serde(rename = "customSMSSenderRequestV1")]
    Sms,
}

impl CustomMessageRequest {
    /// The placeholder for the code.
    pub const CODE: &str = "{####}";
    /// The placeholder for the user name.
    pub const USERNAME: &str = "{username}";
}

redacted!(CustomMessageRequest, CustomMessageResponse, CustomSenderRequest);
