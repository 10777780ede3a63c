//! `POST /auth/password/reset/confirm`: sets a password by the code that was sent.

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
use names::{Code, Password};

/// Sets a password by the code that was sent.
///
/// Every session of the user ends. A code for somebody who does not exist is wrong like any other.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/auth/password/reset/confirm", tag = "auth", operation_id = "confirm_password_reset",
    security(("apiKey" = [])),
    request_body(content = NewPassword, description = "Who it is, the code, the password."),
    responses((status = 204, description = "The password is set."), crate::openapi::Unprocessable),
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
    let code = fields.required("code", |text| Code::parse(text), "It is no code.");
    let password = fields.required("password", |text| Password::parse(text), "It is no password.");
    let address = fields.optional("address", |text| text.parse(), "It is no IP address.");
    fields.finish()?;
    let (code, password) = code.zip(password).ok_or_else(Problem::internal)?;
    let name = named.ok_or_else(tokens::nobody_named)?.resolve(&api, now).await?;
    let moment = tokens::moment(address, source, now);
    api.sessions.confirm_reset(&name, &code, &password, moment).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password for a forgotten one.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct NewPassword {
    #[schema(nullable = false, max_length = 128)]
    email: Option<String>,
    #[schema(nullable = false, max_length = 64)]
    handle: Option<String>,
    #[schema(nullable = false, max_length = 128)]
    username: Option<String>,
    #[schema(max_length = 2048)]
    code: String,
    #[schema(max_length = 256)]
    password: String,
    /// The IP address of the person, as the server sees it.
    #[schema(nullable = false)]
    address: Option<String>,
}
