//! What does a user pool tell its triggers, and what may they answer?
//!
//! Every trigger gets one [`TriggerEvent`] and gives the same event back with `response` filled in. The
//! server builds an event with [`TriggerEvent::new`] and reads the answer with [`answer`], which looks at
//! nothing but `response`: a function may garble the rest as it likes.
//!
//! ```
//! use events::cognito::{CallerContext, PreSignUp, PreSignUpRequest, PreSignUpResponse, TriggerSource};
//!
//! let event = PreSignUp::new(
//!     TriggerSource::PreSignUpSignUp,
//!     "eu-west-1_Ab1Cd2Ef3",
//!     "ann",
//!     CallerContext::new("57cbishk4j24pabc1234567890"),
//!     PreSignUpRequest::default(),
//! );
//! let text = serde_json::to_string(&event)?;
//! assert!(text.contains(r#""response":{"autoConfirmUser":false"#));
//!
//! let answer: PreSignUpResponse = events::cognito::answer(
//!     br#"{"triggerSource":"PreSignUp_SignUp","response":{"autoConfirmUser":true}}"#,
//! )?;
//! assert!(answer.auto_confirm_user);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod challenge;
mod federation;
mod message;
mod migration;
mod sign_in;
mod sign_up;
mod source;
mod token;

pub use challenge::{
    ChallengeResult, CreateAuthChallenge, CreateAuthChallengeRequest, CreateAuthChallengeResponse,
    DefineAuthChallenge, DefineAuthChallengeRequest, DefineAuthChallengeResponse,
    VerifyAuthChallenge, VerifyAuthChallengeRequest, VerifyAuthChallengeResponse,
};
pub use federation::{
    FederatedAttributes, InboundFederation, InboundFederationRequest, InboundFederationResponse,
};
pub use message::{
    CustomMessage, CustomMessageRequest, CustomMessageResponse, CustomSender, CustomSenderRequest,
    SenderKind,
};
pub use migration::{
    DeliveryMedium, FinalUserStatus, MessageAction, UserMigration, UserMigrationRequest,
    UserMigrationResponse,
};
pub use sign_in::{
    PostAuthentication, PostAuthenticationRequest, PreAuthentication, PreAuthenticationRequest,
};
pub use sign_up::{
    PostConfirmation, PostConfirmationRequest, PreSignUp, PreSignUpRequest, PreSignUpResponse,
};
pub use source::{Trigger, TriggerSource};
pub use token::{
    AccessTokenGeneration, ClaimsAndScopeOverrideDetails, ClaimsOverrideDetails,
    GroupConfiguration, GroupOverrideDetails, IdTokenGeneration, PreTokenGeneration,
    PreTokenGenerationRequest, PreTokenGenerationV1, PreTokenGenerationV1Response,
    PreTokenGenerationV2, PreTokenGenerationV2Response,
};

use crate::lenient::{Object, null_as_default};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt};

/// A user's attributes as a trigger sees them: names with their prefix, values always text.
pub type Attributes = BTreeMap<String, String>;

/// Key-value pairs that a client hands through to its own functions.
pub type Metadata = BTreeMap<String, String>;

/// What every trigger hears and, with `response` filled in, gives back.
///
/// Its `Debug` shows which trigger fired where, and nothing about the user.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerEvent<Request, Response> {
    /// `1`; pre token generation also has `2` and `3`.
    pub version: String,
    /// Which trigger fired, and in which flow.
    pub trigger_source: TriggerSource,
    /// The pool's region.
    pub region: String,
    /// The pool.
    pub user_pool_id: String,
    /// The stored user name; in pre sign-up the one about to be stored.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_name: String,
    /// Who called the pool.
    pub caller_context: CallerContext,
    /// What the trigger may look at.
    pub request: Request,
    /// What the trigger decides; on the way in, every member says "nothing decided".
    pub response: Response,
}

/// Who called the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallerContext {
    /// The caller's SDK, `aws-sdk-unknown-unknown` when it does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub aws_sdk_version: String,
    /// The app client, or [`CallerContext::NO_CLIENT`].
    pub client_id: String,
}

