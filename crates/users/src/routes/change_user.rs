//! `PATCH /user/{id}`: changes what servers write of a user.

use super::{At, PathId, Shown};
use crate::{
    Problem, UserApi,
    api_keys::{RequireKey, Write},
    body::{Body, Fields},
    events::Happening,
    members::Members,
    precondition::IfMatch,
};
use axum::extract::State;

/// Changes members of a user's profile.
///
/// The body is a merge patch (RFC 7396): what is not named stays as it is, `null` removes. What an app keeps
/// in `profile.data` is changed at a place of its own, and so are status, badges and e-mail address.
#[cfg_attr(feature = "openapi", utoipa::path(
    patch, path = "/user/{id}", tag = "users", operation_id = "change_user",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        crate::openapi::IfMatch,
    ),
    security(("apiKey" = [])),
    request_body(
        content = inline(crate::openapi::UserPatch),
        content_type = "application/merge-patch+json",
    ),
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
    let mut fields = Fields::of(body)?;
    let (members, ()) = Members::take(&mut fields, |_| ());
    fields.finish()?;
    members.check_handle()?;
    let change = api.profiles.change(&id, now, |row| {
        if_match.check(row)?;
        let changed = members.write(&mut row.document);
        let is_same = changed.is_empty();
        Ok(if is_same { Vec::new() } else { vec![Happening::Changed(changed)] })
    });
    Ok(Shown(change.await?))
}
