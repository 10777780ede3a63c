//! What is a group?

use crate::{Pools, Quota, Refusal, Result};
use jiff::Timestamp;
use names::{GroupName, Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Key, Record, Refused};

/// A group of a pool's users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub pool: UserPoolId,
    pub name: GroupName,
    /// Never reused: a membership names it, so that a group made again under the same name starts empty.
    pub generation: String,
    pub description: Option<String>,
    pub role_arn: Option<String>,
    /// The lowest wins; `None` comes last.
    pub precedence: Option<u32>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

impl Group {
    /// Where the group of this name is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, name: &GroupName) -> Key {
        Key::new(Self::listing(pool), name.as_str())
    }

    /// The partition that the groups of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/groups")
    }

    /// The partition that a part of a group's members is listed in.
    pub(crate) fn members(pool: &UserPoolId, generation: &str, shard: char) -> String {
        format!("pool/{pool}/members/{generation}/{shard}")
    }

    /// The place of a user among the members of a group.
    pub(crate) fn member(pool: &UserPoolId, generation: &str, sub: &Sub) -> Key {
        Key::new(Self::members(pool, generation, crate::user::shard(sub)), sub.as_str())
    }

    /// The order of groups in tokens and listings: precedence, then name.
    #[must_use]
    pub fn rank(&self) -> (u32, &str) {
        (self.precedence.unwrap_or(u32::MAX), self.name.as_str())
    }
}

impl Record for Group {
    const KIND: &'static str = "group";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.name)
    }
}

impl Pools {
    /// Keeps a new group.
    ///
    /// # Errors
    /// [`Refusal::GroupExists`].
    pub async fn create_group(&self, group: &Group) -> Result<()> {
        let _room = self.room_in(Quota::Groups, &group.pool).await?;
        let done = self.try_commit(|commit| {
            commit.create(group);
        });
        match done.await {
            Ok(()) => Ok(()),
            Err(Refused::Conflict(_)) => Err(Refusal::GroupExists(group.name.clone()).into()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }
}
