//! `PATCH /public/user/{id}/status/{status}`: lets a user in, or keeps them out.

use crate::{Problem, Profile, Status, UserApi};
use axum::{
    Json,
    extract::{Path, State},
};
use names::Sub;

pub async fn run(
    State(api): State<UserApi>,
    Path((id, status)): Path<(String, String)>,
) -> Result<Json<Profile>, Problem> {
    let id = Sub::parse(id).map_err(|_| Problem::NotFound)?;
    let Some(status) = Status::find(&status) else {
        return Err(Problem::Invalid("The status is active, suspended or closed.".to_owned()));
    };
    Ok(Json(api.accounts.set_status(&id, status).await?))
}
