//! Is this the user, and what comes next?
//!
//! The password is looked at before the user's state, so that nobody learns the state without the password.
//! A name that nobody has costs the same work as one that somebody has. What follows a right password is
//! `after_first_factor`'s.

use crate::{
    Attributes, Challenge, Circumstances, Client, Error, Flow, Outcome, PasswordMoment, Pools,
    Refusal, Result, SealedPassword, User, UserPool, UserStatus,
    challenge::{Kind, NewPasswordStep, SoFar, SrpStep},
    message::{About, Occasion},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use crypto::{Ephemeral, PublicA, PublicB, Verifier};
use events::cognito::Metadata;
use names::{ClientId, DeviceKey, Password, SecretHash, Session, Sub, UserPoolId, Username};
use std::{net::IpAddr, sync::Arc};
use store::Kept;

/// Who asks to sign somebody in: a client of a pool, in one call.
#[derive(Debug, Clone)]
pub struct Caller {
    pub pool: Arc<Kept<UserPool>>,
    pub client: Arc<Kept<Client>>,
    /// What the client wants the pool's functions to hear.
    pub metadata: Metadata,
    /// The device that the client says it is.
    pub device: Option<DeviceKey>,
    /// The address that the call came from, if the door knows it. It is counted and not kept.
    pub address: Option<IpAddr>,
    /// From where, and with what, in pools that look for threats.
    pub circumstances: Arc<Circumstances>,
    /// Joins the log lines and tokens of one sign-in.
    pub event_id: String,
    /// What a sign-in through this call ends with.
    pub ending: Ending,
}

/// What a sign-in ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Tokens for the client.
    Tokens,
    /// The knowledge who somebody is, for a browser that goes on to the client with a code.
    Browser,
}

/// The answer to [`Challenge::PasswordVerifier`].
pub struct SrpAnswer<'a> {
    pub username: &'a Username,
    pub secret_block: &'a str,
    pub signature: &'a str,
    pub timestamp: &'a str,
    pub hash: Option<&'a SecretHash>,
}

/// The answer to [`Challenge::NewPasswordRequired`].
pub struct NewPasswordAnswer<'a> {
    pub username: &'a Username,
    pub session: &'a Session,
    pub new_password: &'a Password,
    /// Attributes that are set along with it.
    pub attributes: Attributes,
    pub hash: Option<&'a SecretHash>,
}

impl Caller {
    /// The same call as the hosted pages make it for a browser.
    #[must_use]
    pub fn for_browser(self) -> Self {
        Self { ending: Ending::Browser, ..self }
    }

    /// Refuses a way to sign in that the client may not use. Doors ask before they look at anything else.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], [`Refusal::RotationOnly`].
    pub fn require(&self, flow: Flow) -> Result<()> {
        if self.client.allows(flow) {
            return Ok(());
        }
        if flow == Flow::RefreshToken && self.client.settings.rotation.is_some() {
            return Err(Refusal::RotationOnly.into());
        }
        Err(Refusal::invalid(match flow {
            Flow::UserPassword => "USER_PASSWORD_AUTH flow not enabled for this client",
            Flow::UserSrp => "USER_SRP_AUTH is not enabled for the client.",
            Flow::Custom => "CUSTOM_AUTH is not enabled for the client.",
            Flow::UserAuth => "USER_AUTH is not enabled for the client.",
            Flow::AdminUserPassword
            | Flow::RefreshToken
            | Flow::TokenExchangeDelegation
            | Flow::TokenExchangeImpersonation => "Auth flow not enabled for this client",
        })
        .into())
    }
}

impl Caller {
    /// What a message of this call is about.
    pub(crate) fn about<'a>(&'a self, user: &'a User, occasion: Occasion) -> About<'a> {
        let Self { pool, client, metadata, .. } = self;
        About { pool, client: Some(&client.id), user, occasion, metadata }
    }

    /// What is said to a guess when no code is waiting. Where it is hidden who exists, a code that is gone is
    /// like a wrong one, since for somebody who does not exist there never was one.
    pub(crate) fn without_a_code(&self) -> Refusal {
        if self.client.settings.hides_missing_users {
            Refusal::CodeMismatch
        } else {
            Refusal::CodeExpired
        }
    }

