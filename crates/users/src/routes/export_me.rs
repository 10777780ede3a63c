//! `GET /public/user/me/export`: everything that is kept about the caller.

use super::At;
use crate::{Caller, Problem, Profile, UserApi};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use jiff::Timestamp;
use serde::Serialize;

/// Everything that is kept about a user.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Export {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    exported_at: Timestamp,
    profile: Profile,
    /// What the pool knows; nothing if the account is gone.
    account: Option<ExportedAccount>,
}

/// What the pool knows of a user.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExportedAccount {
    may_sign_in: bool,
    email: Option<String>,
    is_email_verified: bool,
}

/// Answers everything that is kept about the caller, as a file.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/public/user/me/export", tag = "me", operation_id = "export_me",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "All of it.", body = inline(Export)),
        crate::openapi::NotFound,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
) -> Result<Response, Problem> {
    let me = caller.person()?;
    let profile = api.profiles.get(&me, now).await?.into_inner().document;
    let account = api.accounts.find(&me, now).await?.map(|account| ExportedAccount {
        may_sign_in: account.is_enabled,
        email: account.email,
        is_email_verified: account.is_email_verified,
    });
    let as_file = [(header::CONTENT_DISPOSITION, "attachment; filename=\"profile.json\"")];
    Ok((as_file, Json(Export { exported_at: now, profile, account })).into_response())
}
