//! How do the functions of a pool reach the profiles of the user API?

use crate::{Aws, table};
use async_trait::async_trait;
use jiff::Timestamp;
use kit::{NewProfile, Profile, Unavailable};
use names::{Clock, Sub};
use serde_json::Value;
use std::collections::BTreeMap;
use users::{Newcomer, Profiles};

const WHAT: &str = "the profiles";

/// The name that keys have for the one table of profiles in a DynamoDB table. It is not the name of that, so
/// that a table which was restored from a backup under another name is the same table.
const TABLE: &str = "profiles";

/// The profiles in the DynamoDB table of this name.
#[must_use]
pub fn profiles(aws: &Aws, table: &str) -> Profiles {
    Profiles::new(table::records(aws, table), TABLE)
}

/// The same for functions that read, make and note.
pub struct TableProfiles {
    profiles: Profiles,
    clock: Clock,
}

impl TableProfiles {
    /// The profiles in the DynamoDB table of this name.
    #[must_use]
    pub fn new(aws: &Aws, table: &str, clock: Clock) -> Self {
        Self { profiles: profiles(aws, table), clock }
    }
}

fn unavailable(broken: store::Broken) -> Unavailable {
    Unavailable::new(WHAT, broken)
}

#[async_trait]
impl kit::Profiles for TableProfiles {
    async fn find(&self, sub: &Sub) -> Result<Option<Profile>, Unavailable> {
        let found = self.profiles.find(sub, (self.clock)()).await.map_err(unavailable)?;
        let document = found.map(|row| serde_json::to_value(&row.document)).transpose();
        match document.map_err(|cause| Unavailable::new(WHAT, cause))? {
            Some(Value::Object(document)) => Ok(Some(document)),
            _ => Ok(None),
        }
    }

    async fn create(&self, new: NewProfile) -> Result<(), Unavailable> {
        let NewProfile { sub, attributes, data, created_at, .. } = new;
        // Who has just come in was let in.
        let newcomer = Newcomer { sub, attributes, data, created_at, is_enabled: true };
        self.profiles.welcome(newcomer, (self.clock)()).await.map_err(unavailable)
    }

    async fn signed_in(&self, sub: &Sub, at: Timestamp) -> Result<bool, Unavailable> {
        self.profiles.note_sign_in(sub, at, (self.clock)()).await.map_err(unavailable)
    }

    async fn heed(
        &self,
        sub: &Sub,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), Unavailable> {
        let heeded = self.profiles.heed(sub, attributes, (self.clock)()).await;
        heeded.map(drop).map_err(unavailable)
    }

    fn tells(&self) -> bool {
        true
    }
}
