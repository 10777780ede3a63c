//! Which sessions does a user have, and which of them has to end for a new one?
//!
//! Sessions are not stored, for no sign-in needs to write one. A pool that tracks them keeps a note of each,
//! which says nothing about whether it is good: a session that is ended is revoked like any other, and its
//! note is gone.

use crate::{
    Pools, Refusal, Result, User, UserPool,
    refresh::{RefreshClaims, RevokedSession, has_ended},
};
use jiff::Timestamp;
use names::{ClientId, Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Commit, Kept, Key, Range, Record, Refused};

/// Whether a pool keeps a note of every session, and how many a user has at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTracking {
    pub is_enabled: bool,
    pub most_per_user: u8,
}

impl Default for SessionTracking {
    fn default() -> Self {
        Self { is_enabled: false, most_per_user: 20 }
    }
}

/// A note of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrackedSession {
    pub pool: UserPoolId,
    pub sub: Sub,
    pub id: String,
    pub client: ClientId,
    pub created_at: Timestamp,
    /// When tokens were last issued.
    pub active_at: Timestamp,
    origin: String,
    ends_at: Timestamp,
}

/// Ids of sessions are made of these.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";

impl TrackedSession {
    fn key_of(pool: &UserPoolId, sub: &Sub, id: &str) -> Key {
        Key::new(User::partition(pool, sub), format!("{}{id}", Self::PREFIX))
    }

    /// What the places of sessions begin with in the partition of their user.
    pub(crate) const PREFIX: &'static str = "session/";

    /// Whether a sign-out of the user everywhere, or a new password, has ended it.
    pub(crate) fn is_over(&self, user: &User) -> bool {
        let ended = user.signed_out_at.max(user.refresh_ended_at);
        ended.is_some_and(|ended| has_ended(&self.origin, ended))
    }

    fn revoked(&self) -> RevokedSession {
        RevokedSession {
            pool: self.pool.clone(),
            sub: self.sub.clone(),
            origin: self.origin.clone(),
            ends_at: self.ends_at,
        }
    }
}

impl Record for TrackedSession {
    const KIND: &'static str = "session";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, &self.id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

impl Pools {
    /// What a session is called. Worked out, so that it is found by what a token says.
    #[must_use]
    pub fn session_id(&self, origin: &str) -> String {
        let parts: [&[u8]; 2] = [b"session\n", origin.as_bytes()];
        let digest = crypto::hmac_sha256(&self.house().seals.device_groups, &parts);
        let letter =
            |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().map_or('a', char::from);
        "tkn".chars().chain(digest.iter().take(25).map(letter)).collect()
    }

    /// Keeps a note of a session that begins, and ends those that are too many by it: first what was used the
    /// longest time ago.
    pub(crate) async fn track(
        &self,
        pool: &UserPool,
        user: &User,
        claims: &RefreshClaims,
    ) -> Result<()> {
        if !pool.session_tracking.is_enabled {
            return Ok(());
        }
        let most = usize::from(pool.session_tracking.most_per_user.max(1));
        let mut there = self.sessions_of(user).await?;
        there.retain(|session| !session.is_over(user));
        there.sort_by_key(|session| std::cmp::Reverse(session.active_at));
        for session in there.iter().skip(most - 1) {
            self.end_session(session).await?;
        }
        let session = TrackedSession {
            pool: claims.pool.clone(),
            sub: claims.sub.clone(),
            id: self.session_id(&claims.origin),
            client: claims.client.clone(),
            created_at: claims.auth_time,
            active_at: claims.auth_time,
            origin: claims.origin.clone(),
            ends_at: claims.ends_at,
        };
        self.commit(|commit| {
            commit.put(&session);
        })
        .await
    }

    /// Notes that a session goes on.
    pub(crate) async fn touch(&self, pool: &UserPool, claims: &RefreshClaims) -> Result<()> {
        if !pool.session_tracking.is_enabled {
            return Ok(());
        }
        let id = self.session_id(&claims.origin);
        let key = TrackedSession::key_of(&claims.pool, &claims.sub, &id);
        let found = self.records().get::<TrackedSession>(&key, self.now()).await?;
        let Some(mut session) = found else { return Ok(()) };
        session.active_at = self.now();
        let saved = self.try_commit(|commit| {
            commit.save(&session);
        });
        match saved.await {
            // Whoever was first has noted the same, or ended it.
            Ok(()) | Err(Refused::Conflict(_)) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    /// Takes the note of a session away.
    pub(crate) async fn untrack(&self, pool: &UserPoolId, sub: &Sub, origin: &str) -> Result<()> {
        let key = TrackedSession::key_of(pool, sub, &self.session_id(origin));
        let Some(session) = self.records().get::<TrackedSession>(&key, self.now()).await? else {
            return Ok(());
        };
        let mut commit = Commit::new();
        commit.delete(&session);
        match self.records().commit(commit, self.now()).await {
            Ok(()) | Err(Refused::Conflict(_)) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    async fn sessions_of(&self, user: &User) -> Result<Vec<Kept<TrackedSession>>> {
        let mut range = Range {
            partition: User::partition(&user.pool, &user.sub),
            prefix: TrackedSession::PREFIX.to_owned(),
            after: None,
            limit: 200,
        };
        let mut sessions = Vec::new();
        loop {
            let (found, next) = self.records().list(&range, self.now()).await?;
            sessions.extend(found);
            let Some(next) = next else { return Ok(sessions) };
            range.after = Some(next);
        }
    }

    /// Ends a session of a user: its refresh token and access tokens are none any more, and what the user has let
    /// its client have is taken back.
    ///
    /// # Errors
    /// [`Refusal::NoSession`].
    pub async fn revoke_user_session(&self, user: &User, id: &str) -> Result<()> {
        let key = TrackedSession::key_of(&user.pool, &user.sub, id);
        let found = self.records().get::<TrackedSession>(&key, self.now()).await?;
        let session = found.ok_or(Refusal::NoSession)?;
        self.end_session(&session).await?;
        self.forget_consent(&user.pool, &user.sub, &session.client).await
    }

    async fn end_session(&self, session: &Kept<TrackedSession>) -> Result<()> {
        let revoked = session.revoked();
        let ended = self.try_commit(|commit| {
            commit.put(&revoked).delete(session);
        });
        match ended.await {
            Ok(()) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
            // It was used at this very moment; it ends all the same, and its note is looked over later.
            Err(Refused::Conflict(_)) => {
                self.commit(|commit| {
                    commit.put(&revoked);
                })
                .await
            }
        }
    }
}

impl UserPool {
    /// Refuses what only a pool that tracks sessions can do.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn require_session_tracking(&self) -> Result<()> {
        if self.session_tracking.is_enabled {
            return Ok(());
        }
        Err(Refusal::invalid("Session tracking is not enabled for the user pool.").into())
    }
}
