//! What does the trigger before tokens hear and answer?

use super::{Attributes, Metadata, TriggerEvent};
use crate::{lenient::null_as_default, redacted};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Version 1: claims of the ID token, groups of both.
pub type PreTokenGenerationV1 =
    TriggerEvent<PreTokenGenerationRequest, PreTokenGenerationV1Response>;

/// Versions 2 and 3: claims of both tokens, scopes of the access token, groups. Version 3 is also asked
/// about machines' tokens.
pub type PreTokenGenerationV2 =
    TriggerEvent<PreTokenGenerationRequest, PreTokenGenerationV2Response>;

/// An event of any version, for a function that serves them all.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PreTokenGeneration {
    /// Version 1.
    V1(PreTokenGenerationV1),
    /// Version 2 or 3.
    V2(PreTokenGenerationV2),
}

/// What pre token generation looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreTokenGenerationRequest {
    /// The user's attributes; a machine has none.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// The user's groups; a machine has none.
    #[serde(default)]
    pub group_configuration: Option<GroupConfiguration>,
    /// The scopes the access token would have. Version 1 does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
}

/// The groups and roles the tokens would have.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupConfiguration {
    /// The names of the groups.
    #[serde(default, deserialize_with = "null_as_default")]
    pub groups_to_override: Vec<String>,
    /// The ARNs of the groups' roles.
    #[serde(default, deserialize_with = "null_as_default")]
    pub iam_roles_to_override: Vec<String>,
    /// The ARN of the role of the most important group.
    #[serde(default)]
    pub preferred_role: Option<String>,
}

/// What version 1 answers. Nothing there changes nothing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreTokenGenerationV1Response {
    /// The changes.
    pub claims_override_details: Option<ClaimsOverrideDetails>,
}

/// What versions 2 and 3 answer. Nothing there changes nothing.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreTokenGenerationV2Response {
    /// The changes.
    pub claims_and_scope_override_details: Option<ClaimsAndScopeOverrideDetails>,
}

/// The changes of version 1.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimsOverrideDetails {
    /// Claims of the ID token by name; only text, and `null` for a claim to leave out.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub claims_to_add_or_override: BTreeMap<String, Option<String>>,
    /// Claims to leave out of the ID token; stronger than the above.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub claims_to_suppress: Vec<String>,
    /// Groups of both tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_override_details: Option<GroupOverrideDetails>,
}

/// The changes of versions 2 and 3.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimsAndScopeOverrideDetails {
    /// Changes of the ID token; a machine gets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_generation: Option<IdTokenGeneration>,
    /// Changes of the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_generation: Option<AccessTokenGeneration>,
    /// Groups of both tokens; a machine gets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_override_details: Option<GroupOverrideDetails>,
}

/// Changes of the ID token.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdTokenGeneration {
    /// Claims by name, any JSON; `null` for a claim to leave out.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Map::is_empty")]
    pub claims_to_add_or_override: Map<String, Value>,
    /// Claims to leave out; stronger than the above.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub claims_to_suppress: Vec<String>,
}

/// Changes of the access token.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccessTokenGeneration {
    /// Claims by name, any JSON; `null` for a claim to leave out.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Map::is_empty")]
    pub claims_to_add_or_override: Map<String, Value>,
    /// Claims to leave out; stronger than the above.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub claims_to_suppress: Vec<String>,
    /// Scopes to add to `scope`.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub scopes_to_add: Vec<String>,
    /// Scopes to take from `scope`.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub scopes_to_suppress: Vec<String>,
}

/// Groups and roles that replace the user's own. A member that is not there changes nothing; an empty list
/// means none at all. The two are never mixed up: a function that says nothing must not strip a user of
/// its groups, and one that says "none" must be heard.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GroupOverrideDetails {
    /// The names of the groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_to_override: Option<Vec<String>>,
    /// The ARNs of the roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iam_roles_to_override: Option<Vec<String>>,
    /// The ARN of the preferred role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_role: Option<String>,
}

/// The version decides, since the three differ only in what they answer.
impl<'de> Deserialize<'de> for PreTokenGeneration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let event = Value::deserialize(from)?;
        let read = match event.get("version").and_then(Value::as_str) {
            Some("1") => serde_json::from_value(event).map(Self::V1),
            Some("2" | "3") => serde_json::from_value(event).map(Self::V2),
            _ => return Err(de::Error::custom("an unknown version of pre token generation")),
        };
        read.map_err(de::Error::custom)
    }
}

redacted!(
    PreTokenGenerationRequest,
    GroupConfiguration,
    PreTokenGenerationV1Response,
    PreTokenGenerationV2Response,
    ClaimsOverrideDetails,
    ClaimsAndScopeOverrideDetails,
    IdTokenGeneration,
    AccessTokenGeneration,
    GroupOverrideDetails,
);
