//! `GET /public/user/me`: the caller's own profile.

use super::At;
use crate::{Caller, Problem, Profile, UserApi};
use axum::{Extension, Json, extract::State};

pub async fn run(
    State(api): State<UserApi>,
    Extension(caller): Extension<Caller>,
    Extension(At(now)): Extension<At>,
) -> Result<Json<Profile>, Problem> {
    let me = caller.sub().ok_or(Problem::Unauthorized)?;
    let found = api.profiles.find(&me, now).await?;
    Ok(Json(found.ok_or(Problem::NotFound)?))
}