    /// What is said to a guess at a code that was guessed at too often. Where it is hidden who exists, no more
    /// than to any wrong guess.
    pub(crate) fn without_guesses(&self) -> Refusal {
        if self.client.settings.hides_missing_users {
            Refusal::CodeMismatch
        } else {
            Refusal::TooManyGuesses
        }
    }

    /// What is said when the user of a challenge was deleted meanwhile. A challenge is given to whoever names
    /// a user, so where it is hidden who exists this one would tell; the pages tell nobody.
    pub(crate) fn without_user(&self) -> Refusal {
        if self.client.settings.hides_missing_users || self.ending == Ending::Browser {
            Refusal::InvalidSession
        } else {
            Refusal::NoUser
        }
    }
}

impl Pools {
    /// A call of this client, which public calls name without its pool.
    ///
    /// # Errors
    /// [`Refusal::NoClient`].
    pub async fn caller(&self, client: &ClientId, metadata: Metadata) -> Result<Caller> {
        let client = self.client(client).await?;
        let pool = self.pool(&client.pool).await.map_err(|error| match error {
            Error::Refused(Refusal::NoUserPool(_)) => Refusal::NoClient(client.id.clone()).into(),
            other => other,
        })?;
        Ok(self.new_caller(pool, client, metadata))
    }

    /// A call of this client of this pool.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`], [`Refusal::NoClient`].
    pub async fn caller_of(
        &self,
        pool: &UserPoolId,
        client: &ClientId,
        metadata: Metadata,
    ) -> Result<Caller> {
        let client = self.client_of(pool, client).await?;
        let pool = self.pool(pool).await?;
        Ok(self.new_caller(pool, client, metadata))
    }

    fn new_caller(
        &self,
        pool: Arc<Kept<UserPool>>,
        client: Arc<Kept<Client>>,
        metadata: Metadata,
    ) -> Caller {
        let event_id = self.event_id(&pool);
        let (circumstances, ending) = (Arc::default(), Ending::Tokens);
        let address = None;
        Caller { pool, client, metadata, device: None, address, circumstances, event_id, ending }
    }

    /// Signs a user in by password, which the client (or, for the admin flow, the server) was told.
    ///
    /// # Errors
    /// [`Refusal::WrongCredentials`], [`Refusal::LockedOut`], and what is refused after a right password.
    pub async fn sign_in_with_password(
        &self,
        caller: &Caller,
        flow: Flow,
        name: &Username,
        password: &Password,
        hash: Option<&SecretHash>,
    ) -> Result<Outcome> {
        caller.require(flow)?;
        let user = self.find_user(&caller.pool, name).await?;
        self.check_secret_hash(&caller.client, name.as_str(), user.as_deref(), hash)?;
        self.sign_in_by_password(caller, user, name, password).await
    }

    /// Signs a user in by password on the hosted pages, which speak for their client: neither a flow nor a
    /// secret hash of its own is asked of them.
    ///
    /// # Errors
    /// As [`Self::sign_in_with_password`].
    pub async fn sign_in_on_pages(
        &self,
        caller: &Caller,
        name: &Username,
        password: &Password,
    ) -> Result<Outcome> {
        let user = self.find_user(&caller.pool, name).await?;
        self.sign_in_by_password(caller, user, name, password).await
    }

    /// Signs in somebody who chose the password a moment ago, on the pages where they signed up: that it is
    /// theirs needs no other proof, everything that follows a password does.
    ///
    /// # Errors
    /// As [`Self::sign_in_with_password`], after a right password.
    pub async fn sign_in_from_sign_up_page(&self, caller: &Caller, sub: &Sub) -> Result<Outcome> {
        let user = self.user_by_sub(&caller.pool.id, sub).await?;
        self.ask_pre_authentication(caller, &user.username, Some(&user)).await?;
        let caller = Caller { metadata: Metadata::new(), ..caller.clone() };
        let so_far = SoFar::of(&caller);
        self.after_first_factor(&caller, user, so_far).await
    }

