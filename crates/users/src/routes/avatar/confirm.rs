//! `POST /public/user/me/avatar/confirm`: the file that was sent becomes the caller's avatar.

use super::AvatarAddress;
use crate::{At, Caller, Problem, UserApi};
use axum::{Json, extract::State};

/// Makes the picture that was sent the caller's avatar.
///
/// The same is done with it as with one in the body of `PUT /public/user/me/avatar`.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/public/user/me/avatar/confirm", tag = "me", operation_id = "confirm_my_avatar_upload",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Where it is.", body = AvatarAddress),
        (status = 415, description = "It is no picture.", body = crate::openapi::ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Too many pictures are being looked at.", body = crate::openapi::ProblemDocument, content_type = "application/problem+json"),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
        crate::openapi::Unprocessable,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
) -> Result<Json<AvatarAddress>, Problem> {
    let avatar_url = api.avatars.confirm(&caller.person()?, now).await?;
    Ok(Json(AvatarAddress { avatar_url }))
}
