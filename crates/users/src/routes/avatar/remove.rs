//! `DELETE /public/user/me/avatar`: the caller has no avatar any more.

use crate::{At, Caller, Problem, UserApi};
use axum::extract::State;
use http::StatusCode;

/// Takes the caller's avatar away.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete, path = "/public/user/me/avatar", tag = "me", operation_id = "delete_my_avatar",
    security(("bearer" = [])),
    responses((status = 204, description = "There is none."), crate::openapi::NotFound),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
) -> Result<StatusCode, Problem> {
    api.avatars.remove(&caller.person()?, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