/// An answer without members. Whatever a function puts there is ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// A function's output that is no trigger answer: not JSON, not an object, without a `response` object,
/// or with a member of the wrong type. Says where the reader stopped and shows nothing of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unrecognizable {
    line: usize,
    column: usize,
    is_json: bool,
}

/// Reads what a trigger answered: the `response` of the event it gave back, and nothing else.
///
/// The caller has bounded the output's length before.
///
/// # Errors
/// [`Unrecognizable`] if there is no such answer in it.
pub fn answer<Response: DeserializeOwned>(output: &[u8]) -> Result<Response, Unrecognizable> {
    #[derive(Deserialize)]
    #[serde(bound = "Response: DeserializeOwned")]
    struct Output<Response> {
        response: Object<Response>,
    }
    match serde_json::from_slice::<Object<Output<Response>>>(output) {
        Ok(Object(output)) => Ok(output.response.0),
        Err(cause) => Err(Unrecognizable {
            line: cause.line(),
            column: cause.column(),
            is_json: cause.classify() == serde_json::error::Category::Data,
        }),
    }
}

impl<Request, Response: Default> TriggerEvent<Request, Response> {
    /// An event of version `1` in which nothing is decided yet. The region is the pool's.
    #[must_use]
    pub fn new(
        source: TriggerSource,
        user_pool_id: impl Into<String>,
        user_name: impl Into<String>,
        caller_context: CallerContext,
        request: Request,
    ) -> Self {
        let user_pool_id = user_pool_id.into();
        let region = user_pool_id.rsplit_once('_').map_or("", |(region, _)| region).to_owned();
        Self {
            version: "1".to_owned(),
            trigger_source: source,
            region,
            user_pool_id,
            user_name: user_name.into(),
            caller_context,
            request,
            response: Response::default(),
        }
    }

    /// The same event in another version.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }
}

impl<Request, Response> fmt::Debug for TriggerEvent<Request, Response> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TriggerEvent")
            .field("version", &self.version)
            .field("trigger_source", &self.trigger_source)
            .field("user_pool_id", &self.user_pool_id)
            .field("client_id", &self.caller_context.client_id)
            .finish_non_exhaustive()
    }
}

impl CallerContext {
    /// The client id of calls that come from an administrator and name no client.
    pub const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

    /// A call over this client by an SDK that does not say what it is.
    #[must_use]
    pub fn new(client_id: impl Into<String>) -> Self {
        Self { aws_sdk_version: "aws-sdk-unknown-unknown".to_owned(), client_id: client_id.into() }
    }

    /// A call by an administrator, over no client.
    #[must_use]
    pub fn without_client() -> Self {
        Self::new(Self::NO_CLIENT)
    }
}

impl Unrecognizable {
    /// Whether the output was JSON at all.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_json
    }
}

impl fmt::Display for Unrecognizable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_json { "no trigger answer" } else { "no JSON" };
        write!(out, "{what} (line {}, column {})", self.line, self.column)
    }
}

impl std::error::Error for Unrecognizable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_object_with_a_response_object() {
        for (bad, is_json) in [
            (&b""[..], false),
            (b"null", true),
            (b"[{\"response\":{}}]", true),
            (b"\"text\"", true),
            (b"{}", true),
            (b"{\"response\":null}", true),
            (b"{\"response\":", false),
            (b"{\"response\":{\"autoConfirmUser\":\"true\"}}", true),
            (b"{\"response\":[true,true,true]}", true),
            (b"{\"response\":{}} trailing", false),
        ] {
            let refused = answer::<PreSignUpResponse>(bad).unwrap_err();
            assert_eq!(refused.is_json(), is_json, "{}", String::from_utf8_lossy(bad));
        }
        assert!(answer::<Empty>(b" {\"response\":{\"more\":1},\"request\":7}").is_ok());
    }

    #[test]
    fn an_unrecognizable_answer_is_not_quoted() {
        let refused = answer::<PreSignUpResponse>(br#"{"response":{"autoConfirmUser":"hunter2"}}"#)
            .unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    }
}
