//! How do people come in, stay, and go, through a server that asks for them?
//!
//! The port to whatever signs people in. What it answers says nothing about who exists: that is the pool's
//! rule, and what is refused here is refused in as many words for everybody.

#[cfg(feature = "beside-pool")]
mod beside_pool;

#[cfg(feature = "beside-pool")]
pub use beside_pool::SessionsBesidePool;

use crate::{Kind, Problem};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use names::{ClientId, Code, Password, Session, Sub, Token, Username};
use serde::Deserialize;
use std::{borrow::Cow, collections::BTreeMap, fmt, net::IpAddr};

/// In which circumstances somebody acts, for the rules of the pool against guessing.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The address of the person.
    pub address: Option<IpAddr>,
    pub now: Timestamp,
}

/// Where a sign-in leads.
#[derive(Debug)]
pub enum Progress {
    SignedIn(Box<SignedIn>),
    Asked(Box<Asked>),
}

/// Tokens of a session. None of them is printed.
pub struct SignedIn {
    /// Whose they are.
    pub sub: Option<Sub>,
    pub access: Token,
    pub id: Option<Token>,
    /// None where the one that is there goes on.
    pub refresh: Option<Token>,
    /// How many seconds the access token is good for.
    pub expires_in: i64,
}

/// What has to be answered before there are tokens.
#[derive(Debug)]
pub struct Asked {
    /// Cognito's name for it: `NEW_PASSWORD_REQUIRED`, `SOFTWARE_TOKEN_MFA` and so on.
    pub challenge: String,
    pub session: Option<Session>,
    pub parameters: BTreeMap<String, String>,
}

/// The answer to what was asked.
pub struct Answer {
    pub challenge: String,
    pub session: Session,
    /// Cognito's names: `USERNAME`, `NEW_PASSWORD`, `SOFTWARE_TOKEN_MFA_CODE` and so on.
    pub responses: BTreeMap<String, String>,
}

/// Which of the three tokens it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    Id,
    Access,
    Refresh,
}

impl TokenType {
    /// The type of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        [Self::Id, Self::Access, Self::Refresh].into_iter().find(|kind| kind.as_str() == name)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// What a token is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Good(Box<Facts>),
    /// Why not: `invalid`, `expired`, `revoked`. A token of another type is `invalid`.
    Bad(&'static str),
}

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The user, or the client that speaks for itself.
    pub subject: Option<String>,
    pub client: Option<ClientId>,
    pub issued_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub scopes: Vec<String>,
    pub groups: Vec<String>,
    /// Whether it was asked if the session was ended. Cognito does not say so of every token.
    pub is_session_known: bool,
}

/// What the pool says no with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// A wrong password, or anything that must look like one.
    WrongCredentials,
    /// The user must not come in now, and knows the password.
    NotConfirmed,
    Disabled,
    PasswordResetRequired,
    /// Guesses came too fast.
    TooManyAttempts,
    /// A challenge session that is not good, or not any more.
    InvalidSession,
    WrongCode,
    CodeExpired,
    /// In the pool's words, which name no secret.
    PasswordBreaksPolicy(Cow<'static, str>),
    /// A refresh or access token that is not good, or not any more.
    InvalidToken,
    /// In the pool's words.
    Invalid(Cow<'static, str>),
    /// The pool's rules against attacks.
    Blocked,
    /// A function of the pool says no, in its words.
    ByFunction(String),
    /// The pool's mail or text could not be sent.
    NotDelivered,
    /// There is no client to sign people in with.
    NotConfigured,
    /// Later.
    Busy,
    /// A breakage of ours that is in the log already.
    Broken,
}

/// Sessions of people with the pool.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Begins a session with a name that the pool knows, or a `sub`.
    ///
    /// # Errors
    /// [`Denied`].
    async fn login(
        &self,
        name: &Username,
        password: &Password,
        moment: Moment,
    ) -> Result<Progress, Denied>;

    /// Goes on with a sign-in.
    ///
    /// # Errors
    /// [`Denied`].
    async fn answer(&self, answer: Answer, moment: Moment) -> Result<Progress, Denied>;

    /// New tokens for a session that goes on.
    ///
    /// # Errors
    /// [`Denied`].
    async fn refresh(&self, refresh: &Token, moment: Moment) -> Result<SignedIn, Denied>;

    /// Ends the session of a refresh token. One that is over already is over.
    ///
    /// # Errors
    /// [`Denied`].
    async fn sign_out(&self, refresh: &Token, moment: Moment) -> Result<(), Denied>;

    /// Ends all sessions of the user whose access token this is.
    ///
    /// # Errors
    /// [`Denied`].
    async fn sign_out_everywhere(&self, access: &Token, moment: Moment) -> Result<(), Denied>;

    /// Looks at a token.
    ///
    /// # Errors
    /// [`Denied::Broken`] and [`Denied::Busy`]: that a token is bad is a verdict.
    async fn verify(
        &self,
        kind: TokenType,
        token: &Token,
        moment: Moment,
    ) -> Result<Verdict, Denied>;

    /// Sends a code with which a password can be set, if there is somebody to send one to.
    ///
    /// # Errors
    /// [`Denied`], and never because of who exists.
    async fn request_reset(&self, name: &Username, moment: Moment) -> Result<(), Denied>;

    /// Sets a password by the code that was sent.
    ///
    /// # Errors
    /// [`Denied`], and never because of who exists.
    async fn confirm_reset(
        &self,
        name: &Username,
        code: &Code,
        password: &Password,
        moment: Moment,
    ) -> Result<(), Denied>;
}

