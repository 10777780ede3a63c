//! `POST /user/{id}/activation`: sends a user who waits another letter.

use super::{At, PathId};
use crate::{
    UserApi,
    api_keys::{RequireKey, Write},
    idempotency::{Asked, Once},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::Value;

/// Sends a new user another activation letter.
///
/// The code of the letter before is nothing any more. At most five letters an hour go to one user.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/user/{id}/activation", tag = "activation", operation_id = "resend_activation",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        crate::openapi::IdempotencyKey,
    ),
    security(("apiKey" = [])),
    responses(
        (status = 202, description = "The letter was handed over."),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
        crate::openapi::Unavailable,
    ),
))]
pub async fn run(
    key: RequireKey<Write>,
    State(api): State<UserApi>,
    PathId(id): PathId,
    At(now): At,
    once: Once,
) -> Response {
    let route = format!("POST /user/{id}/activation");
    let asked = Asked { caller: key.grant.id.as_str(), route: &route, body: &Value::Null };
    // The answer waits for the letter, which no commit sends.
    let send = async |_| {
        api.resend_activation(&id, now).await?;
        Ok(StatusCode::ACCEPTED.into_response())
    };
    once.run(&api, asked, now, send).await
}
