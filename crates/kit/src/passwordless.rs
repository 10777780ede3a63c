//! May somebody sign in who can read the user's mail?
//!
//! Three triggers of one sign-in, in one function. **Define** decides by what has happened so far: a
//! challenge, tokens, or the end after three wrong answers. **Create** mails a code, a link, or both.
//! **Verify** looks at the answer.
//!
//! Nothing is stored, and nothing that is handed about is worth anything by itself: what create keeps for
//! later is a random number and the time. The code and the link are computed from these, the user, the
//! address, the pool and the client under a secret that only the function has, once to mail them and once to
//! look at the answer. They are good for one sign-in, because the random number is that of its session; for
//! three answers, because define counts them; and for a few minutes. A wrong answer does not send another
//! mail: the same code goes on until it expires.
//!
//! Whoever begins to sign in learns nothing about who exists. For a name that nobody has, and for a user
//! without a verified address, everything goes as it does for others, except that no mail is sent and no
//! answer is right; and the challenge always comes after the same time, whether a mail was sent or not, or
//! could not be.
//!
//! Its environment, beside what [`Messages::from_environment`] reads:
//!
//! * `PASSWORDLESS_SECRET`, at least 32 characters that nobody can guess.
//! * `CHALLENGE`, `code` (the default), `link` or `code-and-link`.
//! * `LINK_URL`, the page that takes the link's token; needed for links. The token is written behind a `#`,
//!   which no browser sends to a server.
//! * `CODE_DIGITS`, 6 to 8; 8 if it is not there.
//! * `VALID_SECONDS`, 60 to 900; 300 if it is not there.
//! * `ANSWER_AFTER_MS`, when the challenge is answered, 100 to 4000; 1500 if it is not there. A mail that is not
//!   handed over by then is given up.
//! * `MAIL_FROM` tells the front whose mails these are; it is not looked at here.

mod proof;
mod step;

pub use proof::{Issued, Secret};
pub use step::{MAX_ATTEMPTS, Next, next};

use crate::{
    BadSetting, Environment, Unavailable,
    environment::{find, milliseconds, number, web_address},
    messages::{About, Catalogues, Kind, Link, Messages},
};
use async_trait::async_trait;
use crypto::Random;
use events::cognito::{
    Attributes, CreateAuthChallenge, DefineAuthChallenge, DefineAuthChallengeResponse, Trigger,
    TriggerEvent, TriggerSource, VerifyAuthChallenge,
};
use functions::{InProcess, Thrown};
use names::Clock;
use proof::Bound;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;
use std::{fmt, sync::Arc, time::Duration};

/// The function's name.
pub const NAME: &str = "passwordless";

const PASSWORDLESS_SECRET: &str = "PASSWORDLESS_SECRET";
const CHALLENGE: &str = "CHALLENGE";
const LINK_URL: &str = "LINK_URL";
const CODE_DIGITS: &str = "CODE_DIGITS";
const VALID_SECONDS: &str = "VALID_SECONDS";
const ANSWER_AFTER_MS: &str = "ANSWER_AFTER_MS";

/// The one private parameter, from create to verify.
const ISSUED: &str = "issued";

/// The function.
pub struct Passwordless {
    settings: Settings,
    messages: Messages,
    mailer: Arc<dyn Mailer>,
    random: Arc<dyn Random>,
    clock: Clock,
}

/// What the function is told about itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What codes and links are computed under.
    pub secret: Secret,
    /// What is mailed.
    pub challenge: Challenge,
    /// How many digits a code has.
    pub digits: u32,
    /// For how long it is good.
    pub valid_for: Duration,
    /// When the challenge is answered.
    pub answer_after: Duration,
}

/// What is mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// A code to type.
    Code,
    /// A link to this page.
    Link(String),
    /// Both; either is right.
    CodeAndLink(String),
}

/// Whoever sends mails.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends a mail, or takes it over so that it will be sent.
    ///
    /// # Errors
    /// [`Unavailable`] if it may not be sent.
    async fn send(&self, mail: Mail) -> Result<(), Unavailable>;
}

/// A mail of two parts.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The part in HTML.
    pub html: String,
    /// The plain part.
    pub text: String,
}

/// Any of the three events.
#[derive(Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// Which challenge comes next?
    Define(DefineAuthChallenge),
    /// What is the challenge?
    Create(CreateAuthChallenge),
    /// Was it met?
    Verify(VerifyAuthChallenge),
}

impl Passwordless {
    /// The function with these settings.
    #[must_use]
    pub fn new(
        settings: Settings,
        messages: Messages,
        mailer: Arc<dyn Mailer>,
        random: Arc<dyn Random>,
        clock: Clock,
    ) -> Self {
        Self { settings, messages, mailer, random, clock }
    }

