//! How are accounts changed in a pool of the same store?

use crate::{Accounts, Problem, Profile, Profiles, Status};
use async_trait::async_trait;
use names::{Sub, UserPoolId};
use pool::{Error, Pools, Refusal};

/// Accounts in a pool of the same store: one commit for both.
pub struct BesidePool {
    pub pools: Pools,
    pub pool: UserPoolId,
    pub profiles: Profiles,
}

#[async_trait]
impl Accounts for BesidePool {
    async fn set_status(&self, id: &Sub, status: Status) -> Result<Profile, Problem> {
        for _ in 0..8 {
            let now = self.pools.now();
            let row = self.profiles.find(id, now).await.map_err(Problem::broken)?;
            let mut row = row.ok_or(Problem::NotFound)?;
            if !row.document.status.leads_to(status) {
                let from = row.document.status.as_str();
                let to = status.as_str();
                return Err(Problem::Conflict(format!(
                    "A profile that is {from} cannot become {to}."
                )));
            }
            row.document.status = status;
            let user = match self.pools.user_by_sub(&self.pool, id).await {
                Ok(mut user) => {
                    if status.may_sign_in() {
                        user.enable(now);
                    } else {
                        user.disable(now);
                    }
                    Some(user)
                }
                // The user was deleted; the profile can still be closed.
                Err(Error::Refused(Refusal::NoUser)) => None,
                Err(Error::Refused(refusal)) => return Err(refused(&refusal)),
                Err(Error::Broken(broken)) => return Err(Problem::broken(broken)),
            };
            let done = self.pools.commit(|commit| {
                commit.save(&row);
                if let Some(user) = &user {
                    commit.save(user);
                }
            });
            match done.await {
                Ok(()) => return Ok(row.into_inner().document),
                Err(Error::Refused(Refusal::Contended)) => {}
                Err(Error::Refused(refusal)) => return Err(refused(&refusal)),
                Err(Error::Broken(broken)) => return Err(Problem::broken(broken)),
            }
        }
        Err(Problem::Conflict("The profile is being changed by somebody else.".to_owned()))
    }
}

fn refused(refusal: &Refusal) -> Problem {
    Problem::Invalid(format!("The account cannot be changed: {refusal:?}."))
}
