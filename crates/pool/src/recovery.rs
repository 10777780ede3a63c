//! How does somebody who forgot the password, or wants another one, get one?

use crate::{
    Allowance, AuthEventKind, AuthEventResult, Bearer, Caller, Circumstances, Contact, Delivery,
    Error, PasswordMoment, Pools, Purpose, Recovery, Refusal, Result, SealedPassword, User,
    UserPool, UserStatus,
    code::{Unguessable, spend},
    is_email, is_phone_number,
    message::{About, Occasion},
    threats::Note,
};
use events::cognito::{Metadata, TriggerSource};
use jiff::SignedDuration;
use names::{Code, Password, SecretHash, Sub, Username};
use store::{Kept, Refused};

impl Pools {
    /// Sends a code with which a password can be set.
    ///
    /// # Errors
    /// [`Refusal::TooManyAttempts`]; where the client does not hide who exists also
    /// [`Refusal::NoUserForClient`], [`Refusal::Disabled`], [`Refusal::NotResettable`],
    /// [`Refusal::NoRecoveryContact`], [`Refusal::AdminMustReset`], [`Refusal::NotMigrated`].
    pub async fn forgot_password(
        &self,
        caller: &Caller,
        username: &Username,
        hash: Option<&SecretHash>,
    ) -> Result<Delivery> {
        let pool = &caller.pool;
        self.require_home(&pool.id).await?;
        let user = self.find_user(pool, username).await?;
        self.check_secret_hash(&caller.client, username.as_str(), user.as_deref(), hash)?;
        let who = self.counted_as(pool, user.as_deref(), username.as_str());
        self.allow(&pool.id, &who, Allowance::RequestReset).await?;
        let user = match user {
            Some(user) => Some(user),
            None => match self.migrate_to_reset(caller, username).await {
                Err(Error::Refused(Refusal::WrongCredentials)) => None,
                migrated => migrated?,
            },
        };
        let (user, contact) = match recoverable(pool, user) {
            Ok(recoverable) => recoverable,
            Err(_) if caller.client.settings.hides_missing_users => {
                return Ok(self.made_up_delivery(pool, username));
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let address = user.attribute(contact.attribute()).unwrap_or_default().to_owned();
        let (kind, begun) = (AuthEventKind::ForgotPassword, AuthEventResult::InProgress);
        self.note_done(caller, &user, kind, begun).await?;
        let about = caller.about(&user, Occasion::ForgotPassword);
        let draft = self.draft_code(about, contact, &address).await?;
        let (code, sent) =
            self.new_code(&user, Purpose::ResetPassword, contact.attribute(), &address)?;
        self.commit(|commit| {
            commit.put(&sent);
        })
        .await?;
        self.send(draft, code.reveal()).await
    }

    /// Ends a password on an administrator's word, and sends a code with which another one can be set.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::Disabled`], [`Refusal::NotResettable`], [`Refusal::NoRecoveryContact`],
    /// [`Refusal::AdminMustReset`], [`Refusal::TooManyAttempts`], and what the function that words messages
    /// refuses.
    pub async fn reset_password_as_admin(
        &self,
        pool: &UserPool,
        username: &Username,
        metadata: &Metadata,
    ) -> Result<()> {
        let user = self.user(pool, username).await?;
        if user.status == UserStatus::Unconfirmed {
            return Err(Refusal::NotResettable.into());
        }
        let (user, contact) = recoverable(pool, Some(user))?;
        self.allow(&pool.id, user.sub.as_str(), Allowance::RequestReset).await?;
        let occasion = Occasion::ForgotPassword;
        let about = About { pool, client: None, user: &user, occasion, metadata };
        let address = user.attribute(contact.attribute()).unwrap_or_default();
        let draft = self.draft_code(about, contact, address).await?;
        let (code, sent) =
            self.new_code(&user, Purpose::ResetPassword, contact.attribute(), address)?;
        for _ in 0..16 {
            let mut user = self.user_by_sub(&pool.id, &user.sub).await?;
            user.status = UserStatus::ResetRequired;
            user.end_refresh_tokens(self.now());
            user.rename(pool);
            let done = self.try_commit(|commit| {
                commit.save(&user);
                commit.put(&sent);
            });
            match done.await {
                Ok(()) => return self.send_surely(draft, code.reveal()).await.map(drop),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Sets a password by the code that was sent. Every refresh token is spent by it.
    ///
    /// # Errors
    /// [`Refusal::PasswordBreaksPolicy`] (the code is still good then), [`Refusal::CodeMismatch`],
    /// [`Refusal::CodeExpired`], [`Refusal::TooManyAttempts`]; [`Refusal::NoUserForClient`],
    /// [`Refusal::TooManyGuesses`] and, without a code, [`Refusal::NotConfirmed`] where the client does not hide it.
    pub async fn confirm_forgot_password(
        &self,
        caller: &Caller,
        username: &Username,
        code: &Code,
        password: &Password,
        hash: Option<&SecretHash>,
    ) -> Result<()> {
        let pool = &caller.pool;
        self.require_home(&pool.id).await?;
        let user = self.find_user(pool, username).await?;
        self.check_secret_hash(&caller.client, username.as_str(), user.as_deref(), hash)?;
        if user.is_none() && !caller.client.settings.hides_missing_users {
            return Err(Refusal::NoUserForClient.into());
        }
        pool.settings.password_policy.check(password)?;
        let (client, from) = (&caller.client.id, &caller.circumstances);
        self.refuse_compromised(pool, client, from, password, PasswordMoment::Change).await?;
        let who = self.counted_as(pool, user.as_deref(), username.as_str());
        self.allow(&pool.id, &who, Allowance::ConfirmReset).await?;
        let Some(user) = user else { return Err(Refusal::CodeMismatch.into()) };
        // Somebody who waits to be confirmed is sent a code of that kind, and seldom one of this.
        let is_told = !caller.client.settings.hides_missing_users;
        let none = match user.status {
            UserStatus::Unconfirmed if is_told => Refusal::NotConfirmed,
            _ => caller.without_a_code(),
        };
        let kind = AuthEventKind::ForgotPassword;
        let otherwise =
            Unguessable { none_waiting: none.clone(), used_up: caller.without_guesses() };
        let guessed = self.guess(pool, &user.sub, Purpose::ResetPassword, code, &otherwise).await;
        if let Err(Error::Refused(_)) = &guessed {
            self.note_done(caller, &user, kind, AuthEventResult::Fail).await?;
        }
        let sent = guessed?;
        // After the guess: only whoever has the code learns which passwords there were.
        self.refuse_used(pool, &user, password).await?;
        let sealed = self.seal_password(pool, &user.sub, &user.username, password).await?;

        let user = 'kept: {
            for _ in 0..16 {
                let mut user = self.user_by_sub(&pool.id, &user.sub).await?;
                let password = SealedPassword { sealed: sealed.clone(), expires_at: None };
                user.replace_password(pool, password);
                user.status = UserStatus::Confirmed;
                user.end_refresh_tokens(self.now());
                if let Some(contact) = Contact::of(&sent.attribute)
                    && user.attribute(contact.attribute()) == Some(&sent.value)
                {
                    user.verify(contact);
                }
                user.rename(pool);
                let done = self.try_commit(|commit| {
                    commit.save(&user);
                    spend(commit, &sent);
                });
                match done.await {
                    Ok(()) => break 'kept user,
                    Err(Refused::Broken(broken)) => return Err(broken.into()),
                    Err(Refused::Conflict(conflict)) => {
                        if conflict.is_on(&store::Record::key(&*sent)) {
                            return Err(none.into());
                        }
                        if let Some(taken) = user.taken(pool, |key| conflict.is_on(key)) {
                            return Err(Refusal::AliasExists(taken).into());
                        }
                    }
                }
            }
            return Err(Refusal::Contended.into());
        };
        self.note_done(caller, &user, kind, AuthEventResult::Pass).await?;
        let source = TriggerSource::PostConfirmationConfirmForgotPassword;
        let client = Some(&caller.client.id);
        self.tell_post_confirmation(pool, client, source, &user, caller.metadata.clone()).await
    }

    /// Replaces a password that the user knows. Every refresh token is spent by it; access tokens live on.
    ///
    /// # Errors
    /// [`Refusal::WrongCredentials`], [`Refusal::TooManyAttempts`], [`Refusal::PasswordBreaksPolicy`].
    pub async fn change_password(
        &self,
        bearer: &Bearer,
        previous: Option<&Password>,
        proposed: &Password,
        from: &Circumstances,
    ) -> Result<()> {
        let Bearer { pool, user, client, .. } = bearer;
        let (id, kind) = (self.event_id(pool), AuthEventKind::PasswordChange);
        let who = self.counted_as(pool, Some(user), user.username.as_str());
        {
            let _turn = self.turn(&pool.id, &who).await;
            let failures = self.refuse_if_locked(&pool.id, &who).await;
            let failures = failures.map_err(|error| match error {
                // It is no sign-in, and has its own word for it.
                Error::Refused(Refusal::LockedOut) => Refusal::TooManyAttempts.into(),
                other => other,
            })?;
            let is_right = match previous {
                Some(previous) => {
                    self.knows_password(pool, Some(user), &user.username, previous).await?
                }
                None => user.password.is_none(),
            };
            if !is_right {
                self.count_failure(&pool.id, &who).await?;
                let note = Note::of(&id, kind, AuthEventResult::Fail);
                self.note(pool, user, from, note).await?;
                return Err(Refusal::WrongCredentials.into());
            }
            self.forget_failures(failures).await?;
        }
        pool.settings.password_policy.check(proposed)?;
        self.refuse_compromised(pool, client, from, proposed, PasswordMoment::Change).await?;
        self.refuse_used(pool, user, proposed).await?;
        self.set_password(pool, &user.sub, &user.username, proposed, Lasting::ForGood).await?;
        self.note(pool, user, from, Note::of(&id, kind, AuthEventResult::Pass)).await
    }

    /// Sets a password on an administrator's word.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::PasswordBreaksPolicy`].
    pub async fn set_password_as_admin(
        &self,
        pool: &UserPool,
        username: &Username,
        password: &Password,
        is_permanent: bool,
    ) -> Result<()> {
        let user = self.user(pool, username).await?;
        pool.settings.password_policy.check(password)?;
        let lasting = if is_permanent { Lasting::ForGood } else { Lasting::UntilFirstSignIn };
        if is_permanent {
            self.refuse_used(pool, &user, password).await?;
        }
        self.set_password(pool, &user.sub, &user.username, password, lasting).await
    }

    async fn set_password(
        &self,
        pool: &UserPool,
        sub: &Sub,
        user_id: &Username,
        password: &Password,
        lasting: Lasting,
    ) -> Result<()> {
        let sealed = self.seal_password(pool, sub, user_id, password).await?;
        let now = self.now();
        let (status, expires_at) = match lasting {
            Lasting::ForGood => (UserStatus::Confirmed, None),
            Lasting::UntilFirstSignIn => {
                (UserStatus::ForceChangePassword, Some(now + temporary_life(pool)))
            }
        };
        let change = |user: &mut User| {
            user.replace_password(pool, SealedPassword { sealed: sealed.clone(), expires_at });
            user.status = status;
            user.end_refresh_tokens(now);
            Ok(())
        };
        self.change_user(pool, sub, change).await.map(drop)
    }

    /// Where somebody is told that a code went who is sent none, and is not to know that: the same every time.
    #[must_use]
    pub fn made_up_destination(&self, pool: &UserPool, username: &Username) -> String {
        self.made_up_delivery(pool, username).destination
    }

    /// What somebody who does not exist is told about where a code went; the same every time.
    pub(crate) fn made_up_delivery(&self, pool: &UserPool, username: &Username) -> Delivery {
        let name = username.as_str();
        if is_email(name) {
            return Delivery::to(Contact::Email, name);
        }
        if is_phone_number(name) {
            return Delivery::to(Contact::PhoneNumber, name);
        }
        let folded = pool.fold(name);
        let parts = [pool.id.as_str().as_bytes(), b"\n", folded.as_bytes()];
        let letters = crypto::hmac_sha256(&self.house().seals.decoys, &parts);
        let letter = |at: usize| char::from(b'a' + letters.get(at).copied().unwrap_or(0) % 26);
        Delivery::to(Contact::Email, &format!("{}@{}", letter(0), letter(1)))
    }
}

/// How long a password is good.
enum Lasting {
    ForGood,
    UntilFirstSignIn,
}

/// How long a temporary password is good.
pub(crate) fn temporary_life(pool: &UserPool) -> SignedDuration {
    let days = i64::from(pool.settings.password_policy.temporary_password_validity_days);
    SignedDuration::from_hours(24 * if days == 0 { 7 } else { days })
}

/// The user and the contact that a code may go to.
fn recoverable(
    pool: &UserPool,
    user: Option<Kept<User>>,
) -> std::result::Result<(Kept<User>, Contact), Refusal> {
    let user = user.ok_or(Refusal::NoUserForClient)?;
    if !user.is_enabled {
        return Err(Refusal::Disabled);
    }
    if user.status == UserStatus::ForceChangePassword || user.status == UserStatus::ExternalProvider
    {
        return Err(Refusal::NotResettable);
    }
    let legacy = [Recovery::Verified(Contact::PhoneNumber), Recovery::Verified(Contact::Email)];
    let factors = user.second_factors(pool);
    let is_second_factor = |contact| factors.iter().any(|factor| factor.contact() == Some(contact));
    for way in pool.settings.recovery.as_deref().unwrap_or(&legacy) {
        match way {
            Recovery::AdminOnly => return Err(Refusal::AdminMustReset),
            // What proves a second time who the user is does not get them a new password too.
            Recovery::Verified(contact) if is_second_factor(*contact) => {}
            Recovery::Verified(contact) if user.is_verified(*contact) => {
                return Ok((user, *contact));
            }
            Recovery::Verified(_) => {}
        }
    }
    Err(Refusal::NoRecoveryContact)
}
