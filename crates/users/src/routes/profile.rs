//! `GET /public/user/{id}`: a profile, for its user and for those who may see others.

use super::{At, PathId, Shown};
use crate::{Caller, Problem, UserApi, caller::READ};
use axum::extract::State;

/// Answers a user's profile.
///
/// People see their own. The profiles of others are seen by people in a group and by machines, with the scope
/// `users/read`.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/public/user/{id}", tag = "people", operation_id = "get_public_user",
    params(("id" = String, Path, description = "The user's id.", format = "uuid")),
    security(("bearer" = ["users/read"])),
    responses(
        (status = 200, description = "The profile.", body = crate::Profile, headers(
            ("ETag" = String, description = "Its version."),
        )),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    PathId(id): PathId,
    At(now): At,
) -> Result<Shown, Problem> {
    if caller.sub().as_ref() != Some(&id) {
        caller.may(READ)?;
    }
    Ok(Shown(api.profiles.get(&id, now).await?.into_inner()))
}
