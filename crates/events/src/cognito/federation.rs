//! What does the trigger behind an identity provider hear and answer?

use super::TriggerEvent;
use crate::{lenient::null_as_default, redacted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An identity provider answered: which of its attributes become the user's?
pub type InboundFederation = TriggerEvent<InboundFederationRequest, InboundFederationResponse>;

/// What inbound federation looks at.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundFederationRequest {
    /// The pool's name for the provider.
    pub provider_name: String,
    /// `OIDC`, `SAML`, `Facebook`, `Google`, `SignInWithApple` or `LoginWithAmazon`.
    pub provider_type: String,
    /// What the provider said.
    #[serde(default, deserialize_with = "null_as_default")]
    pub attributes: FederatedAttributes,
}

/// What a provider said, source by source; SAML has only the last.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FederatedAttributes {
    /// The answer of the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_response: Option<Map<String, Value>>,
    /// The claims of the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<Map<String, Value>>,
    /// The answer of the user info endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_info: Option<Map<String, Value>>,
    /// The attributes of the assertion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saml_response: Option<Map<String, Value>>,
}

/// What inbound federation answers.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InboundFederationResponse {
    /// The attributes to go on with: those left out are dropped. Nothing, or nothing in it, changes
    /// nothing. The values are a provider's, so they may be any JSON until they are mapped.
    pub user_attributes_to_map: Option<Map<String, Value>>,
}

redacted!(InboundFederationRequest, FederatedAttributes, InboundFederationResponse);
