//! How are profiles kept in the store of a pool?

use super::ProfileSource;
use crate::{Problem, Profile};
use async_trait::async_trait;
use jiff::Timestamp;
use names::Sub;
use serde::{Deserialize, Serialize};
use store::{Broken, Commit, Kept, Key, Record, Records, Refused};

/// The profiles of one table.
#[derive(Clone)]
pub struct Profiles {
    records: Records,
    table: String,
}

/// A profile as it is kept: the document, and the table it belongs to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    table: String,
    pub document: Profile,
}

impl Record for Row {
    const KIND: &'static str = "profile";

    fn key(&self) -> Key {
        key(&self.table, &self.document.id)
    }
}

fn key(table: &str, id: &Sub) -> Key {
    Key::new(format!("table/{table}/{id}"), "profile")
}

impl Profiles {
    /// The profiles of this table, named as the template names it.
    pub fn new(records: Records, table: impl Into<String>) -> Self {
        Self { records, table: table.into() }
    }

    /// The profile of a user, if there is one.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn find(&self, id: &Sub, now: Timestamp) -> Result<Option<Kept<Row>>, Broken> {
        self.records.get(&key(&self.table, id), now).await
    }

    /// Keeps a new profile. One that is there already stays as it is.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn create(&self, document: Profile, now: Timestamp) -> Result<(), Broken> {
        let mut commit = Commit::new();
        commit.create(&Row { table: self.table.clone(), document });
        match self.records.commit(commit, now).await {
            Ok(()) | Err(Refused::Conflict(_)) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken),
        }
    }

    /// Notes when a user signed in last. Answers whether there is such a profile.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn note_sign_in(
        &self,
        id: &Sub,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        for _ in 0..4 {
            let Some(mut row) = self.find(id, now).await? else { return Ok(false) };
            // Another sign-in, of a device or a node with a later clock, may have been noted meanwhile.
            if row.document.last_login_at.is_some_and(|known| known >= at) {
                return Ok(true);
            }
            row.document.last_login_at = Some(at);
            let mut commit = Commit::new();
            commit.save(&row);
            match self.records.commit(commit, now).await {
                Ok(()) => return Ok(true),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken),
            }
        }
        Ok(true)
    }
}

#[async_trait]
impl ProfileSource for Profiles {
    async fn find(&self, id: &Sub, now: Timestamp) -> Result<Option<Profile>, Problem> {
        let found = Self::find(self, id, now).await.map_err(Problem::broken)?;
        Ok(found.map(|row| row.into_inner().document))
    }
}
