//! `GET /assets/badges`: the badges that there are.

use crate::assets::BadgeKind;
use axum::response::Response;

/// Lists the badges that a user can be given.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/assets/badges", tag = "assets", operation_id = "list_badges",
    responses(
        (status = 200, description = "All of them.", body = Vec<crate::assets::Drawing>),
    ),
))]
pub async fn run() -> Response {
    super::catalogue(BadgeKind::all().iter().map(BadgeKind::listed).collect())
}
