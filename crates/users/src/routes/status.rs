//! `PATCH /public/user/{id}/status/{status}`: lets a user in, or keeps them out, on the word of somebody who
//! may say so.

use super::{At, Segments, Shown};
use crate::{Caller, Problem, UserApi, caller::WRITE, precondition::IfMatch};
use axum::extract::State;

/// Gives a user another status.
///
/// For people in a group and for machines, with the scope `users/write`. What leads where is as between
/// servers.
#[cfg_attr(feature = "openapi", utoipa::path(
    patch, path = "/public/user/{id}/status/{status}", tag = "people", operation_id = "change_public_status",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        ("status" = inline(crate::Status), Path, description = "The status to come."),
        crate::openapi::IfMatch,
    ),
    security(("bearer" = ["users/write"])),
    responses(
        (status = 200, description = "The profile as it is now.", body = crate::Profile, headers(
            ("ETag" = String, description = "Its version."),
        )),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    segments: Segments,
    At(now): At,
    if_match: IfMatch,
) -> Result<Shown, Problem> {
    caller.may(WRITE)?;
    let status = segments.status()?;
    Ok(Shown(api.set_status(&segments.id()?, status, &if_match, now).await?))
}
