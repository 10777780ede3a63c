//! How does an administrator make a user?

use crate::{
    Attributes, Contact, Error, Pools, Refusal, Result, SealedPassword, User, UserPool, UserStatus,
    message::{About, Occasion},
    recovery::temporary_life,
    sign_up::taken_by,
};
use events::cognito::{Metadata, PreSignUpRequest, TriggerSource};
use names::{Password, Username};
use store::{Kept, Refused};

/// What an administrator says of a new user.
pub struct CreateUser<'a> {
    pub username: &'a Username,
    pub attributes: Attributes,
    /// One is made up if none is given.
    pub temporary_password: Option<&'a Password>,
    pub invitation: Invitation,
    /// Where the invitation goes; by text message if nothing is said.
    pub mediums: Vec<Contact>,
    /// Whether a verified address that another user has goes over to this one.
    pub moves_alias: bool,
    pub validation_data: Metadata,
    pub metadata: Metadata,
}

/// What becomes of the invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    Send,
    Suppress,
    /// The user exists; the password is made anew and sent again.
    Resend,
}

impl Pools {
    /// Makes a user with a temporary password, and invites them.
    ///
    /// # Errors
    /// [`Refusal::AccountExists`], [`Refusal::NotResendable`], and everything that
    /// can be wrong with a name, a password and attributes.
    pub async fn create_user(
        &self,
        pool: &UserPool,
        request: CreateUser<'_>,
    ) -> Result<Kept<User>> {
        if request.invitation == Invitation::Resend {
            return self.invite_again(pool, &request).await;
        }
        let CreateUser { username, mut attributes, moves_alias, .. } = request;
        let password = self.temporary_password(pool, request.temporary_password)?;
        let sub = self.new_sub()?;
        let stored_name = self.name_new_user(pool, username, &sub, &mut attributes)?;
        pool.schema.check_values(&mut attributes)?;
        attributes.retain(|_, value| !value.is_empty());
        if attributes.contains_key("sub") || attributes.contains_key("identities") {
            return Err(Refusal::invalid("Cannot set the attribute: it is not mutable.").into());
        }
        if self.find_user(pool, username).await?.is_some() {
            return Err(Refusal::AccountExists(taken_by(username, pool)).into());
        }
        if request.invitation == Invitation::Send {
            check_mediums(&request.mediums, &attributes)?;
        }

        let event = PreSignUpRequest {
            user_attributes: attributes.clone(),
            validation_data: (!request.validation_data.is_empty())
                .then_some(request.validation_data),
            client_metadata: (!request.metadata.is_empty()).then(|| request.metadata.clone()),
        };
        let source = TriggerSource::PreSignUpAdminCreateUser;
        self.ask_pre_sign_up(pool, None, source, &stored_name, event).await?;

        let sealed = self.seal_password(pool, &sub, &stored_name, &password).await?;
        let mut user = User::new(pool, sub, stored_name, attributes, self.now());
        user.status = UserStatus::ForceChangePassword;
        user.password =
            Some(SealedPassword { sealed, expires_at: Some(self.now() + temporary_life(pool)) });
        user.rename(pool);
        let invitations = match request.invitation {
            Invitation::Suppress => Vec::new(),
            Invitation::Send | Invitation::Resend => {
                self.draft_invitations(about(pool, &user, &request.metadata), by(&request.mediums))
                    .await?
            }
        };
        self.keep_created_user(pool, &user, moves_alias).await?;
        for invitation in invitations {
            self.send(invitation, password.reveal()).await?;
        }
        self.user_by_sub(&pool.id, &user.sub).await
    }

    async fn keep_created_user(
        &self,
        pool: &UserPool,
        user: &User,
        moves_alias: bool,
    ) -> Result<()> {
        let losers =
            if moves_alias { self.losers_of_aliases(pool, user).await? } else { Vec::new() };
        let done = self.try_commit(|commit| {
            for loser in &losers {
                commit.save(loser);
            }
            commit.create(user);
        });
        let conflict = match done.await {
            Ok(()) => return Ok(()),
            Err(Refused::Broken(broken)) => return Err(broken.into()),
            Err(Refused::Conflict(conflict)) => conflict,
        };
        Err(match user.taken(pool, |key| conflict.is_on(key)) {
            Some(taken) => Refusal::AccountExists(taken),
            None => Refusal::Contended,
        }
        .into())
    }

    async fn invite_again(&self, pool: &UserPool, request: &CreateUser<'_>) -> Result<Kept<User>> {
        let user = self.user(pool, request.username).await?;
        if user.status != UserStatus::ForceChangePassword {
            return Err(Refusal::NotResendable(user.username.clone()).into());
        }
        check_mediums(&request.mediums, &user.attributes)?;
        let password = self.temporary_password(pool, request.temporary_password)?;
        let sealed = self.seal_password(pool, &user.sub, &user.username, &password).await?;
        let invitations = self
            .draft_invitations(about(pool, &user, &request.metadata), by(&request.mediums))
            .await?;
        let expires_at = Some(self.now() + temporary_life(pool));
        let change = |user: &mut User| {
            if user.status != UserStatus::ForceChangePassword {
                return Err(Refusal::NotResendable(user.username.clone()).into());
            }
            user.password = Some(SealedPassword { sealed: sealed.clone(), expires_at });
            user.modified_at = self.now();
            Ok(())
        };
        let (user, ()) = self.change_user(pool, &user.sub, change).await?;
        for invitation in invitations {
            self.send(invitation, password.reveal()).await?;
        }
        self.user_by_sub(&pool.id, &user.sub).await
    }

    fn temporary_password(
        &self,
        pool: &UserPool,
        given: Option<&Password>,
    ) -> Result<Password, Error> {
        let policy = &pool.settings.password_policy;
        match given {
            None => policy.generate(self.random()),
            Some(given) => policy.check(given).map(|()| given.clone()),
        }
    }
}

/// What an invitation is about.
fn about<'a>(pool: &'a UserPool, user: &'a User, metadata: &'a Metadata) -> About<'a> {
    About { pool, client: None, user, occasion: Occasion::AdminCreateUser, metadata }
}

/// Unless told otherwise Cognito texts the invitation; nobody without a number is sent one.
fn by(mediums: &[Contact]) -> &[Contact] {
    if mediums.is_empty() { &[Contact::PhoneNumber] } else { mediums }
}

fn check_mediums(mediums: &[Contact], attributes: &Attributes) -> Result<()> {
    if mediums.iter().all(|contact| attributes.contains_key(contact.attribute())) {
        return Ok(());
    }
    Err(Refusal::invalid("User should be created with the requested delivery medium attribute.")
        .into())
}
