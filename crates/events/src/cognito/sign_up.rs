//! What do the triggers around a new user hear and answer?

use super::{Attributes, Empty, Metadata, TriggerEvent};
use crate::{lenient::null_as_default, redacted};
use serde::{Deserialize, Serialize};

/// Before a user is made: may it be, and is it confirmed at once?
pub type PreSignUp = TriggerEvent<PreSignUpRequest, PreSignUpResponse>;

/// After a user is confirmed, or has set a forgotten password anew.
pub type PostConfirmation = TriggerEvent<PostConfirmationRequest, Empty>;

/// What pre sign-up looks at. There is no `sub` yet.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreSignUpRequest {
    /// The attributes the user would have.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// What the client sent for validation only; it is not stored.
    #[serde(default)]
    pub validation_data: Option<Metadata>,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
}

/// What pre sign-up decides.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreSignUpResponse {
    /// The user is confirmed without a code.
    #[serde(deserialize_with = "null_as_default")]
    pub auto_confirm_user: bool,
    /// The address is verified without a code.
    #[serde(deserialize_with = "null_as_default")]
    pub auto_verify_email: bool,
    /// The number is verified without a code.
    #[serde(deserialize_with = "null_as_default")]
    pub auto_verify_phone: bool,
}

/// What post confirmation looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostConfirmationRequest {
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
}

redacted!(PreSignUpRequest, PreSignUpResponse, PostConfirmationRequest);