    async fn sign_in_by_password(
        &self,
        caller: &Caller,
        mut user: Option<Kept<User>>,
        name: &Username,
        password: &Password,
    ) -> Result<Outcome> {
        if user.is_none() {
            user = self.migrate_at_sign_in(caller, name, password).await?;
        }
        if user.is_none() && !caller.client.settings.hides_missing_users {
            return Err(Refusal::NoUser.into());
        }
        self.ask_pre_authentication(caller, name, user.as_deref()).await?;

        let user = self.prove_password(caller, user, name, password).await?;
        // What the client says here is for the function before the sign-in alone.
        let caller = Caller { metadata: Metadata::new(), ..caller.clone() };
        let so_far = SoFar::of(&caller);
        self.after_first_factor(&caller, user, so_far).await
    }

    /// Looks at a password, and counts a wrong one.
    pub(crate) async fn prove_password(
        &self,
        caller: &Caller,
        user: Option<Kept<User>>,
        name: &Username,
        password: &Password,
    ) -> Result<Kept<User>> {
        self.refuse_crowded(caller)?;
        let who = self.counted_as(&caller.pool, user.as_deref(), name.as_str());
        let turn = self.turn(&caller.pool.id, &who).await;
        let failures = self.refuse_if_locked(&caller.pool.id, &who).await?;
        let is_right = self.knows_password(&caller.pool, user.as_deref(), name, password).await?;
        if !is_right || user.is_none() {
            self.count_wrong(caller);
            self.count_failure(&caller.pool.id, &who).await?;
            if let Some(user) = &user {
                self.note_wrong_password(caller, user).await?;
            }
            return Err(Refusal::WrongCredentials.into());
        }
        let user = user.ok_or(Refusal::WrongCredentials)?;
        self.forget_failures(failures).await?;
        drop(turn);
        self.check_compromised(caller, &user, password).await?;
        Ok(user)
    }

    /// Begins a sign-in in which the password never leaves the client.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a public value that SRP does not allow; [`Refusal::NoUser`] where the client
    /// does not hide it.
    pub async fn begin_srp(
        &self,
        caller: &Caller,
        name: &Username,
        srp_a: &str,
        hash: Option<&SecretHash>,
    ) -> Result<Outcome> {
        caller.require(Flow::UserSrp)?;
        self.begin_proof(caller, name, srp_a, hash).await
    }

    /// Begins a proof of a password, whichever way of signing in it is part of.
    pub(crate) async fn begin_proof(
        &self,
        caller: &Caller,
        name: &Username,
        srp_a: &str,
        hash: Option<&SecretHash>,
    ) -> Result<Outcome> {
        let a = PublicA::parse(srp_a)
            .map_err(|_| Refusal::invalid("SRP_A is not a valid public value."))?;
        let user = self.find_user(&caller.pool, name).await?;
        self.check_secret_hash(&caller.client, name.as_str(), user.as_deref(), hash)?;
        if user.is_none() && !caller.client.settings.hides_missing_users {
            return Err(Refusal::NoUser.into());
        }
        self.ask_pre_authentication(caller, name, user.as_deref()).await?;

        self.srp_challenge(caller, name, user.as_deref(), &a, SoFar::of(caller)).await
    }

    /// Asks for the proof of a password.
    pub(crate) async fn srp_challenge(
        &self,
        caller: &Caller,
        name: &Username,
        user: Option<&User>,
        a: &PublicA,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let (user_id, verifier) = match user {
            Some(user) => (user.username.clone(), self.verifier(user)?),
            None => self.decoy(&caller.pool, name)?,
        };
        let salt = verifier.salt_hex();
        let random = self.house().random.clone();
        let (b, public_b) = self.work(move || crypto::begin(&verifier, &*random)).await?;

        let srp_b = public_b.to_hex();
        let step = SrpStep {
            a: a.to_hex(),
            b: URL_SAFE_NO_PAD.encode(b.to_bytes().as_slice()),
            public_b: srp_b.clone(),
            so_far,
        };
        let sub = user.map(|user| user.sub.clone());
        let sealed = self.wait(&caller.client, &caller.event_id, sub, user_id.clone(), step)?;
        let secret_block = STANDARD.encode(sealed);
        Ok(Outcome::Challenge(Challenge::PasswordVerifier { salt, secret_block, srp_b, user_id }))
    }

