//! `POST /user/{id}/badge/{name}`: gives a user a badge.

use super::{At, Segments};
use crate::{
    Badge, Problem, Row, UserApi,
    api_keys::{RequireKey, Write},
    assets::BadgeKind,
    events::Happening,
    idempotency::{Asked, FirstAnswer, Given, Once},
    precondition::IfMatch,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::Value;
use store::Commit;

/// Gives a user a badge.
///
/// A user has a badge once; giving it again changes nothing.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/user/{id}/badge/{name}", tag = "badges", operation_id = "issue_badge",
    params(
        ("id" = String, Path, description = "The user's id.", format = "uuid"),
        ("name" = String, Path, description = "The name of a badge that there is."),
        crate::openapi::IfMatch,
        crate::openapi::IdempotencyKey,
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
    key: RequireKey<Write>,
    State(api): State<UserApi>,
    segments: Segments,
    At(now): At,
    if_match: IfMatch,
    once: Once,
) -> Result<Response, Problem> {
    let id = segments.id()?;
    let kind = BadgeKind::find(segments.text("name")).ok_or_else(Problem::not_found)?;
    let issue = async |first: FirstAnswer| {
        let issued = |row: &mut Row| {
            if_match.check(row)?;
            let badges = &mut row.document.profile.badges;
            if badges.iter().any(|badge| badge.name == kind.name) {
                return Ok(Vec::new());
            }
            badges.push(Badge { name: kind.name.to_owned(), icon_url: Some(kind.icon_url()) });
            Ok(vec![Happening::BadgeIssued(kind.name.to_owned())])
        };
        let answer = |row: &Row| Given::shown(StatusCode::OK, row, None);
        let keep = |row: &Row, commit: &mut Commit| first.keep_in(commit, answer(row));
        let row = api.profiles.change_with(&id, now, issued, keep).await?;
        Ok(answer(&row).into_response())
    };
    let route = format!("POST /user/{id}/badge/{}", kind.name);
    let asked = Asked { caller: key.grant.id.as_str(), route: &route, body: &Value::Null };
    Ok(once.run(&api, asked, now, issue).await)
}
