//! `POST /public/user/me/avatar/upload`: asks for an address to send a picture to.

use crate::{At, Caller, Kind, Problem, UserApi, assets::UploadAddress, routes::asset};
use axum::{Json, body::Body, extract::State};
use http::StatusCode;
use serde::Deserialize;

/// No body that asks for an address is longer.
const LONGEST_BODY: usize = 1024;

/// What is to be sent.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewUpload {
    /// The length of the file in bytes, exactly.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_097_152))]
    content_length: u64,
}

/// Gives an address to send a picture to, for files that do not go through the API.
///
/// Send the file there with the method and headers of the answer, and then
/// `POST /public/user/me/avatar/confirm`. A new address takes the place of the one before. Ten in an hour.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/public/user/me/avatar/upload", tag = "me", operation_id = "begin_my_avatar_upload",
    security(("bearer" = [])),
    request_body(content = NewUpload, description = "The length of the file."),
    responses(
        (status = 201, description = "Where to send it.", body = UploadAddress),
        crate::openapi::NotFound,
        crate::openapi::Unprocessable,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
    body: Body,
) -> Result<(StatusCode, Json<UploadAddress>), Problem> {
    let me = caller.person()?;
    let body = asset::body(body, LONGEST_BODY).await?;
    let asked: NewUpload = serde_json::from_slice(&body).map_err(|_| {
        Problem::new(Kind::MalformedBody).saying("The body is { \"contentLength\": BYTES }.")
    })?;
    let address = api.avatars.begin(&me, asked.content_length, now).await?;
    Ok((StatusCode::CREATED, Json(address)))
}