/// No sessions: an API that was given no client to sign people in with.
pub struct NoSessions;

#[async_trait]
impl Sessions for NoSessions {
    async fn login(&self, _: &Username, _: &Password, _: Moment) -> Result<Progress, Denied> {
        Err(Denied::NotConfigured)
    }

    async fn answer(&self, _: Answer, _: Moment) -> Result<Progress, Denied> {
        Err(Denied::NotConfigured)
    }

    async fn refresh(&self, _: &Token, _: Moment) -> Result<SignedIn, Denied> {
        Err(Denied::NotConfigured)
    }

    async fn sign_out(&self, _: &Token, _: Moment) -> Result<(), Denied> {
        Err(Denied::NotConfigured)
    }

    async fn sign_out_everywhere(&self, _: &Token, _: Moment) -> Result<(), Denied> {
        Err(Denied::NotConfigured)
    }

    async fn verify(&self, _: TokenType, _: &Token, _: Moment) -> Result<Verdict, Denied> {
        Err(Denied::NotConfigured)
    }

    async fn request_reset(&self, _: &Username, _: Moment) -> Result<(), Denied> {
        Err(Denied::NotConfigured)
    }

    async fn confirm_reset(
        &self,
        _: &Username,
        _: &Code,
        _: &Password,
        _: Moment,
    ) -> Result<(), Denied> {
        Err(Denied::NotConfigured)
    }
}

/// Whose token it is, as the pool wrote it a moment ago: nothing is verified.
#[must_use]
pub fn subject(fresh: &Token) -> Option<Sub> {
    #[derive(Deserialize)]
    struct Claims {
        sub: Sub,
    }
    let payload = fresh.reveal().split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(payload).ok()?;
    Some(serde_json::from_slice::<Claims>(&claims).ok()?.sub)
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        use Denied as No;
        let say = |kind, words: &'static str| Self::new(kind).saying(words);
        match denied {
            No::WrongCredentials => say(Kind::Unauthorized, "Incorrect name or password."),
            No::NotConfirmed => say(Kind::Forbidden, "The user has not been activated."),
            No::Disabled => say(Kind::Forbidden, "The user may not sign in."),
            No::PasswordResetRequired => {
                say(Kind::Forbidden, "The password must be reset before the next sign-in.")
            }
            No::TooManyAttempts => {
                say(Kind::TooManyRequests, "Too many attempts; try later.").retry_after(60)
            }
            No::InvalidSession => {
                Self::invalid("/session", "It is not the session of a challenge that waits.")
            }
            No::WrongCode => Self::invalid("/code", "It is not right."),
            No::CodeExpired => Self::invalid("/code", "It has expired."),
            No::PasswordBreaksPolicy(words) => Self::invalid("/password", words),
            No::InvalidToken => say(Kind::Unauthorized, "The token is not good, or not any more."),
            No::Invalid(words) => Self::new(Kind::Unprocessable).saying(words),
            No::Blocked => say(Kind::Forbidden, "The sign-in was not allowed."),
            No::ByFunction(words) => Self::new(Kind::Unprocessable).saying(words),
            No::NotDelivered => say(Kind::Unavailable, "The message could not be sent; try later."),
            No::NotConfigured => {
                say(Kind::Unavailable, "This API has no client to sign people in with.")
            }
            No::Busy => Self::new(Kind::Unavailable).retry_after(1),
            No::Broken => Self::internal(),
        }
    }
}

/// Whose they are, and nothing of what they are.
impl fmt::Debug for SignedIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SignedIn").field("sub", &self.sub).finish_non_exhaustive()
    }
}

/// What was asked, and nothing of the answer.
impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Answer").field("challenge", &self.challenge).finish_non_exhaustive()
    }
}
