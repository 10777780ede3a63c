//! `PATCH /user/{id}/data/update`: merges into what an app keeps in a profile.

use super::{At, PathId, Shown};
use crate::{
    Problem, UserApi,
    api_keys::{RequireKey, Write},
    body::Body,
    events::Happening,
    members::{check_data, merge},
    precondition::IfMatch,
};
use axum::extract::State;
use serde_json::Value;

/// Changes what an app keeps of a user.
///
/// The body is a merge patch (RFC 7396) for `profile.data`: what is not named stays, `null` removes. It may not
/// become larger than 32 KiB. Nothing else of the profile changes, whatever its members are called.
#[cfg_attr(feature = "openapi", utoipa::path(
    patch, path = "/user/{id}/data/update", tag = "users", operation_id = "merge_data",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        crate::openapi::IfMatch,
    ),
    security(("apiKey" = [])),
    request_body(content = inline(Object), content_type = "application/merge-patch+json"),
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
    let Value::Object(patch) = body else {
        return Err(Problem::invalid("", "The body has to be an object."));
    };
    let change = api.profiles.change(&id, now, |row| {
        if_match.check(row)?;
        let mut merged = row.document.profile.data.clone();
        merge(&mut merged, &patch);
        check_data(&merged, "")?;
        if row.document.profile.data == merged {
            return Ok(Vec::new());
        }
        row.document.profile.data = merged;
        Ok(vec![Happening::Changed(vec!["profile.data".to_owned()])])
    });
    Ok(Shown(change.await?))
}
