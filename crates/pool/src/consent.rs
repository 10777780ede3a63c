//! What has a user let an application of somebody else have?
//!
//! An answer is remembered for this very client, and for the scopes that were asked about. It is taken back with
//! what it led to: when a refresh token of the client is revoked, or one of its sessions ended by name, and for all
//! clients when the user signs out everywhere.

use crate::{Caller, Client, Grant, Pools, Refusal, Result, SignedInAt, User};
use jiff::Timestamp;
use names::{ClientId, Scope, Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::{Key, Record, Refused};

/// How often an answer that changes meanwhile is looked at again.
const TRIES: usize = 8;

/// What a user has let a client have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Consent {
    pool: UserPoolId,
    sub: Sub,
    client: ClientId,
    /// A template gives a client that was deleted and made again its old id; it is another client.
    client_made_at: Timestamp,
    scopes: BTreeSet<Scope>,
    /// After everything that had ended the user's sessions by then.
    given_at: Timestamp,
}

impl Consent {
    /// What their places begin with in the partition of their user.
    pub(crate) const PREFIX: &'static str = "consent/";

    fn key_of(pool: &UserPoolId, sub: &Sub, client: &ClientId) -> Key {
        Key::new(User::partition(pool, sub), format!("{}{client}", Self::PREFIX))
    }

    fn is_good(&self, user: &User, client: &Client) -> bool {
        self.client_made_at == client.created_at
            && user.signed_out_at.is_none_or(|ended| self.given_at > ended)
    }
}

impl Record for Consent {
    const KIND: &'static str = "consent";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub, &self.client)
    }
}

impl Pools {
    /// Whether somebody has let the client have all of this before.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn has_consented(
        &self,
        caller: &Caller,
        who: &SignedInAt,
        grant: &Grant,
    ) -> Result<bool> {
        let before = self.consented(&caller.client, &who.user).await?;
        Ok(before
            .is_some_and(|before| grant.scopes.iter().all(|scope| before.scopes.contains(scope))))
    }

    /// Remembers that somebody lets the client have this, besides what it may have already.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn remember_consent(
        &self,
        caller: &Caller,
        who: &SignedInAt,
        grant: &Grant,
    ) -> Result<()> {
        let (client, user) = (&caller.client, &who.user);
        let before = self.consented(client, user).await?;
        let mut scopes = before.map(|before| before.scopes).unwrap_or_default();
        // What the client may not have any more is not waiting for it to come back.
        scopes.retain(|scope| client.settings.oauth.scopes.contains(scope));
        scopes.extend(grant.scopes.iter().cloned());
        let consent = Consent {
            pool: user.pool.clone(),
            sub: user.sub.clone(),
            client: client.id.clone(),
            client_made_at: client.created_at,
            scopes,
            given_at: user.next_session(self.now()),
        };
        // Of two answers at once one stays, and at worst somebody is asked again.
        self.commit(|commit| {
            commit.put(&consent);
        })
        .await
    }

    /// Forgets what a user has let a client have.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn forget_consent(
        &self,
        pool: &UserPoolId,
        sub: &Sub,
        client: &ClientId,
    ) -> Result<()> {
        let key = Consent::key_of(pool, sub, client);
        for _ in 0..TRIES {
            let Some(consent) = self.records().get::<Consent>(&key, self.now()).await? else {
                return Ok(());
            };
            let done = self.try_commit(|commit| {
                commit.delete(&consent);
            });
            match done.await {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    async fn consented(&self, client: &Client, user: &User) -> Result<Option<Consent>> {
        let key = Consent::key_of(&user.pool, &user.sub, &client.id);
        let found = self.records().get::<Consent>(&key, self.now()).await?;
        Ok(found.filter(|consent| consent.is_good(user, client)).map(|kept| Consent::clone(&kept)))
    }
}