    /// Looks at the proof of a password.
    ///
    /// # Errors
    /// [`Refusal::WrongCredentials`], [`Refusal::LockedOut`], [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], and what is refused after a right password.
    pub async fn answer_srp(&self, caller: &Caller, answer: &SrpAnswer<'_>) -> Result<Outcome> {
        let block = STANDARD.decode(answer.secret_block).map_err(|_| Refusal::InvalidSession)?;
        let mut waiting = self.open::<SrpStep>(&caller.client, &block)?;
        let user = match &waiting.sub {
            Some(sub) => {
                self.records().get(&User::key_of(&caller.pool.id, sub), self.now()).await?
            }
            None => None,
        };
        let hash_name = answer.username.as_str();
        self.check_secret_hash(&caller.client, hash_name, user.as_deref(), answer.hash)?;
        // Where it is hidden who exists, the proof goes wrong as that of somebody who never did.
        if waiting.sub.is_some() && user.is_none() && caller.without_user() == Refusal::NoUser {
            return Err(Refusal::NoUser.into());
        }
        if !is_named(&caller.pool, user.as_deref(), &waiting.user_id, answer.username) {
            return Err(Refusal::InvalidSession.into());
        }
        if !is_timestamp(answer.timestamp) {
            return Err(Refusal::invalid(
                "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.",
            )
            .into());
        }
        let Ok(signature) = STANDARD.decode(answer.signature) else {
            return Err(Refusal::WrongCredentials.into());
        };

        self.refuse_crowded(caller)?;
        // Before the challenge is spent: clients answer it again without a device that is gone.
        self.check_device(caller, user.as_deref()).await?;
        let who = self.counted_as(&caller.pool, user.as_deref(), waiting.user_id.as_str());
        let turn = self.turn(&caller.pool.id, &who).await;
        self.answer_once(&waiting).await?;
        let failures = self.refuse_if_locked(&caller.pool.id, &who).await?;
        let verifier = match &user {
            Some(user) => self.verifier(user)?,
            None => self.decoy(&caller.pool, &waiting.user_id)?.1,
        };
        let mut so_far = std::mem::take(&mut waiting.step.so_far);
        so_far.hear_of_device(caller);
        let caller = Caller { event_id: std::mem::take(&mut waiting.event_id), ..caller.clone() };
        let timestamp = answer.timestamp.to_owned();
        let SrpStep { a, b, public_b, .. } = waiting.step;
        let proof = Proof { a, b, public_b, verifier, block, signature, timestamp };
        let (pool_name, user_id) = (caller.pool.id.name().to_owned(), waiting.user_id);
        let is_right = self.work(move || proof.is_right(&pool_name, user_id.as_str())).await?;
        if !is_right || user.is_none() {
            self.count_wrong(&caller);
            self.count_failure(&caller.pool.id, &who).await?;
            drop(turn);
            if let Some(user) = &user {
                self.note_wrong_password(&caller, user).await?;
            }
            let Some(mut steps) = so_far.custom else {
                return Err(Refusal::WrongCredentials.into());
            };
            // Whether a wrong password is the end of it is the function's to say.
            steps.push(SrpStep::NAME, false);
            return self.go_on(&caller, user, steps).await;
        }
        let user = user.ok_or(Refusal::WrongCredentials)?;
        self.forget_failures(failures).await?;
        drop(turn);

        so_far.push(SrpStep::NAME);
        self.after_first_factor(&caller, user, so_far).await
    }