    /// The function as its environment asks for it, with the catalogues of `MESSAGES_DIR`.
    ///
    /// # Errors
    /// [`BadSetting`] for what is missing or cannot be used.
    pub fn from_environment(
        environment: &Environment,
        catalogues: &Catalogues,
        mailer: Arc<dyn Mailer>,
        random: Arc<dyn Random>,
        clock: Clock,
    ) -> Result<Self, BadSetting> {
        let messages = Messages::from_environment(environment, catalogues)?;
        Ok(Self::new(Settings::parse(environment)?, messages, mailer, random, clock))
    }

    /// Decides what comes next.
    #[must_use]
    pub fn define(&self, mut event: DefineAuthChallenge) -> DefineAuthChallenge {
        let exists = event.request.user_not_found != Some(true);
        let next = next(&event.request.session, exists);
        event.response = DefineAuthChallengeResponse {
            challenge_name: (next == Next::Challenge).then(|| step::CUSTOM_CHALLENGE.to_owned()),
            issue_tokens: Some(next == Next::Tokens),
            fail_authentication: Some(next == Next::Refusal),
        };
        event
    }

    /// Makes a challenge and mails it, or goes on with the one there is.
    pub async fn create(&self, mut event: CreateAuthChallenge) -> CreateAuthChallenge {
        let now = (self.clock)();
        let before =
            event.request.session.last().and_then(|step| step.challenge_metadata.as_deref());
        let before = before.and_then(Issued::parse);
        let goes_on = before.filter(|issued| issued.is_good(now, self.settings.valid_for));
        let issued = goes_on.clone().unwrap_or_else(|| Issued::new(self.random.as_ref(), now));

        if goes_on.is_none() {
            let to = address(&event.request.user_attributes, event.request.user_not_found);
            let mail = to.and_then(|to| self.mail(&event, &issued, to));
            // Whether there was a mail to send must not be seen by the time that it took.
            let wait = tokio::time::sleep(self.settings.answer_after);
            tokio::join!(self.send(mail, &event.user_pool_id), wait);
        }

        let kind = self.settings.challenge.name();
        let public = [("challenge".to_owned(), kind.to_owned())].into();
        event.response.public_challenge_parameters = Some(public);
        event.response.private_challenge_parameters =
            Some([(ISSUED.to_owned(), issued.to_string())].into());
        event.response.challenge_metadata = Some(issued.to_string());
        event
    }

    /// Says whether the answer is right.
    #[must_use]
    pub fn verify(&self, mut event: VerifyAuthChallenge) -> VerifyAuthChallenge {
        event.response.answer_correct = Some(self.is_right(&event));
        event
    }

    /// The function as something that can be called.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |event: Event| {
            let this = this.clone();
            async move {
                Ok::<_, Thrown>(match event {
                    Event::Define(event) => Event::Define(this.define(event)),
                    Event::Create(event) => Event::Create(this.create(event).await),
                    Event::Verify(event) => Event::Verify(this.verify(event)),
                })
            }
        })
    }

    fn is_right(&self, event: &VerifyAuthChallenge) -> bool {
        let request = &event.request;
        let Some(address) = address(&request.user_attributes, request.user_not_found) else {
            return false;
        };
        let private = request.private_challenge_parameters.as_ref();
        let issued = private.and_then(|private| Issued::parse(private.get(ISSUED)?));
        let Some(issued) = issued else {
            tracing::warn!(pool = event.user_pool_id, "an answer comes without its challenge");
            return false;
        };
        if !issued.is_good((self.clock)(), self.settings.valid_for) {
            return false;
        }
        let bound = bound(event, address);
        let Settings { secret, challenge, digits, .. } = &self.settings;
        let answer = request.challenge_answer.trim();
        let is_code = challenge.has_code() & issued.is_code(secret, &bound, *digits, answer);
        let is_token = challenge.page().is_some() & issued.is_token(secret, &bound, answer);
        is_code | is_token
    }

    /// Sends a mail. One that cannot be sent is written down and does not show: the user asks again.
    async fn send(&self, mail: Option<Mail>, pool: &str) {
        let Some(mail) = mail else { return };
        let sent = tokio::time::timeout(self.settings.answer_after, self.mailer.send(mail)).await;
        let sent = sent.unwrap_or_else(|late| Err(Unavailable::new("the mailer", late)));
        if let Err(unavailable) = sent {
            let cause = unavailable.chain();
            tracing::error!(pool, cause, "the mail of a sign-in could not be sent");
        }
    }

    fn mail(&self, event: &CreateAuthChallenge, issued: &Issued, to: &str) -> Option<Mail> {
        let Settings { secret, challenge, digits, valid_for, .. } = &self.settings;
        let bound = bound(event, to);
        let code = challenge.has_code().then(|| issued.code(secret, &bound, *digits));
        let link =
            challenge.page().map(|page| format!("{page}#token={}", *issued.token(secret, &bound)));
        let about = About {
            code: code.as_ref().map(|code| code.as_str()),
            link: link.as_deref().map(Link::Address),
            username: None,
            minutes: u32::try_from(valid_for.as_secs() / 60).ok(),
        };
        let locale = event.request.user_attributes.get("locale").map(String::as_str);
        let written = self.messages.write(Kind::Passwordless, locale, about);
        let Some(written) = written else {
            tracing::error!(pool = event.user_pool_id, "there are no words for a sign-in");
            return None;
        };
        Some(Mail {
            to: to.to_owned(),
            subject: written.subject,
            html: written.html,
            text: written.text,
        })
    }
}

