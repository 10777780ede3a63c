//! What do the three triggers of a custom sign-in hear and answer?

use super::{Attributes, Metadata, TriggerEvent};
use crate::{lenient::null_as_default, redacted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which challenge comes next, or is the sign-in over?
pub type DefineAuthChallenge =
    TriggerEvent<DefineAuthChallengeRequest, DefineAuthChallengeResponse>;

/// What is the challenge?
pub type CreateAuthChallenge =
    TriggerEvent<CreateAuthChallengeRequest, CreateAuthChallengeResponse>;

/// Was the challenge met?
pub type VerifyAuthChallenge =
    TriggerEvent<VerifyAuthChallengeRequest, VerifyAuthChallengeResponse>;

/// One finished step of a sign-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeResult {
    /// `SRP_A`, `PASSWORD_VERIFIER`, `CUSTOM_CHALLENGE`, `SMS_MFA`, …
    pub challenge_name: String,
    /// Whether it was met.
    pub challenge_result: bool,
    /// The name the creating function gave its challenge.
    #[serde(default)]
    pub challenge_metadata: Option<String>,
}

/// What define looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefineAuthChallengeRequest {
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// The steps so far, oldest first.
    #[serde(default, deserialize_with = "null_as_default")]
    pub session: Vec<ChallengeResult>,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
    /// Whether there is no such user. Only told when the client hides who exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_not_found: Option<bool>,
}

/// What define decides.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DefineAuthChallengeResponse {
    /// The next challenge.
    pub challenge_name: Option<String>,
    /// The user is in.
    pub issue_tokens: Option<bool>,
    /// The user is out.
    pub fail_authentication: Option<bool>,
}

/// What create looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateAuthChallengeRequest {
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// The challenge that define asked for.
    pub challenge_name: String,
    /// The steps so far, oldest first.
    #[serde(default, deserialize_with = "null_as_default")]
    pub session: Vec<ChallengeResult>,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
    /// Whether there is no such user. Only told when the client hides who exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_not_found: Option<bool>,
}

/// What create answers.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateAuthChallengeResponse {
    /// What the client is shown.
    pub public_challenge_parameters: Option<BTreeMap<String, String>>,
    /// What only verify is told, such as the right answer.
    pub private_challenge_parameters: Option<BTreeMap<String, String>>,
    /// A name for this challenge in later sessions.
    pub challenge_metadata: Option<String>,
}

/// What verify looks at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyAuthChallengeRequest {
    /// The user's attributes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_attributes: Attributes,
    /// What create told nobody else.
    #[serde(default)]
    pub private_challenge_parameters: Option<BTreeMap<String, String>>,
    /// What the user answered.
    pub challenge_answer: String,
    /// What the client hands through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<Metadata>,
    /// Whether there is no such user. Only told when the client hides who exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_not_found: Option<bool>,
}

/// What verify decides.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VerifyAuthChallengeResponse {
    /// Whether the answer is right. A function has to say; silence is an invalid answer, not a no.
    pub answer_correct: Option<bool>,
}

redacted!(
    ChallengeResult,
    DefineAuthChallengeRequest,
    DefineAuthChallengeResponse,
    CreateAuthChallengeRequest,
    CreateAuthChallengeResponse,
    VerifyAuthChallengeRequest,
    VerifyAuthChallengeResponse,
);
