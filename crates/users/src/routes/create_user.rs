//! `POST /user`: makes a user, who waits for the letter that lets them in.

use super::At;
use crate::{
    EmailAddress, Kind, NewAccount, Problem, Profile, ProfileDetails, Refused, Row, Status,
    UserApi,
    activation::Drawn,
    api_keys::{RequireKey, Write},
    body::{Body, Fields},
    events::Happening,
    idempotency::{self, Asked, FirstAnswer, Given, Once},
    members::{self, Members},
    profiles::{HANDLE_TAKEN, TRIES},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use jiff::Timestamp;
use names::{Password, Sub};
use serde_json::{Map, Value};
use store::Commit;

/// Makes a user.
///
/// The user is `pending` and cannot sign in. A letter with a code goes to the address; whoever opens it and
/// says so becomes `active`. The code is in the letter and nowhere else.
#[cfg_attr(feature = "openapi", utoipa::path(
    post, path = "/user", tag = "users", operation_id = "create_user",
    params(crate::openapi::IdempotencyKey),
    security(("apiKey" = [])),
    request_body(content = inline(crate::openapi::NewUser)),
    responses(
        (status = 201, description = "The profile of the new user.", body = Profile, headers(
            ("Location" = String, description = "Where the user is found."),
            ("ETag" = String, description = "The version of the profile."),
        )),
        crate::openapi::Conflict,
        crate::openapi::Unavailable,
    ),
))]
pub async fn run(
    key: RequireKey<Write>,
    State(api): State<UserApi>,
    At(now): At,
    once: Once,
    Body(body): Body,
) -> Response {
    let asked = Asked { caller: key.grant.id.as_str(), route: "POST /user", body: &body };
    once.run(&api, asked, now, |first| create(&api, body.clone(), first, now)).await
}

/// What a body says.
struct NewUser {
    email: EmailAddress,
    password: Password,
    members: Members,
    data: Map<String, Value>,
}

impl NewUser {
    fn parse(body: Value) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let email = fields.required("email", EmailAddress::parse, members::NO_EMAIL);
        let password =
            fields.required("password", |text| Password::parse(text), members::NO_PASSWORD);
        let (members, data) = Members::take(&mut fields, |fields| fields.object("data"));
        fields.finish()?;
        members::check_data(&data, "/profile/data")?;
        members.check_handle()?;
        let (Some(email), Some(password)) = (email, password) else {
            return Err(Problem::internal());
        };
        Ok(Self { email, password, members, data })
    }

    fn profile(&self, id: &Sub, now: Timestamp) -> Profile {
        let mut document = Profile {
            id: id.clone(),
            name: None,
            first_name: None,
            last_name: None,
            handle: None,
            email: Some(self.email.clone()),
            created_at: now,
            last_login_at: None,
            role: None,
            status: Status::Pending,
            source_system: None,
            profile: ProfileDetails { data: self.data.clone(), ..ProfileDetails::default() },
        };
        self.members.write(&mut document);
        document
    }
}

/// A user in the making: everything but the id, which the account gives.
struct Making<'a> {
    api: &'a UserApi,
    new: NewUser,
    drawn: Drawn,
    first: FirstAnswer,
    now: Timestamp,
}

impl Making<'_> {
    /// The profile under an id, and the commit that keeps it.
    fn made(&self, id: &Sub) -> (Row, Commit) {
        let profiles = &self.api.profiles;
        let mut commit = Commit::new();
        let mut row = profiles.row(self.new.profile(id, self.now));
        row.tell(&mut commit, Happening::Created, self.now);
        commit.create(&row).create(&self.drawn.sent_to(profiles.table(), id, &self.new.email));
        self.first.keep_in(&mut commit, answer(&row));
        (row, commit)
    }

    async fn keep(&self) -> Result<Row, Problem> {
        let Self { api, new, now, .. } = self;
        // Its claims are those of the user, whatever the id.
        let nobody = Sub::parse("00000000-0000-0000-0000-000000000000").map_err(Problem::broken)?;
        let claims = self.made(&nobody).0;
        if let Some(handle) = &claims.document.handle {
            // Before a password is worked on, which takes long; the commit has the last word.
            let found = api.profiles.find_alike(handle, *now).await.map_err(Problem::broken)?;
            if found.is_some() {
                return Err(Problem::new(Kind::Taken).at("/handle", HANDLE_TAKEN));
            }
        }
        for _ in 0..TRIES {
            let account = NewAccount {
                email: new.email.clone(),
                handle: claims.document.handle.clone(),
                name: claims.document.name.clone(),
                first_name: claims.document.first_name.clone(),
                last_name: claims.document.last_name.clone(),
                password: new.password.clone(),
            };
            match api.accounts.create(account, &|id| self.made(id).1, *now).await {
                Ok(id) => return Ok(self.made(&id).0),
                Err(Refused::Problem(problem)) => return Err(problem),
                Err(Refused::Conflict(conflict)) => {
                    if let Some(taken) = claims.taken(&conflict) {
                        return Err(taken);
                    }
                    if self.first.is_given_up(&conflict) {
                        return Err(idempotency::under_way());
                    }
                }
            }
        }
        Err(Kind::Contended.into())
    }
}

/// What is said of somebody who was made.
fn answer(row: &Row) -> Given {
    Given::shown(StatusCode::CREATED, row, Some(format!("/user/{}", row.document.id)))
}

async fn create(
    api: &UserApi,
    body: Value,
    first: FirstAnswer,
    now: Timestamp,
) -> Result<Response, Problem> {
    let (new, drawn) = (NewUser::parse(body)?, Drawn::new(api, now)?);
    let making = Making { api, new, drawn, first, now };
    let row = making.keep().await?;

    // Afterwards: a user whose letter was lost can be sent another.
    let letter = making.drawn.letter(api, &row, &making.new.email);
    if let Err(cause) = api.letters.send(letter, now).await {
        tracing::error!(sub = %row.document.id, %cause, "an activation letter was not sent");
    }
    Ok(answer(&row).into_response())
}