    /// Asks for a password of the user's own, in place of the temporary one that was right.
    pub(crate) async fn ask_for_new_password(
        &self,
        caller: &Caller,
        user: &User,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let Some(SealedPassword { sealed, expires_at }) = &user.password else {
            return Err(Refusal::WrongCredentials.into());
        };
        if expires_at.is_some_and(|end| self.now() >= end) {
            return Err(Refusal::TemporaryPasswordExpired.into());
        }
        let step = NewPasswordStep { proven: digest(sealed), so_far };
        let (sub, user_id) = (Some(user.sub.clone()), user.username.clone());
        let session = self.wait_session(caller, sub, user_id.clone(), step).await?;
        let missing = caller.pool.schema.missing(&user.attributes);
        let required = missing.iter().map(|name| format!("userAttributes.{name}")).collect();
        let attributes = user.attributes.clone();
        Ok(Outcome::Challenge(Challenge::NewPasswordRequired {
            session,
            user_id,
            attributes,
            required,
        }))
    }

    /// Takes the password that a user chose instead of a temporary one, and signs the user in.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SessionUsed`],
    /// [`Refusal::PasswordBreaksPolicy`] (after which the session is still good), and what is wrong with
    /// the attributes.
    pub async fn answer_new_password(
        &self,
        caller: &Caller,
        answer: NewPasswordAnswer<'_>,
    ) -> Result<Outcome> {
        self.require_home(&caller.pool.id).await?;
        let waiting = self.open_session::<NewPasswordStep>(&caller.client, answer.session).await?;
        let Some(sub) = &waiting.sub else { return Err(Refusal::InvalidSession.into()) };
        let user = self.user_by_sub(&caller.pool.id, sub).await.map_err(|error| match error {
            Error::Refused(Refusal::NoUser) => caller.without_user().into(),
            other => other,
        })?;
        self.check_secret_hash(&caller.client, answer.username.as_str(), Some(&user), answer.hash)?;
        let is_waiting = is_named(&caller.pool, Some(&user), &waiting.user_id, answer.username)
            && user
                .password
                .as_ref()
                .is_some_and(|kept| digest(&kept.sealed) == waiting.step.proven);
        if !is_waiting {
            return Err(Refusal::InvalidSession.into());
        }
        caller.pool.settings.password_policy.check(answer.new_password)?;
        self.refuse_used(&caller.pool, &user, answer.new_password).await?;
        let (pool, client, from) = (&caller.pool, &caller.client.id, &caller.circumstances);
        let moment = PasswordMoment::Change;
        self.refuse_compromised(pool, client, from, answer.new_password, moment).await?;
        let mut attributes = answer.attributes;
        check_new_attributes(caller, &user, &mut attributes)?;
        let sealed =
            self.seal_password(&caller.pool, sub, &user.username, answer.new_password).await?;
        self.answer_once(&waiting).await?;

        let now = self.now();
        let (user, ()) = self
            .change_user(&caller.pool, sub, |user| {
                for (name, value) in &attributes {
                    user.set_attribute(name, value);
                }
                let password = SealedPassword { sealed: sealed.clone(), expires_at: None };
                user.replace_password(&caller.pool, password);
                user.status = UserStatus::Confirmed;
                user.end_refresh_tokens(now);
                Ok(())
            })
            .await?;
        let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
        let mut so_far = waiting.step.so_far;
        so_far.chose_password = true;
        so_far.push(NewPasswordStep::NAME);
        self.after_new_password(&caller, user, so_far).await
    }

    /// A password as it is kept for a user.
    pub(crate) async fn seal_password(
        &self,
        pool: &UserPool,
        sub: &Sub,
        user_id: &Username,
        password: &Password,
    ) -> Result<String> {
        let salt = crypto::fresh_salt(self.random());
        let (pool_name, user_id, password) =
            (pool.id.name().to_owned(), user_id.clone(), password.clone());
        let verifier = self
            .work(move || Verifier::derive(&pool_name, user_id.as_str(), &password, salt))
            .await?;
        let bound_to = password_bound_to(&pool.id, sub);
        Ok(self.house().seals.passwords.seal_text(self.random(), &verifier.to_bytes(), &bound_to))
    }

    /// Whether this is the user's password. For nobody it takes as long to say no.
    pub(crate) async fn knows_password(
        &self,
        pool: &UserPool,
        user: Option<&User>,
        name: &Username,
        password: &Password,
    ) -> Result<bool> {
        let (user_id, verifier) = match user {
            Some(user) => (user.username.clone(), self.verifier(user)?),
            None => self.decoy(pool, name)?,
        };
        let (pool_name, password) = (pool.id.name().to_owned(), password.clone());
        let matches =
            self.work(move || verifier.matches(&pool_name, user_id.as_str(), &password)).await?;
        Ok(matches && user.is_some_and(|user| user.password.is_some()))
    }

