//! Who is in which group?

use crate::{Pools, Refusal, Result, User, UserPool};
use names::{GroupName, Username};

/// The most groups a user is in.
const GROUPS: usize = 100;

impl Pools {
    /// Puts a user into a group. Doing it twice changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::NoGroup`], [`Refusal::Invalid`] beyond the most groups.
    pub async fn join_group(
        &self,
        pool: &UserPool,
        username: &Username,
        name: &GroupName,
    ) -> Result<()> {
        let user = self.user(pool, username).await?;
        let group = self.group(&pool.id, name).await?;
        let generation = group.generation.clone();
        let change = |user: &mut User| {
            if !user.groups.contains_key(name) && user.groups.len() >= GROUPS {
                let text = "User is already in the maximum number of groups.";
                return Err(Refusal::invalid(text).into());
            }
            user.groups.insert(name.clone(), generation.clone());
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await.map(drop)
    }

    /// Takes a user out of a group. Whoever is not in it stays out of it.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::NoGroup`].
    pub async fn leave_group(
        &self,
        pool: &UserPool,
        username: &Username,
        name: &GroupName,
    ) -> Result<()> {
        let user = self.user(pool, username).await?;
        self.group(&pool.id, name).await?;
        let change = |user: &mut User| {
            user.groups.remove(name);
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await.map(drop)
    }
}
