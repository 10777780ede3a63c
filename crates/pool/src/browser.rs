//! Who is signed in at this browser?
//!
//! A session begins when every factor was proven, and lasts an hour from then, however much it is used. It
//! is kept under a digest, so that nobody who reads the store can take the place of a browser. It ends with
//! the sign-out there, with everything that ends the user's sessions, and with a new password.

use crate::{Error, Pools, Refusal, Result, User};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use names::{Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record};

/// How long somebody stays signed in at a browser.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// A browser at which somebody is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BrowserSession {
    pub pool: UserPoolId,
    digest: String,
    pub sub: Sub,
    pub auth_time: Timestamp,
    /// After everything that had ended the user's sessions by then.
    began: Timestamp,
    /// Joins the log lines and tokens of one sign-in.
    pub event_id: String,
    /// The provider that said who it is; none where the pool itself did.
    pub provider: Option<String>,
}

/// Somebody who is signed in at a browser, as they are now.
#[derive(Clone)]
pub struct SignedInAt {
    pub session: Kept<BrowserSession>,
    pub user: Kept<User>,
}

impl BrowserSession {
    fn key_of(pool: &UserPoolId, digest: &str) -> Key {
        Key::new(format!("pool/{pool}/browser/{digest}"), "session")
    }

    /// When it is over.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.auth_time + LIFE
    }
}

impl Record for BrowserSession {
    const KIND: &'static str = "browser session";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.digest)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at())
    }
}

impl Pools {
    /// Begins a session under an id of its own, which only the browser has, and ends the one that the
    /// browser had before.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn begin_browser_session(
        &self,
        user: &User,
        event_id: String,
        provider: Option<String>,
        before: Option<&str>,
    ) -> Result<String> {
        if let Some(before) = before {
            self.end_browser_session(&user.pool, before).await?;
        }
        let id = URL_SAFE_NO_PAD.encode(self.random().bytes::<32>());
        let session = BrowserSession {
            pool: user.pool.clone(),
            digest: digest(&id),
            sub: user.sub.clone(),
            auth_time: self.now(),
            began: user.next_session(self.now()),
            event_id,
            provider,
        };
        self.commit(|commit| {
            commit.create(&session);
        })
        .await?;
        Ok(id)
    }

    /// Who is signed in at the browser that has this id, if the session is still good.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn signed_in_at(&self, pool: &UserPoolId, id: &str) -> Result<Option<SignedInAt>> {
        let key = BrowserSession::key_of(pool, &digest(id));
        let found = self.records().get::<BrowserSession>(&key, self.now()).await?;
        let Some(session) = found else { return Ok(None) };
        let user = match self.user_by_sub(pool, &session.sub).await {
            Err(Error::Refused(Refusal::NoUser)) => return Ok(None),
            found => found?,
        };
        let is_before = |ended: Option<Timestamp>| ended.is_some_and(|at| session.began <= at);
        let is_over = !user.is_enabled
            || self.now() >= session.ends_at()
            || is_before(user.signed_out_at)
            || is_before(user.refresh_ended_at);
        Ok((!is_over).then_some(SignedInAt { session, user }))
    }

    /// Ends a session, if there is one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn end_browser_session(&self, pool: &UserPoolId, id: &str) -> Result<()> {
        let key = BrowserSession::key_of(pool, &digest(id));
        let Some(session) = self.records().get::<BrowserSession>(&key, self.now()).await? else {
            return Ok(());
        };
        match self
            .commit(|commit| {
                commit.delete(&session);
            })
            .await
        {
            // Somebody else ended it meanwhile.
            Err(Error::Refused(Refusal::Contended)) => Ok(()),
            done => done,
        }
    }
}

fn digest(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(crypto::sha256(id.as_bytes()))
}
