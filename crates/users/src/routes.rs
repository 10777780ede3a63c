//! Which route leads where?

pub(crate) mod activate;
pub(crate) mod activation_page;
pub(crate) mod asset;
pub(crate) mod avatar;
pub(crate) mod challenge;
pub(crate) mod change_me;
pub(crate) mod change_status;
pub(crate) mod change_user;
pub(crate) mod confirm_email_change;
pub(crate) mod confirm_password_reset;
pub(crate) mod create_user;
pub(crate) mod delete_me;
pub(crate) mod delete_user;
pub(crate) mod docs;
pub(crate) mod export_me;
pub(crate) mod find_by_email;
pub(crate) mod find_by_handle;
pub(crate) mod find_by_name;
pub(crate) mod get_user;
pub(crate) mod health;
pub(crate) mod issue_badge;
pub(crate) mod list_users;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod merge_data;
pub(crate) mod openapi;
pub(crate) mod profile;
pub(crate) mod refresh;
pub(crate) mod replace_data;
pub(crate) mod request_email_change;
pub(crate) mod request_password_reset;
pub(crate) mod resend_activation;
pub(crate) mod revoke_badge;
pub(crate) mod status;
pub(crate) mod token_in_path;
pub(crate) mod tokens;
pub(crate) mod verify_token;
pub(crate) mod whoami;

use crate::{Kind, Problem, Row, Status, UserApi};
use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, patch, post, put},
};
use http::{HeaderName, HeaderValue, header, request::Parts};
use jiff::Timestamp;
use names::Sub;
use std::collections::HashMap;

/// When a request is answered; the front's clock, handed along with the request. A handler takes it as an
/// argument.
#[derive(Debug, Clone, Copy)]
pub struct At(pub Timestamp);

impl<S: Sync> FromRequestParts<S> for At {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or_else(|| {
            tracing::error!("a front handed over a request without the time");
            Problem::internal()
        })
    }
}

/// The parts of the path that a route leaves open. A handler takes them as an argument.
#[derive(Debug, Clone)]
pub struct Segments(HashMap<String, String>);

impl Segments {
    /// A part; empty if the route has none of this name.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The user whom the path names.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for what is no id of a user.
    pub fn id(&self) -> Result<Sub, Problem> {
        Sub::parse(self.text("id")).map_err(|_| Problem::not_found())
    }

    /// The status that the path names.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`].
    pub fn status(&self) -> Result<Status, Problem> {
        Status::find(self.text("status")).ok_or_else(|| {
            Problem::new(Kind::InvalidRequest)
                .saying("The status is pending, active, suspended or closed.")
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Segments {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // What is no text names nothing.
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(segments)| Self(segments)).map_err(|_| Problem::not_found())
    }
}

/// The user whom the path of a request names.
#[derive(Debug, Clone)]
pub struct PathId(pub Sub);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Segments::from_request_parts(parts, state).await?.id().map(Self)
    }
}

/// A profile as an answer, with its version.
#[derive(Debug)]
pub struct Shown(pub Row);

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let etag = HeaderValue::from_str(&self.0.etag());
        let mut response = Json(self.0.document).into_response();
        if let Ok(etag) = etag {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

/// The routes of the API, under the paths that the template gives them.
pub fn router(api: UserApi) -> Router {
    Router::new()
        .route("/health", get(health::run))
        .route("/openapi.json", get(openapi::run))
        .route("/docs", get(docs::run))
        .route("/whoami", get(whoami::run))
        .route("/user", get(list_users::run).post(create_user::run))
        .route("/user/{id}", get(get_user::run).patch(change_user::run).delete(delete_user::run))
        .route("/user/{id}/activation", post(resend_activation::run))
        .route("/user/{id}/badge/{name}", post(issue_badge::run).delete(revoke_badge::run))
        .route("/user/{id}/data/update", put(replace_data::run).patch(merge_data::run))
        .route("/user/{id}/status/{status}", patch(change_status::run))
        .route("/user/activate/{activationCode}", get(activation_page::run).post(activate::run))
        .route("/user/email/{email}", get(find_by_email::run))
        .route("/user/handle/{handle}", get(find_by_handle::run))
        .route("/user/name/{name}", get(find_by_name::run))
        .route("/public/user/me", get(me::run).patch(change_me::run).delete(delete_me::run))
        .route("/public/user/me/export", get(export_me::run))
        .route("/public/user/{id}", get(profile::run))
        .route("/public/user/{id}/status/{status}", patch(status::run))
        .route("/public/user/me/avatar", put(avatar::put::run).delete(avatar::remove::run))
        .route("/public/user/me/avatar/upload", post(avatar::begin::run))
        .route("/public/user/me/avatar/confirm", post(avatar::confirm::run))
        .route("/assets/avatars", get(asset::avatar_catalogue::run))
        .route("/assets/avatars/{name}", get(asset::default_avatar::run))
        .route("/assets/badges", get(asset::badge_catalogue::run))
        .route("/assets/badges/{name}", get(asset::badge_icon::run))
        .route("/assets/users/{name}", get(asset::picture::run))
        .route("/assets/uploads/{ticket}", put(asset::upload::run))
        .route("/public/user/me/email/change", post(request_email_change::run))
        .route("/public/user/me/email/change/confirm", post(confirm_email_change::run))
        .route("/auth/login", post(login::run))
        .route("/auth/challenge", post(challenge::run))
        .route("/auth/refresh", post(refresh::run))
        .route("/auth/logout", post(logout::run))
        .route("/auth/token/{tokenType}/verify", post(verify_token::run))
        .route(
            "/auth/token/{tokenType}/verify/{token}",
            get(token_in_path::run).post(token_in_path::run),
        )
        .route("/auth/password/reset", post(request_password_reset::run))
        .route("/auth/password/reset/confirm", post(confirm_password_reset::run))
        .method_not_allowed_fallback(|| async { Problem::from(Kind::MethodNotAllowed) })
        .fallback(|| async { Problem::not_found() })
        .layer(middleware::from_fn_with_state(api.clone(), tell))
        .layer(middleware::map_response(guard))
        .with_state(api)
}

/// Answers, and says that there may be something to tell: whatever changes something does so by these.
async fn tell(State(api): State<UserApi>, request: Request, next: Next) -> Response {
    let may_change = !request.method().is_safe();
    let response = next.run(request).await;
    if let Some(drain) = api.drain.filter(|_| may_change) {
        drain.after_request().await;
    }
    response
}

/// What every answer says unless it says it itself: it is what it says it is, is not kept on the way, and
/// where somebody came from is nobody's business.
async fn guard(mut response: Response) -> Response {
    const USUAL: [(HeaderName, HeaderValue); 3] = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    for (name, value) in USUAL {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
