//! `DELETE /public/user/me`: the caller leaves, and takes everything along.

use super::At;
use crate::{Caller, Problem, UserApi, precondition::IfMatch};
use axum::extract::State;
use http::StatusCode;

/// Deletes the caller's own account.
///
/// The account goes, and the profile with everything that is kept beside it. Tokens that are out end by
/// themselves.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete, path = "/public/user/me", tag = "me", operation_id = "delete_me",
    params(crate::openapi::IfMatch),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "The account is gone."),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    api.delete(&caller.person()?, &if_match, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
