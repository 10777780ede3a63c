//! `PUT /assets/uploads/{ticket}`: takes the file that an address was made for.

use crate::{At, Problem, UserApi, assets::LARGEST_PICTURE, routes::Segments};
use axum::{body::Body, extract::State};
use http::StatusCode;

/// Takes a file at an address that `POST /public/user/me/avatar/upload` gave.
///
/// The address is the right to send: it carries a secret, and is good for a quarter of an hour. Where files are
/// kept by S3, the address is one of S3's.
#[cfg_attr(feature = "openapi", utoipa::path(
    put, path = "/assets/uploads/{ticket}", tag = "assets", operation_id = "send_upload",
    params(("ticket" = String, Path, description = "What the address ends with.", max_length = 64)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, of exactly the length that was said."),
    responses((status = 204, description = "It is here."), crate::openapi::NotFound),
))]
pub async fn run(
    State(api): State<UserApi>,
    segments: Segments,
    At(now): At,
    body: Body,
) -> Result<StatusCode, Problem> {
    let file = super::body(body, LARGEST_PICTURE).await?;
    api.avatars.receive(segments.text("ticket"), file, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
