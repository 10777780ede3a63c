//! How does somebody become a user?

use crate::{
    Alias, Allowance, Attributes, AuthEventKind, AuthEventResult, Caller, Contact, Delivery, Error,
    PasswordMoment, Pools, Purpose, Refusal, Result, SealedPassword, Taken, User, UserPool,
    UserStatus,
    code::{SentCode, Unguessable, spend},
    is_email, is_phone_number,
    message::Occasion,
};
use events::cognito::{Metadata, PreSignUpRequest, PreSignUpResponse, TriggerSource};
use names::{Code, Password, SecretHash, Session, Sub, Username};
use store::{Kept, Refused};

/// What somebody who signs up says.
pub struct SignUp<'a> {
    pub username: &'a Username,
    /// None of somebody who is to sign in by codes.
    pub password: Option<&'a Password>,
    pub attributes: Attributes,
    /// For the function before the sign-up only; not kept.
    pub validation_data: Metadata,
    pub hash: Option<&'a SecretHash>,
}

/// What came of a sign-up.
pub struct SignedUp {
    pub sub: Sub,
    pub is_confirmed: bool,
    pub delivery: Option<Delivery>,
    /// In which the confirmation leads to a sign-in, where the client signs in by choice.
    pub session: Option<Session>,
}

impl Pools {
    /// Makes a user who waits to be confirmed.
    ///
    /// # Errors
    /// Everything that can be wrong with a name, a password and attributes; [`Refusal::UserExists`];
    /// [`Refusal::TooManyAttempts`] with an address that was sent many messages lately;
    /// [`Refusal::NotDelivered`] and what the function that words messages refuses, after which the user
    /// exists and can ask for the code again.
    pub async fn sign_up(&self, caller: &Caller, sign_up: SignUp<'_>) -> Result<SignedUp> {
        let SignUp { username, password, mut attributes, validation_data, hash } = sign_up;
        let pool = &caller.pool;
        self.require_home(&pool.id).await?;
        self.check_secret_hash(&caller.client, username.as_str(), None, hash)?;
        if pool.settings.only_admins_create_users {
            return Err(
                Refusal::NotAllowed("SignUp is not permitted for this user pool".into()).into()
            );
        }
        match password {
            Some(password) => {
                pool.settings.password_policy.check(password)?;
                let (client, from) = (&caller.client.id, &caller.circumstances);
                let moment = PasswordMoment::SignUp;
                self.refuse_compromised(pool, client, from, password, moment).await?;
            }
            None if pool.settings.takes_codes_first() => {}
            None => return Err(Refusal::invalid("Password is required for this user pool.").into()),
        }
        let sub = self.new_sub()?;
        let stored_name = self.name_new_user(pool, username, &sub, &mut attributes)?;
        pool.schema.check_values(&mut attributes)?;
        caller.client.settings.check_writes(&attributes)?;
        attributes.retain(|_, value| !value.is_empty());
        pool.schema.check_complete(&attributes)?;
        if self.find_user(pool, username).await?.is_some() {
            return Err(Refusal::UserExists(taken_by(username, pool)).into());
        }

        let request = PreSignUpRequest {
            user_attributes: attributes.clone(),
            validation_data: (!validation_data.is_empty()).then_some(validation_data),
            client_metadata: (!caller.metadata.is_empty()).then(|| caller.metadata.clone()),
        };
        let client = Some(&caller.client.id);
        let source = TriggerSource::PreSignUpSignUp;
        let answer = self.ask_pre_sign_up(pool, client, source, &stored_name, request).await?;

        let password = match password {
            Some(password) => {
                let sealed = self.seal_password(pool, &sub, &stored_name, password).await?;
                Some(SealedPassword { sealed, expires_at: None })
            }
            None => None,
        };
        let mut user = User::new(pool, sub, stored_name, attributes, self.now());
        user.password = password;
        user.doubt_contacts();
        heed(&mut user, answer)?;
        user.rename(pool);
        let contact = if answer.auto_confirm_user { None } else { contact_to_verify(pool, &user) };
        let code = match contact {
            Some((contact, address)) => {
                Some(self.new_code(&user, Purpose::ConfirmSignUp, contact.attribute(), &address)?)
            }
            None => None,
        };
        // Where people sign in with an address there is one account for it. Elsewhere anybody could sign up again
        // and again with somebody's address, who would be sent a message each time.
        if let (Some((_, sent)), false) = (&code, pool.has_username_attributes()) {
            let who = self.counted_address(pool, &sent.value);
            self.allow(&pool.id, &who, Allowance::SignUpMessage).await?;
        }
        self.keep_new_user(pool, &user, code.as_ref().map(|(_, sent)| sent)).await?;
        self.note_done(caller, &user, AuthEventKind::SignUp, AuthEventResult::Pass).await?;

        if answer.auto_confirm_user {
            let source = TriggerSource::PostConfirmationConfirmSignUp;
            self.tell_post_confirmation(pool, client, source, &user, caller.metadata.clone())
                .await?;
        }
        let delivery = match (code, contact_to_verify(pool, &user)) {
            (Some((code, sent)), Some((contact, _))) => {
                // The user is there already and can ask for the code again.
                let about = caller.about(&user, Occasion::SignUp);
                let draft = self.draft_code(about, contact, &sent.value).await?;
                Some(self.send(draft, code.reveal()).await?)
            }
            _ => None,
        };
        let is_confirmed = answer.auto_confirm_user;
        let session =
            if is_confirmed { None } else { self.sign_up_session(caller, &user, false).await? };
        Ok(SignedUp { sub: user.sub.clone(), is_confirmed, delivery, session })
    }

