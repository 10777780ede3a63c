//! `GET /public/user/{id}`: anybody's profile, for those whom the gateway let in.

use super::At;
use crate::{Problem, Profile, UserApi};
use axum::{
    Extension, Json,
    extract::{Path, State},
};
use names::Sub;

pub async fn run(
    State(api): State<UserApi>,
    Path(id): Path<String>,
    Extension(At(now)): Extension<At>,
) -> Result<Json<Profile>, Problem> {
    let id = Sub::parse(id).map_err(|_| Problem::NotFound)?;
    let found = api.profiles.find(&id, now).await?;
    Ok(Json(found.ok_or(Problem::NotFound)?))
}
