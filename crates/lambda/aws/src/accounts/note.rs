//! What is written down before an account is changed, so that whoever comes later knows of it?
//!
//! There is no commit over a user pool and a table. So a note is kept first, then the account is changed, and
//! the commit that changes the profile takes the note away. A note that stays says that somebody died, or was
//! not told whether their commit was made; and since the commit needs the note as it was, giving a note up
//! decides the question: after that the commit cannot happen any more.

use jiff::Timestamp;
use names::Sub;
use serde::{Deserialize, Serialize};
use store::{Commit, Kept, Key, Range, Record, Records, Refused};
use users::Problem;

/// A change of an account that is under way.
#[derive(Clone, Serialize, Deserialize)]
pub struct Note {
    table: String,
    id: String,
    pub at: Timestamp,
    pub about: About,
    pub stage: Stage,
}

/// Whose account it is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum About {
    /// Somebody who is to be made under this user name.
    Newcomer(String),
    /// A user, with the address of the account as it was.
    #[serde(rename_all = "camelCase")]
    Member { sub: Sub, email: Option<String>, is_email_verified: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// The commit may still come.
    Begun,
    /// The commit was made, and the account has to go.
    Leaving,
    /// The commit will never come.
    GivenUp,
}

/// What has become of the commit that a note waits for.
pub enum Fate {
    /// It was made. The note is there if something is left to be done.
    Made(Option<Kept<Note>>),
    /// It was not, and will not be.
    Never(Kept<Note>),
}

impl About {
    /// The user, if they have an id yet.
    pub fn sub(&self) -> Option<&Sub> {
        match self {
            Self::Member { sub, .. } => Some(sub),
            Self::Newcomer(_) => None,
        }
    }
}

impl Record for Note {
    const KIND: &'static str = "account-note";

    fn key(&self) -> Key {
        Key::new(partition(&self.table), format!("{:015}/{}", self.at.as_millisecond(), self.id))
    }
}

fn partition(table: &str) -> String {
    format!("table/{table}/account-notes")
}

/// The notes of a table of profiles.
#[derive(Clone)]
pub struct Notes {
    pub records: Records,
    pub table: String,
}

impl Notes {
    /// Writes down that a change begins. The id is a text that nobody else has.
    pub async fn begin(
        &self,
        about: About,
        id: String,
        now: Timestamp,
    ) -> Result<Kept<Note>, Problem> {
        let note = Note { table: self.table.clone(), id, at: now, about, stage: Stage::Begun };
        let mut commit = Commit::new();
        commit.create(&note);
        match self.records.commit(commit, now).await {
            Ok(()) => {}
            Err(Refused::Broken(broken)) => return Err(Problem::broken(broken)),
            Err(Refused::Conflict(_)) => return Err(Problem::new(users::Kind::Contended)),
        }
        let kept = self.read(&note.key(), now).await?;
        // Nobody looks at a note that is so new.
        kept.ok_or_else(|| Problem::new(users::Kind::Contended))
    }

    async fn read(&self, key: &Key, now: Timestamp) -> Result<Option<Kept<Note>>, Problem> {
        self.records.get(key, now).await.map_err(Problem::broken)
    }

    /// Finds out what has become of the commit of a note, and makes sure that it stays so.
    pub async fn fate(&self, mut note: Kept<Note>, now: Timestamp) -> Result<Fate, Problem> {
        match note.stage {
            Stage::GivenUp => return Ok(Fate::Never(note)),
            Stage::Leaving => return Ok(Fate::Made(Some(note))),
            Stage::Begun => {}
        }
        let key = note.key();
        note.stage = Stage::GivenUp;
        let mut commit = Commit::new();
        commit.save(&note);
        if let Err(Refused::Broken(broken)) = self.records.commit(commit, now).await {
            return Err(Problem::broken(broken));
        }
        // Whether this was written or somebody was first, what is there now says it.
        let Some(note) = self.read(&key, now).await? else { return Ok(Fate::Made(None)) };
        match note.stage {
            Stage::Leaving => Ok(Fate::Made(Some(note))),
            Stage::GivenUp => Ok(Fate::Never(note)),
            Stage::Begun => Err(Problem::new(users::Kind::Contended)),
        }
    }

    /// Takes a note away, since all is done. One that cannot be taken away is found by the sweep, to which
    /// there is nothing left to do.
    pub async fn forget(&self, note: &Kept<Note>, now: Timestamp) {
        let mut commit = Commit::new();
        commit.delete(note);
        if let Err(Refused::Broken(broken)) = self.records.commit(commit, now).await {
            tracing::warn!(%broken, "a note of a change that has ended stays");
        }
    }

    /// The same for a note that a commit has changed since it was read.
    pub async fn end(&self, note: &Kept<Note>, now: Timestamp) {
        if let Ok(Some(note)) = self.read(&note.key(), now).await {
            self.forget(&note, now).await;
        }
    }

    /// The oldest notes that were begun before this moment.
    pub async fn older_than(
        &self,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Kept<Note>>, Problem> {
        let range = Range {
            partition: partition(&self.table),
            prefix: String::new(),
            after: None,
            limit: MOST,
        };
        let found = self.records.list::<Note>(&range, now).await.map_err(Problem::broken)?;
        Ok(found.0.into_iter().take_while(|note| note.at < before).collect())
    }
}

/// How many notes are looked at in one go.
const MOST: usize = 25;
