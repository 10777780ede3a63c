//! `POST /auth/token/{tokenType}/verify`: says what a token is good for.

use super::{At, tokens};
use crate::{
    Problem, Source, UserApi,
    api_keys::{Read, RequireKey},
    body::{Body, Fields},
    sessions::{Facts, TokenType, Verdict},
};
use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::header;
use jiff::Timestamp;
use names::Token;
use serde::Serialize;

/// Says whether a token is good.
///
/// The verdict is by the type of the token: a good access token is no good ID token. Sessions that were ended, users
/// who were kept out and tokens that were revoked are known, as far as `sessionChecked` says.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/auth/token/{tokenType}/verify", tag = "auth", operation_id = "verify_token",
    params(("tokenType" = String, Path, description = "`id`, `access` or `refresh`.")),
    security(("apiKey" = [])),
    request_body(content = Shown, description = "The token."),
    responses(
        (status = 200, description = "The verdict.", body = VerdictDocument),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(
    _: RequireKey<Read>,
    State(api): State<UserApi>,
    source: Option<Extension<Source>>,
    At(now): At,
    Path(kind): Path<String>,
    Body(value): Body,
) -> Result<Response, Problem> {
    let kind = TokenType::find(&kind).ok_or_else(Problem::not_found)?;
    let mut fields = Fields::of(value)?;
    let token = fields.required("token", |text| Ok::<_, ()>(text.to_owned()), "It is no text.");
    fields.finish()?;
    let token = token.ok_or_else(Problem::internal)?;
    let verdict = match Token::parse(token) {
        Ok(token) => api.sessions.verify(kind, &token, tokens::moment(None, source, now)).await?,
        Err(_) => Verdict::Bad("invalid"),
    };
    let document = VerdictDocument::of(kind, verdict);
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(document)).into_response())
}

/// What a token is good for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerdictDocument {
    active: bool,
    /// `id`, `access` or `refresh`.
    token_type: &'static str,
    /// Why it is not good: `invalid`, `expired`, `revoked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    reason: Option<&'static str>,
    /// The user's id, or the client that speaks for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, nullable = false))]
    issued_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, nullable = false))]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    /// Whether it is known that the session was not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    session_checked: Option<bool>,
}

impl VerdictDocument {
    fn of(kind: TokenType, verdict: Verdict) -> Self {
        let mut document = Self {
            active: false,
            token_type: kind.as_str(),
            reason: None,
            subject: None,
            client_id: None,
            issued_at: None,
            expires_at: None,
            scopes: Vec::new(),
            groups: Vec::new(),
            session_checked: None,
        };
        match verdict {
            Verdict::Bad(reason) => document.reason = Some(reason),
            Verdict::Good(facts) => {
                let Facts { subject, client, issued_at, expires_at, scopes, groups, .. } = *facts;
                document.active = true;
                document.session_checked = Some(facts.is_session_known);
                document.subject = subject;
                document.client_id = client.map(|client| client.to_string());
                (document.issued_at, document.expires_at) = (issued_at, expires_at);
                (document.scopes, document.groups) = (scopes, groups);
            }
        }
        document
    }
}

/// A token, where nobody writes it down.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = ShownToken)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct Shown {
    #[schema(max_length = 65536)]
    token: String,
}
