//! `GET /assets/avatars/{name}`: a drawing for people who have no picture.

use crate::{Problem, assets::DefaultAvatar, routes::Segments};
use axum::response::Response;
use http::HeaderMap;

/// Answers one of the avatars that come with the API.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/assets/avatars/{name}", tag = "assets", operation_id = "get_avatar",
    params(("name" = String, Path, description = "The avatar's name and `.svg`.", example = "heron.svg", max_length = 64)),
    responses(
        (status = 200, description = "The drawing.", body = String, content_type = "image/svg+xml",
            headers(("ETag" = String, description = "Its version."))),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(segments: Segments, asked: HeaderMap) -> Result<Response, Problem> {
    let avatar = DefaultAvatar::find(segments.text("name")).ok_or_else(Problem::not_found)?;
    Ok(super::drawing(&asked, avatar.svg()))
}
