//! What goes with a thing that is deleted?

use crate::{
    AuthEvent, Branding, Client, Device, Error, Group, IdentityProvider, LogDelivery, Pools,
    Refusal, Replica, ResourceServer, Result, RiskConfiguration, SigningCertificate, Terms,
    TrackedSession, UiCustomization, User, UserPool,
    background::{Step, Task, Work},
    branding::LooksVersion,
    consent::Consent,
    habits::Habits,
    keys::PoolKeys,
    pieces::Piece,
    user::SHARDS,
    webauthn::Passkeys,
};
use names::{Sub, UserPoolId};
use store::{Commit, Kept, Range, Record, Refused};

/// How many groups a user leaves in one commit, which holds at most a hundred writes.
const GROUPS_AT_ONCE: usize = 50;

/// How often a deletion is tried again when somebody else was first.
const TRIES: usize = 32;

impl Pools {
    /// Deletes a user with every name, membership, device, passkey, consent and session. Codes, counts and revoked sessions are found by
    /// the `sub` alone, which is never used again; they expire.
    ///
    /// # Errors
    /// [`Refusal::NoUser`].
    pub async fn delete_user(&self, pool: &UserPoolId, sub: &Sub) -> Result<()> {
        for _ in 0..TRIES {
            let user = self.user_in_few_groups(pool, sub).await?;
            let done = self.try_commit(|commit| {
                commit.delete(&user);
            });
            match done.await {
                Ok(()) => return self.remove_rest_of_user(pool, sub).await,
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    /// A user who can be deleted in one commit: one in many groups leaves most of them first.
    pub(crate) async fn user_in_few_groups(
        &self,
        pool: &UserPoolId,
        sub: &Sub,
    ) -> Result<Kept<User>> {
        for _ in 0..TRIES {
            let mut user = self.user_by_sub(pool, sub).await?;
            if user.groups.len() <= GROUPS_AT_ONCE {
                return Ok(user);
            }
            let kept: Vec<_> = user.groups.keys().skip(GROUPS_AT_ONCE).cloned().collect();
            user.groups.retain(|name, _| kept.contains(name));
            let left = self.try_commit(|commit| {
                commit.save(&user);
            });
            match left.await {
                Ok(()) | Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Removes what is kept beside a user. Afterwards: nobody confirms a device or keeps a passkey of a user
    /// who is gone.
    pub(crate) async fn remove_rest_of_user(&self, pool: &UserPoolId, sub: &Sub) -> Result<()> {
        let of_user = |prefix: &str| Range {
            prefix: prefix.to_owned(),
            ..everything(&User::partition(pool, sub))
        };
        self.empty_range::<Passkeys>(of_user("passkeys"), false).await?;
        self.empty_range::<Device>(of_user(Device::PREFIX), false).await?;
        self.empty_range::<Consent>(of_user(Consent::PREFIX), false).await?;
        self.empty_range::<TrackedSession>(of_user(TrackedSession::PREFIX), false).await?;
        self.empty_range::<AuthEvent>(of_user(AuthEvent::PREFIX), false).await?;
        self.empty_range::<Habits>(of_user(Habits::PLACE), false).await
    }

    /// Deletes a client. Its tokens are nothing from now on.
    ///
    /// # Errors
    /// [`Refusal::NoClient`], [`Refusal::Contended`].
    pub async fn delete_client(&self, client: &Kept<Client>) -> Result<()> {
        self.commit(|commit| {
            commit.delete(client);
        })
        .await?;
        // What its pages looked like goes after it: nobody finds that without the client.
        match self.branding_of(&client.pool, &client.id).await {
            Ok((branding, _)) => self.delete_branding(&branding).await?,
            Err(Error::Refused(Refusal::NoBranding)) => {}
            Err(error) => return Err(error),
        }
        for name in Terms::NAMES {
            match self.terms_of(&client.pool, &client.id, name).await {
                Ok(terms) => {
                    self.commit(|commit| {
                        commit.delete(&terms);
                    })
                    .await?;
                }
                Err(Error::Refused(Refusal::NoTerms)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Deletes a group. Memberships name its generation, so they end with it, also for a group of the same
    /// name that is made later.
    ///
    /// # Errors
    /// [`Refusal::Contended`].
    pub async fn delete_group(&self, group: &Kept<Group>) -> Result<()> {
        self.commit(|commit| {
            commit.delete(group);
        })
        .await
    }

    /// Deletes a pool. From this commit on it does not exist for anybody; what was in it is removed in the
    /// background.
    ///
    /// # Errors
    /// [`Refusal::DeletionProtected`], [`Refusal::ImportRunning`], [`Refusal::Contended`].
    pub async fn delete_pool(&self, pool: &Kept<UserPool>) -> Result<()> {
        if pool.settings.is_deletion_protected {
            return Err(Refusal::DeletionProtected.into());
        }
        if !self.domains_of(&pool.id).await?.is_empty() {
            return Err(Refusal::invalid(
                "User pool cannot be deleted. It has a domain configured that should be deleted first.",
            )
            .into());
        }
        self.check_no_import(&pool.id).await?;
        let removal = Work::new(Task::Removal { pool: pool.id.clone() });
        self.commit(|commit| {
            commit.delete(pool).put(&removal);
        })
        .await?;
        if let Ok(mut loaded) = self.house().loaded_keys.write() {
            loaded.remove(&pool.id);
        }
        self.wake_background();
        Ok(())
    }

    /// Removes a part of what was in a deleted pool. What is gone is not found again, so a step begins where
    /// the one before ended.
    pub(crate) async fn removal_step(&self, pool: &UserPoolId) -> Result<Step> {
        // Somebody made it again: then the rest was gone before, and what is there now is not ours.
        let again = self.records().get::<UserPool>(&UserPool::key_of(pool), self.now()).await?;
        if again.is_some() {
            return Ok(Step::Done);
        }
        let key = PoolKeys::key_of(pool);
        if let Some(keys) = self.records().get::<PoolKeys>(&key, self.now()).await? {
            self.commit(|commit| {
                commit.delete(&keys);
            })
            .await?;
        }
        self.empty::<Client>(&Client::listing(pool), true).await?;
        self.empty::<Group>(&Group::listing(pool), false).await?;
        self.empty::<IdentityProvider>(&IdentityProvider::listing(pool), false).await?;
        self.empty::<ResourceServer>(&ResourceServer::listing(pool), false).await?;
        self.empty::<Terms>(&Terms::listing(pool), false).await?;
        self.empty::<Branding>(&Branding::listing(pool), false).await?;
        self.empty::<Piece>(&Branding::content(pool), false).await?;
        self.empty::<UiCustomization>(&UiCustomization::listing(pool), false).await?;
        self.empty::<Piece>(&UiCustomization::content(pool), false).await?;
        self.empty::<LooksVersion>(&LooksVersion::listing(pool), false).await?;
        self.empty::<RiskConfiguration>(&RiskConfiguration::listing(pool), false).await?;
        self.empty::<LogDelivery>(&LogDelivery::listing(pool), false).await?;
        self.empty::<SigningCertificate>(&SigningCertificate::listing(pool), false).await?;
        self.empty::<Replica>(&Replica::listing(pool), false).await?;
        self.remove_imports(pool).await?;
        for shard in SHARDS {
            if self.remove_users(pool, &User::listing(pool, shard)).await? == Step::More {
                return Ok(Step::More);
            }
        }
        Ok(Step::Done)
    }

    pub(crate) async fn empty<R: Record>(&self, partition: &str, is_claimed: bool) -> Result<()> {
        self.empty_range::<R>(everything(partition), is_claimed).await
    }

    pub(crate) async fn empty_range<R: Record>(
        &self,
        mut range: Range,
        is_claimed: bool,
    ) -> Result<()> {
        loop {
            let (records, next) = if is_claimed {
                self.records().list_claimed::<R>(&range, self.now()).await?
            } else {
                self.records().list::<R>(&range, self.now()).await?
            };
            for record in &records {
                let mut commit = Commit::new();
                commit.delete(record);
                match self.records().commit(commit, self.now()).await {
                    Ok(()) | Err(Refused::Conflict(_)) => {}
                    Err(Refused::Broken(broken)) => return Err(broken.into()),
                }
            }
            let Some(next) = next else { return Ok(()) };
            range.after = Some(next);
        }
    }

    /// Removes the users of a page, so that a step has an end.
    async fn remove_users(&self, pool: &UserPoolId, partition: &str) -> Result<Step> {
        let mut range = everything(partition);
        loop {
            let (users, next) = self.records().list_claimed::<User>(&range, self.now()).await?;
            for user in &users {
                match self.delete_user(pool, &user.sub).await {
                    Ok(()) | Err(Error::Refused(Refusal::NoUser)) => {}
                    Err(error) => return Err(error),
                }
            }
            if next.is_none() {
                return Ok(Step::Done);
            }
            if !users.is_empty() {
                return Ok(Step::More);
            }
            // A page of places whose users are gone already.
            range.after = next;
        }
    }
}

fn everything(partition: &str) -> Range {
    Range { partition: partition.to_owned(), prefix: String::new(), after: None, limit: 100 }
}
