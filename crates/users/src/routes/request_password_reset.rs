//! `POST /auth/password/reset`: sends a code to somebody who forgot the password.

use super::{
    At,
    tokens::{self, Named},
};
use crate::{
    Problem, Source, UserApi,
    api_keys::{RequireKey, Write},
    body::{Body, Fields},
};
use axum::{Extension, extract::State};
use http::StatusCode;

/// Sends a code with which a password can be set.
///
/// The answer is the same whether there is somebody to send a code to or not.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/auth/password/reset", tag = "auth", operation_id = "request_password_reset",
    security(("apiKey" = [])),
    request_body(content = Forgetful, description = "Who it is: exactly one member of the three."),
    responses((status = 202, description = "If there is such a user with a proven contact, a code is on its way.")),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    source: Option<Extension<Source>>,
    At(now): At,
    Body(value): Body,
) -> Result<StatusCode, Problem> {
    let mut fields = Fields::of(value)?;
    let named = Named::take(&mut fields)?;
    let address = fields.optional("address", |text| text.parse(), "It is no IP address.");
    fields.finish()?;
    let name = named.ok_or_else(tokens::nobody_named)?.resolve(&api, now).await?;
    api.sessions.request_reset(&name, tokens::moment(address, source, now)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Somebody who forgot the password.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct Forgetful {
    #[schema(nullable = false, max_length = 128)]
    email: Option<String>,
    #[schema(nullable = false, max_length = 64)]
    handle: Option<String>,
    #[schema(nullable = false, max_length = 128)]
    username: Option<String>,
    /// The IP address of the person, as the server sees it.
    #[schema(nullable = false)]
    address: Option<String>,
}
