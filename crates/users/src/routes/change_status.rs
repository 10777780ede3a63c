//! `PATCH /user/{id}/status/{status}`: lets a user in, or keeps them out, on a server's word.

use super::{At, Segments, Shown};
use crate::{
    Problem, UserApi,
    api_keys::{RequireKey, Write},
    precondition::IfMatch,
};
use axum::extract::State;

/// Gives a user another status.
///
/// `pending` leads to `active` and `closed`, `active` to `suspended` and `closed`, `suspended` to `active` and
/// `closed`, `closed` nowhere. Whoever is not `active` cannot sign in, and is signed out everywhere.
#[cfg_attr(feature = "openapi", utoipa::path(
    patch, path = "/user/{id}/status/{status}", tag = "users", operation_id = "change_status",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        ("status" = inline(crate::Status), Path, description = "The status to come."),
        crate::openapi::IfMatch,
    ),
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The profile as it is now.", body = crate::Profile, headers(
            ("ETag" = String, description = "Its version."),
        )),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
    ),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    segments: Segments,
    At(now): At,
    if_match: IfMatch,
) -> Result<Shown, Problem> {
    let status = segments.status()?;
    Ok(Shown(api.set_status(&segments.id()?, status, &if_match, now).await?))
}
