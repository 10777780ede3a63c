//! What do the triggers around a sign-in hear?

use super::{Attributes, Empty, Metadata, TriggerEvent};
use crate::{lenient::null_as_default, redacted};
use serde::{Deserialize, Serialize};

/// Before the password is looked at: may this user try?
pub type PreAuthentication = TriggerEvent<PreAuthenticationRequest, Empty>;

/// After a sign-in, before its tokens are made.
pub type PostAuthentication = TriggerEvent<PostAuthenticationRequest, Empty>;

/// What pre authentication looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreAuthenticationRequest {
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// The client metadata of the call that began the sign-in.
    #[serde(default)]
    pub validation_data: Option<Metadata>,
    /// Whether there is no such user. Only told when the client hides who exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_not_found: Option<bool>,
}

/// What post authentication looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostAuthenticationRequest {
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// Whether the user signed in on a device not seen before.
    #[serde(default, deserialize_with = "null_as_default")]
    pub new_device_used: bool,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
}

redacted!(PreAuthenticationRequest, PostAuthenticationRequest);
