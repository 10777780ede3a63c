//! `DELETE /user/{id}/badge/{name}`: takes a badge from a user.

use super::{At, Segments, Shown};
use crate::{
    Problem, UserApi,
    api_keys::{RequireKey, Write},
    events::Happening,
    precondition::IfMatch,
};
use axum::extract::State;

/// Takes a badge from a user.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete, path = "/user/{id}/badge/{name}", tag = "badges", operation_id = "revoke_badge",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        ("name" = String, Path, description = "The name of a badge that the user has."),
        crate::openapi::IfMatch,
    ),
    security(("apiKey" = [])),
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
    segments: Segments,
    At(now): At,
    if_match: IfMatch,
) -> Result<Shown, Problem> {
    let (id, name) = (segments.id()?, segments.text("name"));
    let change = api.profiles.change(&id, now, |row| {
        if_match.check(row)?;
        let badges = &mut row.document.profile.badges;
        let place = badges.iter().position(|badge| badge.name == name);
        // One that is not there any more, in no list of badges either, can still be taken away.
        let badge = badges.remove(place.ok_or_else(Problem::not_found)?);
        Ok(vec![Happening::BadgeRevoked(badge.name)])
    });
    Ok(Shown(change.await?))
}
