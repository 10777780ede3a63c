//! Which route leads where?

mod health;
mod me;
mod profile;
mod status;
mod whoami;

use crate::{Problem, UserApi};
use axum::{
    Router,
    routing::{get, patch},
};
use jiff::Timestamp;

/// When a request is answered; the front's clock, handed along with the request.
#[derive(Debug, Clone, Copy)]
pub struct At(pub Timestamp);

/// The routes of the API, under the paths that the template gives them.
pub fn router(api: UserApi) -> Router {
    Router::new()
        .route("/health", get(health::run))
        .route("/whoami", get(whoami::run))
        .route("/public/user/me", get(me::run))
        .route("/public/user/{id}", get(profile::run))
        .route("/public/user/{id}/status/{status}", patch(status::run))
        .fallback(|| async { Problem::NotFound })
        .with_state(api)
}