    /// Confirms a user by the code that was sent at sign-up. With the session of that sign-up it gives one to
    /// sign in with.
    ///
    /// # Errors
    /// [`Refusal::CodeMismatch`], [`Refusal::CodeExpired`], [`Refusal::TooManyAttempts`],
    /// [`Refusal::NotConfirmable`], [`Refusal::AliasExists`]; [`Refusal::NoUser`] and [`Refusal::TooManyGuesses`]
    /// where the client does not hide it. A failure of the function afterwards fails the call, and the user is confirmed.
    pub async fn confirm_sign_up(
        &self,
        caller: &Caller,
        username: &Username,
        code: &Code,
        hash: Option<&SecretHash>,
        moves_alias: bool,
        session: Option<&Session>,
    ) -> Result<Option<Session>> {
        let pool = &caller.pool;
        self.require_home(&pool.id).await?;
        let user = self.find_user(pool, username).await?;
        self.check_secret_hash(&caller.client, username.as_str(), user.as_deref(), hash)?;
        let who = self.counted_as(pool, user.as_deref(), username.as_str());
        let Some(user) = user else {
            if !caller.client.settings.hides_missing_users {
                return Err(Refusal::NoUser.into());
            }
            self.allow(&pool.id, &who, Allowance::ConfirmSignUp).await?;
            return Err(Refusal::CodeMismatch.into());
        };
        self.allow(&pool.id, &who, Allowance::ConfirmSignUp).await?;
        check_confirmable(&user)?;
        let otherwise = Unguessable {
            none_waiting: caller.without_a_code(),
            used_up: caller.without_guesses(),
        };
        let sent = self.guess(pool, &user.sub, Purpose::ConfirmSignUp, code, &otherwise).await?;
        let user = self.confirm(pool, &user.sub, Some(&sent), moves_alias).await?;
        let source = TriggerSource::PostConfirmationConfirmSignUp;
        let client = Some(&caller.client.id);
        self.tell_post_confirmation(pool, client, source, &user, caller.metadata.clone()).await?;
        self.confirmed_session(caller, &user, session).await
    }

    /// Confirms a user on an administrator's word. Nothing is verified by it.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::NotConfirmable`].
    pub async fn confirm_as_admin(
        &self,
        pool: &UserPool,
        username: &Username,
        metadata: Metadata,
    ) -> Result<()> {
        let user = self.user(pool, username).await?;
        check_confirmable(&user)?;
        let user = self.confirm(pool, &user.sub, None, false).await?;
        let source = TriggerSource::PostConfirmationConfirmSignUp;
        self.tell_post_confirmation(pool, None, source, &user, metadata).await
    }

