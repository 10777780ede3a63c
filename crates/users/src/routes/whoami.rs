//! `GET /whoami`: the context that the authorizer handed down.

use crate::Caller;
use axum::{Extension, Json};
use serde_json::{Map, Value};

/// Shows what the authorizer has found out about the caller.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/whoami",
    tag = "about",
    operation_id = "who_am_i",
    security(("bearer" = [])),
    responses((status = 200, description = "The context of the request.", body = inline(Object))),
))]
pub async fn run(Extension(caller): Extension<Caller>) -> Json<Map<String, Value>> {
    Json(caller.context)
}
