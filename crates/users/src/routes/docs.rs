//! `GET /docs`: the API, described to people.

use crate::{UserApi, reference};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;

/// Describes the API as a page to read.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/docs",
    tag = "about",
    operation_id = "docs",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
))]
pub async fn run(State(api): State<UserApi>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, reference::content_security_policy()),
    ];
    (headers, reference::page(&api.public_url)).into_response()
}
