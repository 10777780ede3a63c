//! `POST /public/user/me/email/change`: sends a code to the address that somebody wants to have.

use super::At;
use crate::{
    Caller, EmailAddress, Kind, Problem, UserApi,
    allowance::Allowance,
    body::{Body, Fields},
    email_change::{EmailChange, MINUTES},
    letters::{Letter, LetterAbout},
};
use axum::extract::State;
use http::StatusCode;
use store::Commit;

/// Sends a code to the address that you want to have.
///
/// The old address stays yours, and counts, until the code has come back. The answer does not say whether somebody
/// else has the new one: whoever reads its mail learns so from the confirmation.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/public/user/me/email/change", tag = "me", operation_id = "request_email_change",
    security(("bearer" = [])),
    request_body(content = NewEmail, description = "The new address."),
    responses(
        (status = 202, description = "A code is on its way."),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
    Body(value): Body,
) -> Result<StatusCode, Problem> {
    let me = caller.person()?;
    caller.require_whole()?;
    let mut fields = Fields::of(value)?;
    let email = fields.required("email", EmailAddress::parse, "It is no e-mail address.");
    fields.finish()?;
    let email = email.ok_or_else(Problem::internal)?;
    let row = api.profiles.get(&me, now).await?;
    api.profiles.use_allowance(Allowance::EmailChangeLetter, me.as_str(), now).await?;
    let table = api.profiles.table();
    let begun = EmailChange::begin(table, &me, email.clone(), &*api.random, now);
    let (change, code) = begun.map_err(Problem::broken)?;
    let mut commit = Commit::new();
    commit.put(&change);
    let kept = api.profiles.records().commit(commit, now).await;
    kept.map_err(Problem::broken)?;
    let letter = Letter {
        to: email.as_str().to_owned(),
        language: row.document.profile.profile_data.lang.clone(),
        about: LetterAbout::EmailChange { code },
        minutes: MINUTES,
    };
    api.letters.send(letter, now).await.map_err(|cause| {
        tracing::error!(%cause, "the letter of a change of address");
        Problem::new(Kind::Unavailable).saying("The letter could not be sent; try later.")
    })?;
    Ok(StatusCode::ACCEPTED)
}

/// The address that somebody wants to have.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct NewEmail {
    #[schema(max_length = 254)]
    email: String,
}
