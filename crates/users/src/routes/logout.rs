//! `POST /auth/logout`: ends a session, or all of a user's.

use super::{At, tokens};
use crate::{
    Problem, Source, UserApi,
    api_keys::{RequireKey, Write},
    body::{Body, Fields},
};
use axum::{Extension, extract::State};
use http::StatusCode;
use names::Token;
use serde_json::Value;

/// Ends a session, or all of them.
///
/// `refreshToken` ends its session, with every token that came of it. `accessToken` with `everywhere: true` ends all
/// sessions of its user. A session that is over is over: that is no error.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/auth/logout", tag = "auth", operation_id = "logout",
    security(("apiKey" = [])),
    request_body(content = Logout, description = "Which session, or whose."),
    responses((status = 204, description = "Nothing goes on."), crate::openapi::Unprocessable),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    source: Option<Extension<Source>>,
    At(now): At,
    Body(mut value): Body,
) -> Result<StatusCode, Problem> {
    let everywhere = value.as_object_mut().and_then(|members| members.remove("everywhere"));
    let everywhere = match everywhere {
        None => false,
        Some(Value::Bool(everywhere)) => everywhere,
        Some(_) => return Err(Problem::invalid("/everywhere", "It is neither true nor false.")),
    };
    let mut fields = Fields::of(value)?;
    let refresh = fields.optional("refreshToken", |text| Token::parse(text), "It is no token.");
    let access = fields.optional("accessToken", |text| Token::parse(text), "It is no token.");
    fields.finish()?;
    let moment = tokens::moment(None, source, now);
    match (refresh, access, everywhere) {
        (Some(refresh), None, false) => api.sessions.sign_out(&refresh, moment).await?,
        (None, Some(access), true) => api.sessions.sign_out_everywhere(&access, moment).await?,
        (_, _, true) => {
            return Err(Problem::invalid("/accessToken", "It says alone whose sessions all end."));
        }
        (_, _, false) => {
            return Err(Problem::invalid("/refreshToken", "It says alone which session ends."));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Which session, or whose.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct Logout {
    #[schema(nullable = false, max_length = 65536)]
    refresh_token: Option<String>,
    #[schema(nullable = false, max_length = 65536)]
    access_token: Option<String>,
    #[schema(nullable = false)]
    everywhere: Option<bool>,
}
