//! `GET /assets/users/{name}`: a picture that somebody sent, drawn anew.

use crate::{At, Problem, UserApi, assets::PictureName, routes::Segments};
use axum::{extract::State, response::Response};
use http::HeaderMap;

/// Answers a user's picture.
///
/// It never changes: another picture has another name.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/assets/users/{name}", tag = "assets", operation_id = "get_picture",
    params(("name" = String, Path, description = "64 hexadecimal digits and `.png`.", max_length = 68)),
    responses(
        (status = 200, description = "256 by 256 pixels.", body = Vec<u8>, content_type = "image/png",
            headers(("ETag" = String, description = "Its version."))),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    segments: Segments,
    At(now): At,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let name = PictureName::parse(segments.text("name"))?;
    let found = api.avatars.picture(&name, now).await?;
    let picture = found.ok_or_else(Problem::not_found)?;
    Ok(super::serve(&asked, "image/png", super::FOR_EVER, picture))
}
