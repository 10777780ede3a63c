//! `PATCH /public/user/me`: people change what they say of themselves.

use super::{At, Shown};
use crate::{
    Caller, Kind, Problem, Profile, UserApi,
    body::{Body, Fields, Patch},
    events::Happening,
    members::{Members, check_data, merge},
    precondition::IfMatch,
};
use axum::extract::State;
use serde_json::{Map, Value};

/// The member of `profile.data` that is its user's own. The rest is what apps hold of a user: a plan, a tenant,
/// what a token says.
const OWN: &str = "own";

/// Changes the caller's own profile.
///
/// The body is a merge patch (RFC 7396): what is not named stays as it is, `null` removes. People change their
/// names, how they like things, and `profile.data.own`; the rest of `profile.data` is the apps', since tokens may
/// say what stands there. The e-mail address has a way of its own, and what else there is others decide.
#[cfg_attr(feature = "openapi", utoipa::path(
    patch, path = "/public/user/me", tag = "me", operation_id = "change_me",
    params(crate::openapi::IfMatch),
    security(("bearer" = [])),
    request_body(
        content = inline(crate::openapi::OwnPatch),
        content_type = "application/merge-patch+json",
    ),
    responses(
        (status = 200, description = "The profile as it is now.", body = Profile, headers(
            ("ETag" = String, description = "Its version."),
        )),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
    if_match: IfMatch,
    Body(body): Body,
) -> Result<Shown, Problem> {
    let id = caller.person()?;
    caller.require_whole()?;
    let mut fields = Fields::of(body)?;
    let (members, own) = Members::take_own(&mut fields, |fields| {
        fields.inside("data", |fields| fields.patch_object(OWN))
    });
    fields.finish()?;
    let change = api.profiles.change(&id, now, |row| {
        if_match.check(row)?;
        // A token lives on for a while after its user was kept out.
        if !row.document.status.may_sign_in() {
            return Err(Kind::Forbidden.into());
        }
        let mut changed = members.write(&mut row.document);
        if write_own(&own, &mut row.document)? {
            changed.push(format!("profile.data.{OWN}"));
        }
        let is_same = changed.is_empty();
        Ok(if is_same { Vec::new() } else { vec![Happening::Changed(changed)] })
    });
    Ok(Shown(change.await?))
}

/// Merges into what is the user's own. Answers whether it is another now.
fn write_own(own: &Patch<Map<String, Value>>, document: &mut Profile) -> Result<bool, Problem> {
    let change = match own {
        Patch::Keep => return Ok(false),
        Patch::Remove => Value::Null,
        Patch::Set(patch) => Value::Object(patch.clone()),
    };
    let mut merged = document.profile.data.clone();
    merge(&mut merged, &Map::from_iter([(OWN.to_owned(), change)]));
    check_data(&merged, "/profile/data")?;
    let is_other = document.profile.data != merged;
    document.profile.data = merged;
    Ok(is_other)
}
