//! `POST /public/user/me/email/change/confirm`: gives somebody the address that the code was sent to.

use super::{At, Shown};
use crate::{
    AccountChange, Caller, Kind, Problem, Refused, UserApi,
    allowance::Allowance,
    body::{Body, Fields},
    email_change::EmailChange,
    events::Happening,
    profiles::TRIES,
};
use axum::extract::State;
use names::Code;
use store::Commit;

/// Changes your address, by the code that was sent to the new one.
///
/// Account and profile change together, and from now on the new address is what you sign in with. A code is good
/// once, and five may be tried an hour.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/public/user/me/email/change/confirm", tag = "me", operation_id = "confirm_email_change",
    security(("bearer" = [])),
    request_body(content = SentCode, description = "The code."),
    responses(
        (status = 200, description = "The profile with its new address.", body = crate::Profile, headers(("ETag" = String, description = "Its version."))),
        crate::openapi::NotFound,
        crate::openapi::Conflict,
    ),
))]
pub async fn run(
    State(api): State<UserApi>,
    caller: Caller,
    At(now): At,
    Body(value): Body,
) -> Result<Shown, Problem> {
    let me = caller.person()?;
    caller.require_whole()?;
    let mut fields = Fields::of(value)?;
    let code = fields.required("code", |text| Code::parse(text), "It is no code.");
    fields.finish()?;
    let code = code.ok_or_else(Problem::internal)?;
    // Counted before it is looked at, so that guesses sent together are counted one by one.
    api.profiles.use_allowance(Allowance::EmailChangeCode, me.as_str(), now).await?;
    let key = EmailChange::key_of(api.profiles.table(), &me);
    for _ in 0..TRIES {
        let change = api.profiles.records().get::<EmailChange>(&key, now).await;
        let change = change.map_err(Problem::broken)?;
        let Some(change) = change.filter(|change| change.is_confirmed_by(&code)) else {
            return Err(Problem::invalid("/code", "It is not right, or not any more."));
        };
        let mut row = api.profiles.get(&me, now).await?;
        row.document.email = Some(change.email.clone());
        row.holds_email = true;
        let mut commit = Commit::new();
        row.tell(&mut commit, Happening::Changed(vec!["email".to_owned()]), now);
        commit.save(&row).delete(&change);
        let email = AccountChange::SetEmail { email: change.email.clone(), is_verified: true };
        match api.accounts.change(&me, email, commit, now).await {
            Ok(()) => return Ok(Shown(row.into_inner())),
            Err(Refused::Problem(problem)) => return Err(problem),
            Err(Refused::Conflict(conflict)) => {
                if let Some(taken) = row.taken(&conflict) {
                    return Err(taken);
                }
            }
        }
    }
    Err(Kind::Contended.into())
}

/// The code that came to the new address.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the fields are read one by one")]
pub struct SentCode {
    #[schema(max_length = 2048)]
    code: String,
}
