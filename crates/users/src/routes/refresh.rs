//! `POST /auth/refresh`: goes on with a session.

use super::{At, tokens};
use crate::{
    Problem, Source, UserApi,
    api_keys::{RequireKey, Write},
    body::{Body, Fields},
};
use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use names::Token;

/// Makes new tokens for a session.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/auth/refresh", tag = "auth", operation_id = "refresh",
    security(("apiKey" = [])),
    request_body(content = Refresh, description = "The session's refresh token."),
    responses((status = 200, description = "New tokens.", body = tokens::Tokens)),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    source: Option<Extension<Source>>,
    At(now): At,
    Body(value): Body,
) -> Result<Response, Problem> {
    let mut fields = Fields::of(value)?;
    let token = fields.required("refreshToken", |text| Token::parse(text), "It is no token.");
    let address = fields.optional("address", |text| text.parse(), "It is no IP address.");
    fields.finish()?;
    let token = token.ok_or_else(Problem::internal)?;
    let moment = tokens::moment(address, source, now);
    let tokens: tokens::Tokens = api.sessions.refresh(&token, moment).await?.into();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response())
}

/// The token of a session that goes on.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct Refresh {
    #[schema(max_length = 65536)]
    refresh_token: String,
    /// The IP address of the person, as the server sees it.
    #[schema(nullable = false)]
    address: Option<String>,
}