    /// Confirms a user and spends the code in one commit.
    async fn confirm(
        &self,
        pool: &UserPool,
        sub: &Sub,
        sent: Option<&Kept<SentCode>>,
        moves_alias: bool,
    ) -> Result<Kept<User>> {
        for _ in 0..16 {
            let mut user = self.user_by_sub(&pool.id, sub).await?;
            check_confirmable(&user)?;
            user.status = UserStatus::Confirmed;
            user.modified_at = self.now();
            let proven = sent.and_then(|sent| Some((Contact::of(&sent.attribute)?, &sent.value)));
            // What was proven is the address that the code went to, not one that was set since.
            if let Some((contact, value)) = proven
                && user.attribute(contact.attribute()) == Some(value)
            {
                user.verify(contact);
            }
            user.rename(pool);
            let loser = match (moves_alias, proven) {
                (true, Some((contact, value))) => {
                    self.loser_of_alias(pool, &user, contact, value).await?
                }
                _ => None,
            };
            let done = self.try_commit(|commit| {
                if let Some(loser) = &loser {
                    commit.save(loser);
                }
                commit.save(&user);
                if let Some(sent) = sent {
                    spend(commit, sent);
                }
            });
            match done.await {
                Ok(()) => return Ok(user),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(conflict)) => {
                    if sent.is_some_and(|sent| conflict.is_on(&store::Record::key(&**sent))) {
                        return Err(Refusal::CodeExpired.into());
                    }
                    if let Some(taken) = user.taken(pool, |key| conflict.is_on(key)) {
                        return Err(Refusal::AliasExists(taken).into());
                    }
                }
            }
        }
        Err(Refusal::Contended.into())
    }

    /// The users whose verified addresses go over to another.
    pub(crate) async fn losers_of_aliases(
        &self,
        pool: &UserPool,
        winner: &User,
    ) -> Result<Vec<Kept<User>>> {
        let mut losers: Vec<Kept<User>> = Vec::new();
        if pool.has_username_attributes() {
            return Ok(losers);
        }
        for (alias, contact) in
            [(Alias::Email, Contact::Email), (Alias::PhoneNumber, Contact::PhoneNumber)]
        {
            if !pool.names.alias_attributes.contains(&alias) || !winner.is_verified(contact) {
                continue;
            }
            let Some(value) = winner.attribute(contact.attribute()) else { continue };
            let Some(loser) = self.loser_of_alias(pool, winner, contact, value).await? else {
                continue;
            };
            // Somebody may lose both at once; one record is saved once.
            match losers.iter_mut().find(|known| known.sub == loser.sub) {
                Some(known) => {
                    known.set_attribute(contact.verified_attribute(), "false");
                    known.rename(pool);
                }
                None => losers.push(loser),
            }
        }
        Ok(losers)
    }

    /// The user whose verified address goes over to another: it is not verified any more.
    pub(crate) async fn loser_of_alias(
        &self,
        pool: &UserPool,
        winner: &User,
        contact: Contact,
        value: &str,
    ) -> Result<Option<Kept<User>>> {
        let Ok(name) = Username::parse(value) else { return Ok(None) };
        let holder = self.find_user(pool, &name).await?;
        Ok(holder.filter(|holder| holder.sub != winner.sub).map(|mut holder| {
            holder.attributes.insert(contact.verified_attribute().to_owned(), "false".to_owned());
            holder.rename(pool);
            holder
        }))
    }

    /// Sends another code to somebody who waits to be confirmed.
    ///
    /// # Errors
    /// [`Refusal::AlreadyConfirmed`], [`Refusal::TooManyAttempts`], [`Refusal::NoUserForClient`] where the
    /// client does not hide it.
    pub async fn resend_code(
        &self,
        caller: &Caller,
        username: &Username,
        hash: Option<&SecretHash>,
    ) -> Result<Delivery> {
        let pool = &caller.pool;
        self.require_home(&pool.id).await?;
        let user = self.find_user(pool, username).await?;
        self.check_secret_hash(&caller.client, username.as_str(), user.as_deref(), hash)?;
        // Before anything is told: how often somebody may ask does not depend on who they are.
        let who = self.counted_as(pool, user.as_deref(), username.as_str());
        self.allow(&pool.id, &who, Allowance::ResendCode).await?;
        let Some(user) = user else {
            if !caller.client.settings.hides_missing_users {
                return Err(Refusal::NoUserForClient.into());
            }
            return Ok(self.made_up_delivery(pool, username));
        };
        if user.status != UserStatus::Unconfirmed {
            return Err(Refusal::AlreadyConfirmed.into());
        }
        let Some((contact, address)) = contact_to_verify(pool, &user) else {
            return Err(Refusal::invalid("Auto verification not turned on.").into());
        };
        self.note_done(caller, &user, AuthEventKind::ResendCode, AuthEventResult::Pass).await?;
        let about = caller.about(&user, Occasion::ResendCode);
        let draft = self.draft_code(about, contact, &address).await?;
        let (code, sent) =
            self.new_code(&user, Purpose::ConfirmSignUp, contact.attribute(), &address)?;
        self.commit(|commit| {
            commit.put(&sent);
        })
        .await?;
        self.send(draft, code.reveal()).await
    }

    /// A `sub` that nobody has.
    pub(crate) fn new_sub(&self) -> Result<Sub> {
        Sub::parse(self.random().uuid_v4()).map_err(|_| Error::internal("a sub is malformed"))
    }

    /// The name under which a new user is kept. Where people sign in with an attribute, the name they typed
    /// becomes that attribute, and they are kept under their `sub`.
    pub(crate) fn name_new_user(
        &self,
        pool: &UserPool,
        username: &Username,
        sub: &Sub,
        attributes: &mut Attributes,
    ) -> Result<Username> {
        let text = username.as_str();
        if pool.has_username_attributes() {
            let contacts = &pool.names.username_attributes;
            let fits = |contact: &&Contact| match contact {
                Contact::Email => is_email(text),
                Contact::PhoneNumber => is_phone_number(text),
            };
            let Some(contact) = contacts.iter().find(fits) else {
                return Err(Refusal::invalid(match contacts.as_slice() {
                    [Contact::Email] => "Username should be an email.",
                    [Contact::PhoneNumber] => "Username should be a phone number.",
                    _ => "Username should be either an email or a phone number.",
                })
                .into());
            };
            let attribute = contact.attribute();
            let given = attributes.entry(attribute.to_owned()).or_insert_with(|| text.to_owned());
            if pool.fold(given) != pool.fold(text) {
                let text = format!("Attribute value for {attribute} must match the username.");
                return Err(Refusal::invalid(text).into());
            }
            return Ok(Username::from(sub));
        }
        for alias in &pool.names.alias_attributes {
            let (is_alike, what) = match alias {
                Alias::Email => (is_email(text), "email"),
                Alias::PhoneNumber => (is_phone_number(text), "phone number"),
                Alias::PreferredUsername => (false, ""),
            };
            if is_alike {
                return Err(Refusal::invalid(format!(
                    "Username cannot be of {what} format, since user pool is configured for {what} alias."
                ))
                .into());
            }
        }
        if pool.names.is_case_sensitive {
            return Ok(username.clone());
        }
        Username::parse(pool.fold(text))
            .map_err(|_| Refusal::invalid("Username has characters that cannot be used.").into())
    }

    /// Keeps a new user, with the code that was made for it. An address that a function vouched for at the
    /// sign-up goes over to the new user, as it would by a code.
    pub(crate) async fn keep_new_user(
        &self,
        pool: &UserPool,
        user: &User,
        code: Option<&SentCode>,
    ) -> Result<()> {
        let losers = self.losers_of_aliases(pool, user).await?;
        let done = self.try_commit(|commit| {
            for loser in &losers {
                commit.save(loser);
            }
            commit.create(user);
            if let Some(sent) = code {
                commit.put(sent);
            }
        });
        match done.await {
            Ok(()) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
            Err(Refused::Conflict(conflict)) => {
                Err(match user.taken(pool, |key| conflict.is_on(key)) {
                    Some(taken) => Refusal::UserExists(taken),
                    None => Refusal::Contended,
                }
                .into())
            }
        }
    }
}

