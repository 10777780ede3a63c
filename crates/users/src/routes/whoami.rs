//! `GET /whoami`: the context that the authorizer handed down.

use crate::Caller;
use axum::{Extension, Json};
use serde_json::{Map, Value};

pub async fn run(Extension(caller): Extension<Caller>) -> Json<Map<String, Value>> {
    Json(caller.context)
}
