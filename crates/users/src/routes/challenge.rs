//! `POST /auth/challenge`: goes on with a sign-in.

use super::{
    At,
    tokens::{self, SignInAnswer},
};
use crate::{
    Problem, Source, UserApi,
    api_keys::{RequireKey, Write},
    body::{Body, Fields},
    sessions::{Answer, Denied},
};
use axum::{Extension, extract::State};
use names::Session;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// As many answers as anybody needs, and the longest of them.
const MOST_RESPONSES: usize = 64;
const LONGEST_RESPONSE: usize = 4096;

/// Answers what a sign-in asked.
///
/// `responses` has Cognito's names: `USERNAME` always, and `NEW_PASSWORD` (with `userAttributes.…`),
/// `SOFTWARE_TOKEN_MFA_CODE`, `SMS_MFA_CODE`, `EMAIL_OTP_CODE` or `ANSWER`. The secret hash is added here.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/auth/challenge", tag = "auth", operation_id = "answer_challenge",
    security(("apiKey" = [])),
    request_body(content = ChallengeAnswer, description = "The answer."),
    responses(
        (status = 200, description = "The tokens, or another challenge.", body = SignInAnswer),
        crate::openapi::Unprocessable,
    ),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    source: Option<Extension<Source>>,
    At(now): At,
    Body(value): Body,
) -> Result<SignInAnswer, Problem> {
    let mut fields = Fields::of(value)?;
    let challenge = fields.required("challenge", name, "It is no name of a challenge.");
    let session = fields.required("session", |text| Session::parse(text), "It is no session.");
    let address = fields.optional("address", |text| text.parse(), "It is no IP address.");
    let responses = read(fields.object("responses"));
    if responses.is_none() {
        fields.refuse("responses", "It has to be an object of at most 64 texts.");
    }
    fields.finish()?;
    let responses = responses.ok_or_else(Problem::internal)?;
    let challenge = challenge.ok_or_else(Problem::internal)?;
    let session = session.ok_or_else(Problem::internal)?;
    let moment = tokens::moment(address, source, now);
    let answer = Answer { challenge, session, responses };
    let progress = api.sessions.answer(answer, moment).await.map_err(refused)?;
    Ok(tokens::led_to(&api, progress, moment).await)
}

/// What is wrong stands among the responses here.
fn refused(denied: Denied) -> Problem {
    match denied {
        Denied::WrongCode => Problem::invalid("/responses", "The code is not right."),
        Denied::CodeExpired => Problem::invalid("/responses", "The code has expired."),
        Denied::PasswordBreaksPolicy(words) => Problem::invalid("/responses/NEW_PASSWORD", words),
        other => other.into(),
    }
}

fn read(members: Map<String, Value>) -> Option<BTreeMap<String, String>> {
    if members.len() > MOST_RESPONSES {
        return None;
    }
    let text = |(name, value)| match value {
        Value::String(text) if text.len() <= LONGEST_RESPONSE => Some((name, text)),
        _ => None,
    };
    members.into_iter().map(text).collect()
}

fn name(text: &str) -> Result<String, ()> {
    let is_name = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if is_name { Ok(text.to_owned()) } else { Err(()) }
}

/// The answer to what a sign-in asked.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct ChallengeAnswer {
    #[schema(pattern = "^[A-Z_]{1,64}$")]
    challenge: String,
    #[schema(min_length = 20, max_length = 4096)]
    session: String,
    /// In Cognito's names, at most 64 of them.
    responses: BTreeMap<String, String>,
    /// The IP address of the person, as the server sees it.
    #[schema(nullable = false)]
    address: Option<String>,
}
