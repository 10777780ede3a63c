//! Is this the code that was sent to the address of a new user?
//!
//! A code has 256 random bits, is good once, for a day, and for the address that it was sent to. What is kept
//! of it is its digest, which is also where it is found: nothing has to be compared.

use crate::{
    AccountChange, EmailAddress, Kind, Problem, Profiles, Refused, Row, Status, UserApi,
    allowance::{Allowance, network},
    events::Happening,
    idempotency::hex,
    letters::{Letter, LetterAbout, activation_link},
    profiles::TRIES,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use names::{Code, Sub};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::{Broken, Claim, Commit, Kept, Key, Record};

const LIFE: SignedDuration = SignedDuration::from_hours(24);
const LIFE_IN_MINUTES: u32 = 24 * 60;

/// A code that waits for a user. The one before is nothing any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Activation {
    table: String,
    user: Sub,
    digest: String,
    email: EmailAddress,
    ends_at: Timestamp,
}

impl Record for Activation {
    const KIND: &'static str = "activation";

    fn key(&self) -> Key {
        key(&self.table, &self.user)
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Claim::unique(code_key(&self.table, &self.digest))]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

fn key(table: &str, user: &Sub) -> Key {
    Key::new(format!("table/{table}/{user}"), "activation")
}

fn code_key(table: &str, digest: &str) -> Key {
    Key::new(format!("table/{table}/activation/{digest}"), "activation")
}

fn digest(code: &str) -> String {
    hex(&crypto::sha256(code.as_bytes()))
}

/// A new code, and what is kept of it.
pub(crate) struct Drawn {
    pub code: Code,
    digest: String,
    ends_at: Timestamp,
}

impl Drawn {
    pub fn new(api: &UserApi, now: Timestamp) -> Result<Self, Problem> {
        let text = URL_SAFE_NO_PAD.encode(api.random.bytes::<32>());
        let digest = digest(&text);
        let code = Code::parse(text).map_err(Problem::broken)?;
        Ok(Self { code, digest, ends_at: now + LIFE })
    }

    /// The record of the code, sent to this user at this address.
    pub fn sent_to(&self, table: &str, user: &Sub, email: &EmailAddress) -> Activation {
        Activation {
            table: table.to_owned(),
            user: user.clone(),
            digest: self.digest.clone(),
            email: email.clone(),
            ends_at: self.ends_at,
        }
    }

    /// The letter with the code, to a user whose record of it is kept.
    pub fn letter(&self, api: &UserApi, row: &Row, email: &EmailAddress) -> Letter {
        let link = activation_link(&api.public_url, &self.code);
        Letter {
            to: email.as_str().to_owned(),
            language: row.document.profile.profile_data.lang.clone(),
            about: LetterAbout::Activation { link, code: self.code.clone() },
            minutes: LIFE_IN_MINUTES,
        }
    }
}

impl Profiles {
    /// The code that waits for a user, if there is one.
    pub(crate) async fn activation_of(
        &self,
        user: &Sub,
        now: Timestamp,
    ) -> Result<Option<Kept<Activation>>, Broken> {
        self.records().get(&key(self.table(), user), now).await
    }
}

impl UserApi {
    /// Lets in the user whom a code was sent to.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for whatever is no code that is good now, [`Kind::TooManyRequests`] after too many
    /// of them from one network.
    pub(crate) async fn activate(
        &self,
        code: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let from = network(from);
        self.profiles.check_allowance(Allowance::WrongActivation, &from, now).await?;
        match self.try_activate(code, now).await {
            Err(problem) if problem.kind() == Kind::NotFound => {
                self.profiles.use_allowance(Allowance::WrongActivation, &from, now).await?;
                Err(problem)
            }
            outcome => outcome,
        }
    }

    async fn try_activate(&self, code: &str, now: Timestamp) -> Result<(), Problem> {
        let wrong =
            || Problem::not_found().saying("The code is wrong, was used before, or is too old.");
        if code.len() > 128 {
            return Err(wrong());
        }
        let claim = code_key(self.profiles.table(), &digest(code));
        for _ in 0..TRIES {
            let records = self.profiles.records();
            let found = records.find::<Activation>(&claim, now).await.map_err(Problem::broken)?;
            let activation = found.ok_or_else(wrong)?;
            let row = self.profiles.find(&activation.user, now).await.map_err(Problem::broken)?;
            let mut row = row.ok_or_else(wrong)?;
            // It proves the address that it was sent to, and lets in nobody who was barred since.
            let email = row.document.email.as_ref().map(EmailAddress::folded);
            let is_meant = email == Some(activation.email.folded());
            if !is_meant || row.document.status != Status::Pending {
                return Err(wrong());
            }
            row.document.status = Status::Active;
            let mut commit = Commit::new();
            row.tell(&mut commit, Happening::Activated, now);
            commit.save(&row).delete(&activation);
            let id = activation.user.clone();
            match self.accounts.change(&id, AccountChange::Activate, commit, now).await {
                Ok(()) => return Ok(()),
                Err(Refused::Problem(problem)) => return Err(problem),
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Kind::Contended.into())
    }

    /// Sends a user who waits a new code. The one before is nothing any more.
    ///
    /// # Errors
    /// [`Kind::Conflict`] for a user who does not wait, [`Kind::TooManyRequests`], [`Kind::Unavailable`] if
    /// the letter could not be handed over.
    pub(crate) async fn resend_activation(&self, id: &Sub, now: Timestamp) -> Result<(), Problem> {
        let not_waiting =
            || Problem::new(Kind::Conflict).saying("The user does not wait for a code.");
        let row = self.profiles.get(id, now).await?;
        let (Status::Pending, Some(_)) = (row.document.status, &row.document.email) else {
            return Err(not_waiting());
        };
        self.profiles.use_allowance(Allowance::ActivationLetter, id.as_str(), now).await?;
        let drawn = Drawn::new(self, now)?;
        for _ in 0..TRIES {
            let row = self.profiles.get(id, now).await?;
            let (Status::Pending, Some(email)) = (row.document.status, &row.document.email) else {
                return Err(not_waiting());
            };
            let next = drawn.sent_to(self.profiles.table(), id, email);
            let before = self.profiles.activation_of(id, now).await.map_err(Problem::broken)?;
            let mut commit = Commit::new();
            match before {
                Some(mut before) => {
                    *before = next;
                    commit.save(&before);
                }
                None => {
                    commit.create(&next);
                }
            }
            commit.keep(&row);
            match self.profiles.records().commit(commit, now).await {
                Ok(()) => {
                    let letter = drawn.letter(self, &row, email);
                    return self.letters.send(letter, now).await.map_err(|cause| {
                        tracing::error!(sub = %id, %cause, "an activation letter was not sent");
                        Kind::Unavailable.into()
                    });
                }
                Err(store::Refused::Conflict(_)) => {}
                Err(store::Refused::Broken(broken)) => return Err(Problem::broken(broken)),
            }
        }
        Err(Kind::Contended.into())
    }
}
