//! `GET /health`: is anybody there?

use axum::Json;
use serde_json::{Value, json};

pub async fn run() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
