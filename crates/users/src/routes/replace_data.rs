//! `PUT /user/{id}/data/update`: replaces what an app keeps in a profile.

use super::{At, PathId, Shown};
use crate::{
    Problem, UserApi,
    api_keys::{RequireKey, Write},
    body::Body,
    events::Happening,
    members::check_data,
    precondition::IfMatch,
};
use axum::extract::State;
use serde_json::Value;

/// Replaces what an app keeps of a user.
///
/// The body is the new `profile.data`: an object of at most 32 KiB. Nothing else of the profile changes,
/// whatever its members are called.
#[cfg_attr(feature = "openapi", utoipa::path(
    put, path = "/user/{id}/data/update", tag = "users", operation_id = "replace_data",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        crate::openapi::IfMatch,
    ),
    security(("apiKey" = [])),
    request_body(content = inline(Object)),
    responses(
        (status = 200, description = "The profile as it is now.", body = crate::Profile, headers(
            ("ETag" = String, description = "Its version."),
        )),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
    ),
))]
pub async fn run(
    _: RequireKey<Write>,
    State(api): State<UserApi>,
    PathId(id): PathId,
    At(now): At,
    if_match: IfMatch,
    Body(body): Body,
) -> Result<Shown, Problem> {
    let Value::Object(data) = body else {
        return Err(Problem::invalid("", "The body has to be an object."));
    };
    check_data(&data, "")?;
    let change = api.profiles.change(&id, now, |row| {
        if_match.check(row)?;
        if row.document.profile.data == data {
            return Ok(Vec::new());
        }
        row.document.profile.data = data.clone();
        Ok(vec![Happening::Changed(vec!["profile.data".to_owned()])])
    });
    Ok(Shown(change.await?))
}
