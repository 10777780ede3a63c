//! How does somebody come over who is known elsewhere?
//!
//! A function says whether the password is right there and what is known about the user, who is then made
//! here. It makes users and never changes one: a name or address that somebody has here stays theirs. Why
//! somebody was not brought over is for the log; whoever asks learns no more than that it did not happen.

use crate::{
    Caller, Error, Pools, Refusal, Result, SealedPassword, SecondFactor, User, UserStatus,
    attempts::Guessing,
};
use events::cognito::{
    FinalUserStatus, TriggerSource, UserMigrationRequest, UserMigrationResponse,
};
use names::{Password, Username};
use store::{Kept, Refused};

/// The attribute with which a function names a user otherwise than the sign-in did.
const USERNAME: &str = "username";

impl Pools {
    /// Brings over somebody who signs in with a name that nobody has here. A function is no way around the
    /// lockout: what it refuses counts as a wrong password.
    ///
    /// # Errors
    /// [`Refusal::LockedOut`]; [`Refusal::NotMigrated`], where the client hides who exists
    /// [`Refusal::WrongCredentials`].
    pub(crate) async fn migrate_at_sign_in(
        &self,
        caller: &Caller,
        name: &Username,
        password: &Password,
    ) -> Result<Option<Kept<User>>> {
        if caller.pool.settings.triggers.user_migration.is_none() {
            return Ok(None);
        }
        self.refuse_crowded(caller)?;
        let guessing: Guessing = self.begin_guess(&caller.pool, None, name.as_str()).await?;
        let request = UserMigrationRequest {
            password: Some(password.clone()),
            validation_data: Some(caller.metadata.clone()).filter(|data| !data.is_empty()),
            client_metadata: None,
        };
        let source = TriggerSource::UserMigrationAuthentication;
        match self.migrate(caller, source, name, request, Some(password)).await {
            Ok(user) => {
                self.guessed_right(guessing).await?;
                Ok(Some(user))
            }
            Err(error) => {
                let error = not_migrated(caller, error);
                if let Error::Refused(Refusal::NotMigrated(_) | Refusal::WrongCredentials) = error {
                    self.count_wrong(caller);
                    self.guessed_wrong(&caller.pool.id, guessing).await?;
                }
                Err(error)
            }
        }
    }

    /// Brings over somebody who forgot the password that they have elsewhere.
    ///
    /// # Errors
    /// As [`Self::migrate_at_sign_in`], without the lockout.
    pub(crate) async fn migrate_to_reset(
        &self,
        caller: &Caller,
        name: &Username,
    ) -> Result<Option<Kept<User>>> {
        if caller.pool.settings.triggers.user_migration.is_none() {
            return Ok(None);
        }
        let request = UserMigrationRequest {
            password: None,
            validation_data: None,
            client_metadata: Some(caller.metadata.clone()).filter(|data| !data.is_empty()),
        };
        let source = TriggerSource::UserMigrationForgotPassword;
        let migrated = self.migrate(caller, source, name, request, None).await;
        migrated.map(Some).map_err(|error| not_migrated(caller, error))
    }

    async fn migrate(
        &self,
        caller: &Caller,
        source: TriggerSource,
        name: &Username,
        request: UserMigrationRequest,
        password: Option<&Password>,
    ) -> Result<Kept<User>> {
        let pool = &caller.pool;
        self.require_home(&pool.id).await?;
        let answer = self.ask_user_migration(caller, source, name, request).await?;
        let moves_alias = answer.force_alias_creation == Some(true);
        let mut user = self.migrated(caller, name, answer)?;
        if let Some(password) = password {
            // Of a user who has to choose another one too: it is asked for before that is told.
            let sealed = self.seal_password(pool, &user.sub, &user.username, password).await?;
            user.password = Some(SealedPassword { sealed, expires_at: None });
        }
        let losers =
            if moves_alias { self.losers_of_aliases(pool, &user).await? } else { Vec::new() };
        let done = self.try_commit(|commit| {
            for loser in &losers {
                commit.save(loser);
            }
            commit.create(&user);
        });
        match done.await {
            Ok(()) => self.user_by_sub(&pool.id, &user.sub).await,
            Err(Refused::Broken(broken)) => Err(broken.into()),
            // Another node may have brought the same user over just now. Anybody else keeps their name.
            Err(Refused::Conflict(conflict)) => match self.find_user(pool, name).await? {
                Some(user) => Ok(user),
                None => Err(match user.taken(pool, |key| conflict.is_on(key)) {
                    Some(taken) => Refusal::UserExists(taken),
                    None => Refusal::Contended,
                }
                .into()),
            },
        }
    }

