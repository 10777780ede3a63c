//! `PUT /public/user/me/avatar`: the picture in the body becomes the caller's avatar.

use super::AvatarAddress;
use crate::{At, Caller, Problem, UserApi, assets::LARGEST_PICTURE, routes::asset};
use axum::{Json, body::Body, extract::State};

/// Makes the picture in the body the caller's avatar.
///
/// A PNG, JPEG, WebP or GIF file of at most 2 MiB, whatever its type says. It is cut to a square and drawn anew,
/// 256 by 256 pixels; nothing else of the file is kept. Ten changes an hour.
#[cfg_attr(feature = "openapi", utoipa::path(
    put, path = "/public/user/me/avatar", tag = "me", operation_id = "put_my_avatar",
    security(("bearer" = [])),
    request_body(content = Vec<u8>, content_type = "image/*", description = "The file."),
    responses(
        (status = 200, description = "Where it is.", body = AvatarAddress),
        (status = 503, description = "Too many pictures are being looked at.", body = crate::openapi::ProblemDocument, content_type = "application/problem+json"),
        crate::openapi::NotFound,
        crate::openapi::Unprocessable,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
    body: Body,
) -> Result<Json<AvatarAddress>, Problem> {
    let me = caller.person()?;
    let file = asset::body(body, LARGEST_PICTURE).await?;
    let avatar_url = api.avatars.set(&me, file, now).await?;
    Ok(Json(AvatarAddress { avatar_url }))
}