    /// Refuses a password that is the user's own already or was lately, as far as the pool remembers.
    ///
    /// # Errors
    /// [`Refusal::PasswordUsedBefore`].
    pub(crate) async fn refuse_used(
        &self,
        pool: &UserPool,
        user: &User,
        password: &Password,
    ) -> Result<()> {
        let remembered = usize::from(pool.settings.password_policy.history_size);
        let current = user.password.iter().filter(|current| current.expires_at.is_none());
        let known = current.map(|current| &current.sealed).chain(&user.earlier_passwords);
        for sealed in known.take(remembered) {
            let verifier = self.open_verifier(user, sealed)?;
            let (pool_name, user_id) = (pool.id.name().to_owned(), user.username.clone());
            let password = password.clone();
            let is_same = self
                .work(move || verifier.matches(&pool_name, user_id.as_str(), &password))
                .await?;
            if is_same {
                return Err(Refusal::PasswordUsedBefore.into());
            }
        }
        Ok(())
    }

    /// A user's verifier; for a user without a password, one that nothing matches.
    fn verifier(&self, user: &User) -> Result<Verifier> {
        let Some(SealedPassword { sealed, .. }) = &user.password else {
            return Ok(self.decoy_verifier(&user.pool, user.sub.as_str()));
        };
        self.open_verifier(user, sealed)
    }

    /// A verifier of a user as it is kept.
    fn open_verifier(&self, user: &User, sealed: &str) -> Result<Verifier> {
        let bound_to = password_bound_to(&user.pool, &user.sub);
        let plain =
            self.house().seals.passwords.open_text(sealed, &bound_to).map_err(|_| {
                Error::internal("a password does not open: is this the master key?")
            })?;
        Verifier::from_bytes(&plain)
            .map_err(|_| Error::internal("a password verifier is malformed"))
    }

    /// A user id and a verifier for a name that nobody has: always the same for the same name, and matched by
    /// no password that anybody could know.
    pub(crate) fn decoy(&self, pool: &UserPool, name: &Username) -> Result<(Username, Verifier)> {
        let user_id = self.decoy_user_id(pool, name.as_str());
        let verifier = self.decoy_verifier(&pool.id, &user_id);
        let user_id = Username::parse(user_id).unwrap_or_else(|_| name.clone());
        Ok((user_id, verifier))
    }

    /// The user id of somebody who does not exist. That of a user id is itself.
    pub(crate) fn decoy_user_id(&self, pool: &UserPool, name: &str) -> String {
        let folded = pool.fold(name);
        if !pool.has_username_attributes() || Sub::parse(&folded).is_ok() {
            return folded;
        }
        let bytes = self.decoy_bytes(&pool.id, &folded, "user id");
        let mut digits: Vec<char> = bytes.iter().take(16).flat_map(hex_digits).collect();
        for at in [8, 13, 18, 23] {
            digits.insert(at, '-');
        }
        // The nibbles that say version and variant in a real one.
        for (at, digit) in [(14, '4'), (19, 'a')] {
            if let Some(place) = digits.get_mut(at) {
                *place = digit;
            }
        }
        digits.into_iter().collect()
    }

    fn decoy_verifier(&self, pool: &UserPoolId, name: &str) -> Verifier {
        let parts = (0..13).map(|part| self.decoy_bytes(pool, name, &format!("verifier {part}")));
        let mut bytes = [0; 400];
        for (place, byte) in bytes.iter_mut().zip(parts.flatten()) {
            *place = byte;
        }
        Verifier::decoy(&bytes)
    }

    fn decoy_bytes(&self, pool: &UserPoolId, name: &str, what: &str) -> [u8; 32] {
        let parts = [pool.as_str(), name, what];
        let parts: Vec<&[u8]> = parts.iter().flat_map(|part| [part.as_bytes(), b"\n"]).collect();
        crypto::hmac_sha256(&self.house().seals.decoys, &parts)
    }
}

