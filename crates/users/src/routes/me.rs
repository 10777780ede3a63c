//! `GET /public/user/me`: the caller's own profile.

use super::{At, Shown};
use crate::{Caller, Problem, UserApi};
use axum::extract::State;

/// Answers the caller's own profile.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/public/user/me", tag = "me", operation_id = "get_me",
    security(("bearer" = [])),
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
    At(now): At,
) -> Result<Shown, Problem> {
    Ok(Shown(api.profiles.get(&caller.person()?, now).await?.into_inner()))
}
