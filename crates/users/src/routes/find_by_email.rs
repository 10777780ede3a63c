//! `GET /user/email/{email}`: whose address is this?

use super::{At, Segments, Shown};
use crate::{
    EmailAddress, Problem, UserApi,
    api_keys::{Read, RequireKey},
};
use axum::extract::State;

/// Answers the profile that an e-mail address belongs to.
///
/// Case and compatibility forms do not count. An address that a user has told and not proven belongs to
/// nobody, unless a server made the user with it.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/user/email/{email}", tag = "users", operation_id = "find_user_by_email",
    params(("email" = String, Path, description = "The address.")),
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
    let email = EmailAddress::parse(segments.text("email")).map_err(|_| Problem::not_found())?;
    let found = api.profiles.find_by_email(&email, now).await.map_err(Problem::broken)?;
    Ok(Shown(found.ok_or_else(Problem::not_found)?.into_inner()))
}
