//! `GET /user/handle/{handle}`: who is called this?

use super::{At, Segments, Shown};
use crate::{
    Handle, Problem, UserApi,
    api_keys::{Read, RequireKey},
};
use axum::extract::State;

/// Answers the profile of a handle.
///
/// Case does not count. A handle that only looks like this one is another.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/user/handle/{handle}", tag = "users", operation_id = "find_user_by_handle",
    params(("handle" = String, Path, description = "The handle.")),
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The profile.", body = crate::Profile, headers(
            ("ETag" = String, description = "Its version."),
        )),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(
    _: RequireKey<Read>,
    State(api): State<UserApi>,
    segments: Segments,
    At(now): At,
) -> Result<Shown, Problem> {
    let handle = Handle::parse(segments.text("handle")).map_err(|_| Problem::not_found())?;
    let found = api.profiles.find_by_handle(&handle, now).await.map_err(Problem::broken)?;
    Ok(Shown(found.ok_or_else(Problem::not_found)?.into_inner()))
}
