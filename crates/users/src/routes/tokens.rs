//! How does the API show where a sign-in leads, and whom does one name at its beginning?

use crate::{
    Handle, Problem, Source, UserApi,
    body::Fields,
    sessions::{Asked, Moment, Progress, SignedIn},
};
use axum::{
    Extension, Json,
    response::{IntoResponse, Response},
};
use http::header;
use jiff::Timestamp;
use names::{Session, Token, Username};
use serde::{Serialize, Serializer};
use std::{collections::BTreeMap, net::IpAddr};

/// Tokens, or what has to be answered before there are some.
#[derive(Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SignInAnswer {
    SignedIn(Tokens),
    Asked(Challenge),
}

/// The tokens of a session.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tokens {
    #[serde(serialize_with = "reveal")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    access_token: Token,
    #[serde(serialize_with = "reveal_some", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, nullable = false))]
    id_token: Option<Token>,
    /// Not there when the one that was sent goes on.
    #[serde(serialize_with = "reveal_some", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, nullable = false))]
    refresh_token: Option<Token>,
    token_type: &'static str,
    /// How many seconds the access token is good for.
    expires_in: i64,
}

/// What has to be answered at `POST /auth/challenge` before there are tokens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Challenge {
    /// Cognito's name for it: `NEW_PASSWORD_REQUIRED`, `SOFTWARE_TOKEN_MFA`, `SMS_MFA`, `EMAIL_OTP`,
    /// `SELECT_MFA_TYPE`, `MFA_SETUP`.
    challenge: String,
    /// To be sent back with the answer.
    #[serde(serialize_with = "reveal_session", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, nullable = false))]
    session: Option<Session>,
    /// What there is to know for the answer, in Cognito's names.
    parameters: BTreeMap<String, String>,
}

impl From<SignedIn> for Tokens {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access_token: signed_in.access,
            id_token: signed_in.id,
            refresh_token: signed_in.refresh,
            token_type: "Bearer",
            expires_in: signed_in.expires_in,
        }
    }
}

impl IntoResponse for SignInAnswer {
    fn into_response(self) -> Response {
        ([(header::CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}

/// What a step of a sign-in leads to; a session that begins is noted on the profile.
pub async fn led_to(api: &UserApi, progress: Progress, moment: Moment) -> SignInAnswer {
    match progress {
        Progress::Asked(asked) => {
            let Asked { challenge, session, parameters } = *asked;
            SignInAnswer::Asked(Challenge { challenge, session, parameters })
        }
        Progress::SignedIn(signed_in) => {
            if let Some(sub) = &signed_in.sub {
                // Where a function of the pool notes sign-ins, it has done so since this request began.
                let noted = api.profiles.note_sign_in(sub, moment.now, moment.now).await;
                if let Err(cause) = noted {
                    tracing::error!(%sub, %cause, "a sign-in could not be noted on the profile");
                }
            }
            SignInAnswer::SignedIn((*signed_in).into())
        }
    }
}

/// Who somebody says they are: exactly one of three members.
pub enum Named {
    Name(Username),
    Handle(Handle),
}

impl Named {
    /// Reads `email`, `handle` or `username`. What is wrong with them is told when the fields are finished, or
    /// here if it is their number.
    pub fn take(fields: &mut Fields) -> Result<Option<Self>, Problem> {
        let username = |text: &str| Username::parse(text);
        let email = fields.optional("email", username, "It is no address.");
        let handle = fields.optional("handle", Handle::parse, "It is no handle.");
        let name = fields.optional("username", username, "It is no user name.");
        let mut named: Vec<Self> =
            [email.map(Self::Name), handle.map(Self::Handle), name.map(Self::Name)]
                .into_iter()
                .flatten()
                .collect();
        if named.len() > 1 {
            let words = "Give one of three: `email`, `handle` or `username`.";
            return Err(Problem::invalid("/username", words));
        }
        Ok(named.pop())
    }

    /// The name that the pool knows somebody by. A handle that nobody has goes on as it is: it is then refused
    /// as late, and in as many words, as one that somebody has.
    pub async fn resolve(self, api: &UserApi, now: Timestamp) -> Result<Username, Problem> {
        let handle = match self {
            Self::Name(name) => return Ok(name),
            Self::Handle(handle) => handle,
        };
        let found = api.profiles.find_by_handle(&handle, now).await.map_err(Problem::broken)?;
        match found {
            Some(row) => Ok(Username::from(&row.document.id)),
            None => Username::parse(handle.as_str())
                .map_err(|_| Problem::invalid("/handle", "It is no handle.")),
        }
    }
}

/// None of the three members was there.
pub fn nobody_named() -> Problem {
    Problem::invalid("/username", "It is missing: give `email`, `handle` or `username`.")
}

/// In which circumstances a person acts for whom a server asks. The server's own address says nothing of where
/// the person is, unless it says nothing better.
pub fn moment(told: Option<IpAddr>, source: Option<Extension<Source>>, now: Timestamp) -> Moment {
    let seen = source.and_then(|Extension(Source(source))| source);
    Moment { address: told.or(seen), now }
}

fn reveal<S: Serializer>(token: &Token, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.reveal())
}

fn reveal_some<S: Serializer>(token: &Option<Token>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.as_ref().map_or("", |token| token.reveal()))
}

fn reveal_session<S: Serializer>(
    session: &Option<Session>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(session.as_ref().map_or("", |session| session.reveal()))
}
