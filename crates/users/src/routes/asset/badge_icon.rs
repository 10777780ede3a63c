//! `GET /assets/badges/{name}`: the icon of a badge.

use crate::{Problem, assets::BadgeKind, routes::Segments};
use axum::response::Response;
use http::HeaderMap;

/// Answers the icon of a badge.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/assets/badges/{name}", tag = "assets", operation_id = "get_badge_icon",
    params(("name" = String, Path, description = "The badge's name and `.svg`.", example = "founder.svg", max_length = 64)),
    responses(
        (status = 200, description = "The drawing.", body = String, content_type = "image/svg+xml",
            headers(("ETag" = String, description = "Its version."))),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(segments: Segments, asked: HeaderMap) -> Result<Response, Problem> {
    let badge = BadgeKind::of_icon(segments.text("name")).ok_or_else(Problem::not_found)?;
    Ok(super::drawing(&asked, badge.svg()))
}
