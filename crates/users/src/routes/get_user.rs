//! `GET /user/{id}`: a user's profile, for a server.

use super::{At, PathId, Shown};
use crate::{
    Problem, UserApi,
    api_keys::{Read, RequireKey},
};
use axum::extract::State;

/// Answers a user's profile.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/user/{id}", tag = "users", operation_id = "get_user",
    params(("id" = String, Path, description = "The user's id.", format = "uuid")),
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
    PathId(id): PathId,
    At(now): At,
) -> Result<Shown, Problem> {
    Ok(Shown(api.profiles.get(&id, now).await?.into_inner()))
}
