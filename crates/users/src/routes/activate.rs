//! `POST /user/activate/{activationCode}`: lets a new user in.

use super::{At, Segments, activation_page::outcome};
use crate::{Source, UserApi};
use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use serde::Serialize;

/// That an account is active.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activated {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::Status))]
    status: &'static str,
}

/// Activates the account that a letter was sent for.
///
/// A code works once. After twenty wrong ones in an hour from one network there is no further try. A browser,
/// which asks for `text/html`, gets a page.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/user/activate/{activationCode}", tag = "activation", operation_id = "activate",
    params(("activationCode" = String, Path, description = "The code of the letter.")),
    responses(
        (status = 200, description = "The user may sign in.", content(
            (inline(Activated) = "application/json"), (String = "text/html"),
        )),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
        crate::openapi::TooManyRequests,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    segments: Segments,
    At(now): At,
    source: Option<Extension<Source>>,
    headers: HeaderMap,
) -> Response {
    let from = source.and_then(|Extension(Source(from))| from);
    let activated = api.activate(segments.text("activationCode"), from, now).await;
    let answer = match activated {
        Ok(()) => Json(Activated { status: "active" }).into_response(),
        Err(problem) => problem.into_response(),
    };
    if wants_page(&headers) { outcome(answer.status()) } else { answer }
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
