//! `GET /assets/avatars`: the drawings for people who have no picture.

use crate::assets::DefaultAvatar;
use axum::response::Response;

/// Lists the avatars that come with the API.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/assets/avatars", tag = "assets", operation_id = "list_avatars",
    responses(
        (status = 200, description = "All of them.", body = Vec<crate::assets::Drawing>),
    ),
))]
pub async fn run() -> Response {
    super::catalogue(DefaultAvatar::all().iter().map(DefaultAvatar::listed).collect())
}
