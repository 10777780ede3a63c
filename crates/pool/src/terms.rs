//! Which terms and policies does an application show to people who sign up?

use crate::{Pools, Quota, Refusal, Result};
use jiff::Timestamp;
use names::{ClientId, UserPoolId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Claim, Kept, Key, Record, Refused};

/// One kind of terms document of an app client, as links by language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub id: String,
    pub pool: UserPoolId,
    pub client: ClientId,
    /// `terms-of-use` or `privacy-policy`.
    pub name: String,
    /// Links by `cognito:` and a language, with `cognito:default` for all others.
    pub links: BTreeMap<String, String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

impl Terms {
    /// The kinds of documents that there are.
    pub const NAMES: [&'static str; 2] = ["terms-of-use", "privacy-policy"];

    /// Where the terms of this id are kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, id: &str) -> Key {
        Key::new(Self::listing(pool), id)
    }

    /// The partition that the terms of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/terms")
    }

    /// The place of a client's document of this name; a client has one of each.
    fn place(pool: &UserPoolId, client: &ClientId, name: &str) -> Key {
        Key::new(format!("pool/{pool}/client/{client}/terms"), name)
    }
}

impl Record for Terms {
    const KIND: &'static str = "terms";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.id)
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Claim::unique(Self::place(&self.pool, &self.client, &self.name))]
    }
}

impl Pools {
    /// Keeps new terms.
    ///
    /// # Errors
    /// [`Refusal::TermsExist`] if the client has terms of this name; [`Refusal::Contended`] if it is just being
    /// given them; [`Refusal::TooMany`].
    pub async fn create_terms(&self, terms: &Terms) -> Result<()> {
        let place = Terms::place(&terms.pool, &terms.client, &terms.name);
        if self.records().find::<Terms>(&place, self.now()).await?.is_some() {
            return Err(Refusal::TermsExist.into());
        }
        let _room = self.room_in(Quota::Terms, &terms.pool).await?;
        self.commit(|commit| {
            commit.create(terms);
        })
        .await
    }

    /// Keeps changed terms.
    ///
    /// # Errors
    /// [`Refusal::TermsExist`] if the client has other terms of this name; [`Refusal::Contended`].
    pub async fn save_terms(&self, terms: &Kept<Terms>) -> Result<()> {
        let done = self.try_commit(|commit| {
            commit.save(terms);
        });
        match done.await {
            Err(Refused::Conflict(conflict)) if !conflict.is_on(&terms.key()) => {
                Err(Refusal::TermsExist.into())
            }
            done => Ok(done?),
        }
    }

    /// The terms of this id.
    ///
    /// # Errors
    /// [`Refusal::NoTerms`].
    pub async fn terms(&self, pool: &UserPoolId, id: &str) -> Result<Kept<Terms>> {
        let found = self.records().get(&Terms::key_of(pool, id), self.now()).await?;
        found.ok_or_else(|| Refusal::NoTerms.into())
    }

    /// The terms of this name that a client shows.
    ///
    /// # Errors
    /// [`Refusal::NoTerms`].
    pub async fn terms_of(
        &self,
        pool: &UserPoolId,
        client: &ClientId,
        name: &str,
    ) -> Result<Kept<Terms>> {
        let found = self.records().find(&Terms::place(pool, client, name), self.now()).await?;
        found.ok_or_else(|| Refusal::NoTerms.into())
    }
}