/// Everything that says whether a proof is right; moved to a worker thread.
pub(crate) struct Proof {
    /// The numbers of the challenge, as they were sealed.
    pub a: String,
    pub b: String,
    pub public_b: String,
    pub verifier: Verifier,
    pub block: Vec<u8>,
    pub signature: Vec<u8>,
    pub timestamp: String,
}

impl Proof {
    /// Whether it is, over the realm and the name that SRP makes proofs for.
    pub(crate) fn is_right(&self, realm: &str, name: &str) -> bool {
        let parse = || {
            let b = URL_SAFE_NO_PAD.decode(&self.b).ok()?;
            Some((
                PublicA::parse(&self.a).ok()?,
                Ephemeral::from_bytes(&b).ok()?,
                PublicB::parse(&self.public_b).ok()?,
            ))
        };
        let Some((a, b, public_b)) = parse() else { return false };
        crypto::session_key(&a, &b, &public_b, &self.verifier).is_ok_and(|key| {
            key.verifies(realm, name, &self.block, &self.timestamp, &self.signature)
        })
    }
}

/// Whether the name in an answer is one of the user whose challenge it is.
pub(crate) fn is_named(
    pool: &UserPool,
    user: Option<&User>,
    user_id: &Username,
    name: &Username,
) -> bool {
    let name = pool.fold(name.as_str());
    let is_users = |user: &User| {
        let contacts = ["email", "phone_number", "preferred_username"];
        let mut names = contacts.iter().filter_map(|attribute| user.attribute(attribute));
        user.sub.as_str() == name || names.any(|known| pool.fold(known) == name)
    };
    // For a user that does not exist any name that was typed before would do; the proof fails anyway.
    pool.fold(user_id.as_str()) == name || user.is_none_or(is_users)
}

/// `EEE MMM d HH:mm:ss UTC yyyy`. The moment itself is not held against the machine's clock: a proof is
/// bound to its secret block, which lives for minutes and is looked at once.
pub(crate) fn is_timestamp(text: &str) -> bool {
    text.len() <= 40
        && jiff::fmt::strtime::parse("%a %b %d %H:%M:%S UTC %Y", text)
            .is_ok_and(|parsed| parsed.to_datetime().is_ok())
}

/// Refuses attributes along with a new password that the user or the client may not set.
fn check_new_attributes(caller: &Caller, user: &User, attributes: &mut Attributes) -> Result<()> {
    let schema = &caller.pool.schema;
    schema.check_values(attributes)?;
    caller.client.settings.check_writes(attributes)?;
    let is_set = |name: &String| {
        schema.rule(name).is_some_and(|rule| rule.is_required) && user.attributes.contains_key(name)
    };
    if let Some(name) = attributes.keys().find(|name| is_set(name)) {
        return Err(Refusal::invalid(format!("Cannot modify an already provided {name}")).into());
    }
    // What is set for the first time may be something that cannot be changed afterwards.
    let mut changed = attributes.clone();
    changed.retain(|name, _| user.attributes.contains_key(name));
    schema.check_change(&changed)?;
    let mut after = user.attributes.clone();
    after.extend(attributes.clone());
    after.retain(|_, value| !value.is_empty());
    schema.check_complete(&after)
}

fn password_bound_to(pool: &UserPoolId, sub: &Sub) -> Vec<u8> {
    format!("{pool}\n{sub}").into_bytes()
}

fn digest(sealed: &str) -> String {
    STANDARD.encode(crypto::sha256(sealed.as_bytes()))
}

fn hex_digits(byte: &u8) -> [char; 2] {
    let digit = |nibble| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    [digit(byte >> 4), digit(byte & 15)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_the_form_that_clients_send() {
        for good in ["Tue May 7 00:09:40 UTC 2024", "Tue May 07 00:09:40 UTC 2024"] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "2024-05-07T00:09:40Z",
            "Tue May 7 00:09:40 CET 2024",
            "Tue May 45 00:09:40 UTC 2024",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }
}