impl Settings {
    /// Reads what the module's page names.
    ///
    /// # Errors
    /// [`BadSetting`] for what is missing or cannot be used.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let secret = find(environment, PASSWORDLESS_SECRET).and_then(Secret::parse);
        let secret = secret.ok_or_else(|| {
            BadSetting::new(PASSWORDLESS_SECRET, "has less than 32 or more than 1024 characters")
        })?;
        let page = web_address(environment, LINK_URL)?.map(str::to_owned);
        let page = page.ok_or_else(|| BadSetting::new(LINK_URL, "is missing"));
        let challenge = match find(environment, CHALLENGE) {
            None | Some("code") => Challenge::Code,
            Some("link") => Challenge::Link(page?),
            Some("code-and-link") => Challenge::CodeAndLink(page?),
            Some(_) => {
                let problem = "is neither `code` nor `link` nor `code-and-link`";
                return Err(BadSetting::new(CHALLENGE, problem));
            }
        };
        let valid = number(environment, VALID_SECONDS, 300, 60..=900)?;
        Ok(Self {
            secret,
            challenge,
            digits: number(environment, CODE_DIGITS, 8, 6..=8)?,
            valid_for: Duration::from_secs(u64::from(valid)),
            answer_after: milliseconds(environment, ANSWER_AFTER_MS, 1500, 100..=4000)?,
        })
    }
}

impl Challenge {
    /// How the client is told what to ask for.
    const fn name(&self) -> &'static str {
        match self {
            Self::Code => "EMAIL_CODE",
            Self::Link(_) => "MAGIC_LINK",
            Self::CodeAndLink(_) => "EMAIL_CODE_OR_MAGIC_LINK",
        }
    }

    const fn has_code(&self) -> bool {
        matches!(self, Self::Code | Self::CodeAndLink(_))
    }

    fn page(&self) -> Option<&str> {
        match self {
            Self::Code => None,
            Self::Link(page) | Self::CodeAndLink(page) => Some(page),
        }
    }
}

/// Where a user's mail goes: only to an address that was shown to be theirs. To sign in with any other would
/// give the account to whoever happens to have the address that somebody mistyped.
fn address(attributes: &Attributes, user_not_found: Option<bool>) -> Option<&str> {
    if user_not_found == Some(true) || attributes.get("email_verified")? != "true" {
        return None;
    }
    attributes.get("email").map(String::as_str).filter(|address| !address.is_empty())
}

fn bound<'a, Request, Response>(
    event: &'a TriggerEvent<Request, Response>,
    address: &'a str,
) -> Bound<'a> {
    Bound {
        pool: &event.user_pool_id,
        client: &event.caller_context.client_id,
        user: &event.user_name,
        address,
    }
}

/// The source decides, since the three have members in common.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let event = Value::deserialize(from)?;
        let source = event.get("triggerSource").and_then(Value::as_str);
        let read = match source.and_then(TriggerSource::find).map(TriggerSource::trigger) {
            Some(Trigger::DefineAuthChallenge) => serde_json::from_value(event).map(Self::Define),
            Some(Trigger::CreateAuthChallenge) => serde_json::from_value(event).map(Self::Create),
            Some(Trigger::VerifyAuthChallengeResponse) => {
                serde_json::from_value(event).map(Self::Verify)
            }
            _ => return Err(de::Error::custom("an event that is not one of a custom sign-in")),
        };
        // The reader's own text may quote the event.
        read.map_err(|_| de::Error::custom("an event of a custom sign-in that cannot be read"))
    }
}

/// Which of the three.
impl fmt::Debug for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Define(event) => event.fmt(out),
            Self::Create(event) => event.fmt(out),
            Self::Verify(event) => event.fmt(out),
        }
    }
}

/// Nothing of it: it goes to an address and holds a code.
impl fmt::Debug for Mail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Mail(…)")
    }
}
