//! `POST /auth/login`: begins a session for somebody who told a server who they are.

use super::{
    At,
    tokens::{self, Named, SignInAnswer},
};
use crate::{
    Problem, Source, UserApi,
    api_keys::{RequireKey, Write},
    body::{Body, Fields},
};
use axum::{Extension, extract::State};
use names::Password;

/// Signs a user in.
///
/// The user is named by `email`, `handle` or `username`, exactly one of them. The answer is the tokens, or what has
/// to be answered first. A name that nobody has and a wrong password are refused alike.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/auth/login", tag = "auth", operation_id = "login",
    security(("apiKey" = [])),
    request_body(content = Login, description = "Who it is, and how they show it."),
    responses(
        (status = 200, description = "The tokens, or a challenge.", body = SignInAnswer),
        crate::openapi::Unprocessable,
    ),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    source: Option<Extension<Source>>,
    At(now): At,
    Body(value): Body,
) -> Result<SignInAnswer, Problem> {
    let mut fields = Fields::of(value)?;
    let named = Named::take(&mut fields)?;
    let password = fields.required("password", |text| Password::parse(text), "It is no password.");
    let address = fields.optional("address", |text| text.parse(), "It is no IP address.");
    fields.finish()?;
    let named = named.ok_or_else(tokens::nobody_named)?;
    let password = password.ok_or_else(Problem::internal)?;
    let moment = tokens::moment(address, source, now);
    let name = named.resolve(&api, now).await?;
    let progress = api.sessions.login(&name, &password, moment).await?;
    Ok(tokens::led_to(&api, progress, moment).await)
}

/// Who somebody is, and how they show it.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct Login {
    #[schema(nullable = false, max_length = 128)]
    email: Option<String>,
    #[schema(nullable = false, max_length = 64)]
    handle: Option<String>,
    #[schema(nullable = false, max_length = 128)]
    username: Option<String>,
    #[schema(max_length = 256)]
    password: String,
    /// The IP address of the person, as the server sees it, for the pool's rules against attacks.
    #[schema(nullable = false)]
    address: Option<String>,
}
