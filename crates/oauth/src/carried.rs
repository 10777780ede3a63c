//! What does a sign-in remember from one form to the next?
//!
//! It is sealed, so that nobody reads or writes it but we, and bound to the client and to the browser that
//! the form is at: carried over to another one it is nothing.

use crate::{OAuth, visit::Visit};
use jiff::{SignedDuration, Timestamp};
use names::{Session, Sub, Username};
use pool::{Caller, Contact, FirstChoice, PendingLink, Result, SecondFactor};
use serde::{Deserialize, Serialize};

/// How long a form may lie.
const LIFE: SignedDuration = SignedDuration::from_mins(30);
/// The name of the parameter that it travels in.
pub(crate) const STEP: &str = "step";

/// Something to be remembered until the next form.
#[derive(Serialize, Deserialize)]
pub(crate) enum Carried {
    /// Somebody gave a name: they are to be asked for the code that was sent to them.
    Named { username: Username, sent_to: Option<String> },
    /// Somebody signed up here, and knows the password therefore.
    SignedUp { sub: Sub, username: Username, sent_to: Option<String> },
    /// Somebody gave a name, and may begin in several ways.
    Choosing { username: Username, choices: Vec<FirstChoice> },
    /// A factor of a sign-in waits to be proven, chosen or set up.
    Factor(Waiting),
    /// A browser was asked for a passkey of anybody.
    Passkey(Session),
    /// A password waits to be chosen in place of a temporary one.
    NewPassword { session: Session, username: Username, asked_for: Vec<String> },
    /// Somebody is asked whether they want to be signed out, and sent there.
    SignOut { onward: Option<String> },
    /// Somebody came from a provider, and has to prove who they are here.
    Link(PendingLink),
    /// There is something to tell.
    News { news: News, username: Username },
}

/// A factor that the pool waits for.
#[derive(Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub session: Session,
    /// Whom the pool asks; where nobody has proven anything yet, the name as it was typed.
    pub username: Username,
    pub asks: Asks,
}

/// What is asked of a factor.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Asks {
    /// The code that an authenticator shows.
    TokenCode,
    /// A code that was sent.
    SentCode { contact: Contact, is_first: bool, to: String },
    /// Which of these is to be the second.
    Second(Vec<SecondFactor>),
    /// Which of these is to be set up.
    SetUp(Vec<SecondFactor>),
    /// The first code of an authenticator that was given this secret.
    FirstTokenCode(String),
    /// An address or number to which codes can go from now on.
    Address(Contact),
}

/// What is told at the next page.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum News {
    AccountConfirmed,
    PasswordChanged,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    ends_at: Timestamp,
    carried: Carried,
}

impl OAuth {
    /// Seals something for the next form of this browser, for the same client.
    pub(crate) fn carry(
        &self,
        visit: &mut Visit<'_>,
        caller: &Caller,
        carried: Carried,
    ) -> Result<String> {
        self.carry_for(visit, caller.client.id.as_str(), carried)
    }

    /// Seals something for the next form of this browser, for the client or pool of this id.
    pub(crate) fn carry_for(
        &self,
        visit: &mut Visit<'_>,
        holder: &str,
        carried: Carried,
    ) -> Result<String> {
        let sealed = Sealed { ends_at: self.pools.now() + LIFE, carried };
        let plain = serde_json::to_vec(&sealed)
            .map_err(|_| pool::Error::internal("a step does not serialise"))?;
        let bound_to = bound_to(holder, &visit.csrf());
        Ok(self.seal.seal_text(self.pools.random(), &plain, &bound_to))
    }

    /// What this browser carried here, if it was sealed for it and is still good.
    pub(crate) fn carried(&self, visit: &mut Visit<'_>, caller: &Caller) -> Option<Carried> {
        self.carried_for(visit, caller.client.id.as_str())
    }

    /// The same, for the client or pool of this id.
    pub(crate) fn carried_for(&self, visit: &mut Visit<'_>, holder: &str) -> Option<Carried> {
        let text = visit.form.get(STEP).or_else(|| visit.query.get(STEP))?.to_owned();
        self.open(visit, holder, &text)
    }

    /// What this text carries, if it was sealed for this browser and is still good.
    pub(crate) fn open_carried(
        &self,
        visit: &mut Visit<'_>,
        caller: &Caller,
        text: &str,
    ) -> Option<Carried> {
        self.open(visit, caller.client.id.as_str(), text)
    }

    fn open(&self, visit: &mut Visit<'_>, holder: &str, text: &str) -> Option<Carried> {
        let bound_to = bound_to(holder, &visit.csrf());
        let plain = self.seal.open_text(text, &bound_to).ok()?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        (self.pools.now() < sealed.ends_at).then_some(sealed.carried)
    }
}

fn bound_to(holder: &str, browser: &str) -> Vec<u8> {
    format!("step\n{holder}\n{browser}").into_bytes()
}
