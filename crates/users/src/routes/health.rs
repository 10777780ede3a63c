//! `GET /health`: is anybody there?

use axum::Json;
use serde_json::{Value, json};

/// Says that the API is there.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/health",
    tag = "about",
    operation_id = "health",
    responses((status = 200, description = "It is.", body = inline(crate::openapi::Health))),
))]
pub async fn run() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