    /// The user as the function describes them.
    fn migrated(
        &self,
        caller: &Caller,
        name: &Username,
        answer: UserMigrationResponse,
    ) -> Result<User> {
        let pool = &caller.pool;
        let wrong = |reason: &str| Refusal::TriggerAnswer {
            trigger: "UserMigration",
            reason: reason.to_owned(),
        };
        let attributes = answer.user_attributes.filter(|attributes| !attributes.is_empty());
        let mut attributes = attributes.ok_or_else(|| wrong("no userAttributes"))?;
        let uses_sms = answer.enable_sms_mfa == Some(true);
        if uses_sms && !pool.settings.mfa.allows_sms {
            return Err(wrong("enableSMSMFA in a pool without SMS MFA").into());
        }
        if uses_sms && !attributes.contains_key("phone_number") {
            return Err(wrong("enableSMSMFA without a phone_number").into());
        }
        if attributes.contains_key("sub") || attributes.contains_key("identities") {
            return Err(wrong("an attribute that is not the function's to give").into());
        }
        let given = attributes.remove(USERNAME).filter(|_| !pool.has_username_attributes());
        let given = given.map(Username::parse).transpose();
        let given = given.map_err(|_| wrong("a username that is none"))?;
        let sub = self.new_sub()?;
        let username =
            self.name_new_user(pool, given.as_ref().unwrap_or(name), &sub, &mut attributes)?;
        pool.schema.check_values(&mut attributes)?;
        attributes.retain(|_, value| !value.is_empty());
        pool.schema.check_complete(&attributes)?;
        let mut user = User::new(pool, sub, username, attributes, self.now());
        if uses_sms {
            user.factors.enable(SecondFactor::Sms);
        }
        user.status = match answer.final_user_status {
            Some(FinalUserStatus::Confirmed) => UserStatus::Confirmed,
            Some(FinalUserStatus::ResetRequired) | None => UserStatus::ResetRequired,
        };
        user.doubt_contacts();
        user.rename(pool);
        Ok(user)
    }
}

/// What the caller is told of it; the log is told why.
fn not_migrated(caller: &Caller, error: Error) -> Error {
    match error {
        Error::Broken(_) | Error::Refused(Refusal::Busy | Refusal::Contended) => error,
        // What a function threw or what was wrong with an address may speak of the user.
        Error::Refused(Refusal::TriggerThrew { .. }) => hidden(caller, "the function threw"),
        Error::Refused(Refusal::TriggerAnswer { reason, .. }) => hidden(caller, &reason),
        Error::Refused(Refusal::UserExists(_)) => hidden(caller, "somebody has that name"),
        Error::Refused(Refusal::TriggerUnreachable { reason, .. }) => hidden(caller, &reason),
        Error::Refused(_) => hidden(caller, "the user cannot be one of this pool"),
    }
}

fn hidden(caller: &Caller, reason: &str) -> Error {
    tracing::warn!(client = %caller.client.id, reason, "a user was not brought over");
    if caller.client.settings.hides_missing_users {
        Refusal::WrongCredentials.into()
    } else {
        Refusal::NotMigrated(caller.client.id.clone()).into()
    }
}
