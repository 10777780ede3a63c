//! `DELETE /user/{id}`: there is no such user any more.

use super::{At, PathId};
use crate::{
    Problem, UserApi,
    api_keys::{RequireKey, Write},
    precondition::IfMatch,
};
use axum::extract::State;
use http::StatusCode;

/// Deletes a user.
///
/// The account goes, and the profile with everything that is kept beside it.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete, path = "/user/{id}", tag = "users", operation_id = "delete_user",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        crate::openapi::IfMatch,
    ),
    security(("apiKey" = [])),
    responses(
        (status = 204, description = "The user is gone."),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
    ),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    PathId(id): PathId,
    At(now): At,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    api.delete(&id, &if_match, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
