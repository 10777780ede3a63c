//! How is a user made or deleted together with what others keep about them?

use crate::{
    Attributes, Error, Pools, Refusal, SealedPassword, User, UserPool, UserStatus,
    sign_up::taken_by,
};
use events::cognito::{PreSignUpRequest, TriggerSource};
use names::{Password, Sub, UserPoolId, Username};
use store::{Commit, Conflict, Refused};

/// A user who is to be made with a password of their own, and waits to be let in.
pub struct CreateAccount<'a> {
    pub username: &'a Username,
    /// Contacts among them are not proven.
    pub attributes: Attributes,
    pub password: &'a Password,
}

/// Why a user and what belongs to them stay as they are.
#[derive(Debug)]
pub enum NotKept {
    /// A condition of the other writes did not hold, or somebody else was first with the user.
    Conflict(Conflict),
    Error(Error),
}

impl<E: Into<Error>> From<E> for NotKept {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl Pools {
    /// Makes a confirmed user who may not sign in yet, and with them the writes of `and`: all or nothing. The
    /// function before sign-ups is asked, as when an administrator makes a user.
    ///
    /// # Errors
    /// [`Refusal::AccountExists`], and everything that can be wrong with a name, a password and attributes;
    /// a conflict on the writes of `and`.
    pub async fn create_account(
        &self,
        pool: &UserPool,
        account: CreateAccount<'_>,
        and: &(dyn for<'a> Fn(&'a Sub) -> Commit + Send + Sync),
    ) -> Result<Sub, NotKept> {
        let CreateAccount { username, mut attributes, password } = account;
        pool.settings.password_policy.check(password)?;
        let sub = self.new_sub()?;
        let stored_name = self.name_new_user(pool, username, &sub, &mut attributes)?;
        pool.schema.check_values(&mut attributes)?;
        attributes.retain(|_, value| !value.is_empty());
        if self.find_user(pool, username).await?.is_some() {
            return Err(Refusal::AccountExists(taken_by(username, pool)).into());
        }
        let event = PreSignUpRequest {
            user_attributes: attributes.clone(),
            validation_data: None,
            client_metadata: None,
        };
        let source = TriggerSource::PreSignUpAdminCreateUser;
        self.ask_pre_sign_up(pool, None, source, &stored_name, event).await?;

        let sealed = self.seal_password(pool, &sub, &stored_name, password).await?;
        let mut user = User::new(pool, sub, stored_name, attributes, self.now());
        user.status = UserStatus::Confirmed;
        user.is_enabled = false;
        user.password = Some(SealedPassword { sealed, expires_at: None });
        user.doubt_contacts();
        user.rename(pool);

        let mut commit = and(&user.sub);
        commit.create(&user);
        match self.records().commit(commit, self.now()).await {
            Ok(()) => Ok(user.sub),
            Err(Refused::Broken(broken)) => Err(broken.into()),
            Err(Refused::Conflict(conflict)) => match user.taken(pool, |key| conflict.is_on(key)) {
                Some(taken) => Err(Refusal::AccountExists(taken).into()),
                None => Err(NotKept::Conflict(conflict)),
            },
        }
    }

    /// Deletes a user as [`Self::delete_user`] does, and makes the writes of `and` in the same commit. Of a
    /// user who is gone already there are only those.
    ///
    /// # Errors
    /// A conflict, after which the user is still there.
    pub async fn delete_user_with(
        &self,
        pool: &UserPoolId,
        sub: &Sub,
        mut and: Commit,
    ) -> Result<(), NotKept> {
        let user = match self.user_in_few_groups(pool, sub).await {
            Ok(user) => {
                and.delete(&user);
                Some(user)
            }
            Err(Error::Refused(Refusal::NoUser)) => None,
            Err(error) => return Err(error.into()),
        };
        match self.records().commit(and, self.now()).await {
            Ok(()) => {}
            Err(Refused::Conflict(conflict)) => return Err(NotKept::Conflict(conflict)),
            Err(Refused::Broken(broken)) => return Err(broken.into()),
        }
        if user.is_some() {
            self.remove_rest_of_user(pool, sub).await?;
        }
        Ok(())
    }
}