fn heed(user: &mut User, answer: PreSignUpResponse) -> Result<()> {
    if answer.auto_confirm_user {
        user.status = UserStatus::Confirmed;
    }
    let asked = [
        (answer.auto_verify_email, Contact::Email),
        (answer.auto_verify_phone, Contact::PhoneNumber),
    ];
    for (is_asked, contact) in asked {
        if is_asked && user.attribute(contact.attribute()).is_none() {
            let reason = format!("cannot verify {}: the user has none", contact.attribute());
            return Err(Refusal::TriggerAnswer { trigger: "PreSignUp", reason }.into());
        }
        if is_asked {
            user.verify(contact);
        }
    }
    Ok(())
}

fn check_confirmable(user: &User) -> Result<()> {
    if user.status == UserStatus::Unconfirmed {
        return Ok(());
    }
    Err(Refusal::NotConfirmable(user.status.as_str()).into())
}

/// Which of a user's contacts a sign-up proves: the phone before the address, as Cognito does.
fn contact_to_verify(pool: &UserPool, user: &User) -> Option<(Contact, String)> {
    let of = |contact: Contact| {
        let is_wanted =
            pool.settings.auto_verified.contains(&contact) && !user.is_verified(contact);
        user.attribute(contact.attribute())
            .filter(|_| is_wanted)
            .map(|value| (contact, value.to_owned()))
    };
    of(Contact::PhoneNumber).or_else(|| of(Contact::Email))
}

/// What of somebody who signs up somebody else has, by the look of the name.
pub(crate) fn taken_by(username: &Username, pool: &UserPool) -> Taken {
    if !pool.has_username_attributes() {
        Taken::Username
    } else if is_email(username.as_str()) {
        Taken::Email
    } else {
        Taken::PhoneNumber
    }
}
