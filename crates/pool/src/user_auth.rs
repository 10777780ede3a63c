//! How does a sign-in go in which the user has the choice how to begin?
//!
//! What may be chosen is what the pool allows and the user has. Of somebody who does not exist, where that is
//! hidden, it is what most people have; a code is sent to nobody then, and none is right. A code that is sent
//! is the only factor of its sign-in, so whoever has a second one begins with a password.

use crate::{
    Allowance, Caller, Challenge, Contact, Ending, Error, FirstFactor, Flow, MfaMode, Outcome,
    Pools, Refusal, Reply, Result, User, UserStatus,
    challenge::{Asked, FactorStep, SentFactor, SignUpStep, SoFar},
    message::Occasion,
    mfa::SECOND_DIGITS,
    webauthn_sign_in,
};
use crypto::PublicA;
use events::cognito::{Metadata, TriggerSource};
use names::{Password, SecretHash, Session, Username};
use serde::{Deserialize, Serialize};
use store::Kept;

/// How a sign-in may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FirstChoice {
    PasswordSrp,
    Password,
    EmailCode,
    SmsCode,
    Passkey,
}

/// The beginning of a sign-in in which the user has the choice.
pub struct BeginByChoice<'a> {
    pub username: &'a Username,
    /// What the client would like best.
    pub preferred: Option<FirstChoice>,
    pub password: Option<&'a Password>,
    pub srp_a: Option<&'a str>,
    pub hash: Option<&'a SecretHash>,
}

/// What comes with the choice of how to begin.
#[derive(Default)]
pub struct Chosen<'a> {
    pub password: Option<&'a Password>,
    pub srp_a: Option<&'a str>,
    /// What a passkey answered.
    pub credential: Option<&'a str>,
}

/// The digits of a code that is mailed as the only factor.
const MAILED_DIGITS: usize = 8;

impl FirstChoice {
    /// Where its codes are sent.
    fn contact(self) -> Option<Contact> {
        match self {
            Self::EmailCode => Some(Contact::Email),
            Self::SmsCode => Some(Contact::PhoneNumber),
            Self::Password | Self::PasswordSrp | Self::Passkey => None,
        }
    }
}

impl Pools {
    /// Begins a sign-in as the client prefers, or tells what there is to choose from.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a client that has no such sign-in, [`Refusal::NoUser`] where the client does
    /// not hide it, [`Refusal::TooManyCodes`], and what is refused of a password.
    pub async fn begin_by_choice(
        &self,
        caller: &Caller,
        begin: &BeginByChoice<'_>,
    ) -> Result<Outcome> {
        caller.require(Flow::UserAuth)?;
        let BeginByChoice { username, preferred, password, srp_a, hash } = *begin;
        let takes_passwords = caller.pool.settings.allows_first(FirstFactor::Password);
        match (preferred, password, srp_a) {
            (Some(FirstChoice::Password), Some(password), _) if takes_passwords => {
                let flow = Flow::UserAuth;
                return self.sign_in_with_password(caller, flow, username, password, hash).await;
            }
            (Some(FirstChoice::PasswordSrp), _, Some(srp_a)) if takes_passwords => {
                return self.begin_proof(caller, username, srp_a, hash).await;
            }
            _ => {}
        }
        let user = self.find_user(&caller.pool, username).await?;
        self.check_secret_hash(&caller.client, username.as_str(), user.as_deref(), hash)?;
        // The pages never tell who exists.
        let hides = caller.client.settings.hides_missing_users || caller.ending == Ending::Browser;
        if user.is_none() && !hides {
            return Err(Refusal::NoUser.into());
        }
        self.ask_pre_authentication(caller, username, user.as_deref()).await?;
        // What the client says here is for the function before the sign-in alone.
        let caller = &Caller { metadata: Metadata::new(), ..caller.clone() };
        let usable = self.usable_passkeys(caller, user.as_deref()).await?;
        let mut available = choices(caller, user.as_deref());
        available.extend(usable.as_ref().map(|_| FirstChoice::Passkey));
        if let Some(preferred) = preferred.filter(|preferred| available.contains(preferred)) {
            let so_far = SoFar::of(caller);
            return self.ask_first(caller, username, user.as_deref(), preferred, so_far).await;
        }
        if available.is_empty() {
            return Err(Refusal::WrongCredentials.into());
        }
        let challenge = usable.as_ref().map(|_| self.new_passkey_challenge());
        let options = usable.zip(challenge.as_ref());
        let options = options.map(|(usable, it)| self.passkey_options(caller, &usable, it));
        let asked = Asked::First { offered: available.clone(), passkey: challenge };
        let so_far = SoFar::of(caller);
        let session = self.wait_first(caller, username, user.as_deref(), asked, so_far).await?;
        Ok(Outcome::Challenge(Challenge::Select { session, available, passkey: options }))
    }

    /// How somebody of this name may begin at a browser. Nothing begins yet: no function is asked.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn first_choices(
        &self,
        caller: &Caller,
        name: &Username,
    ) -> Result<Vec<FirstChoice>> {
        let user = self.find_user(&caller.pool, name).await?;
        Ok(choices(caller, user.as_deref()))
    }

    /// Takes the choice of how to begin, and what came with it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for one that was not offered, [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], and what is refused of a password.
    pub async fn answer_first_choice(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        choice: Option<FirstChoice>,
        with: &Chosen<'_>,
    ) -> Result<Outcome> {
        let (waiting, user) =
            self.open_for::<FactorStep>(caller, reply.session, reply.username, reply.hash).await?;
        let Asked::First { offered, passkey } = &waiting.step.asked else {
            return Err(Refusal::InvalidSession.into());
        };
        let choice = choice.filter(|choice| offered.contains(choice));
        let choice = choice
            .ok_or_else(|| Refusal::invalid("The challenge that was selected is not offered."))?;
        let a = with.srp_a.map(parse_a).transpose()?;
        if let (FirstChoice::Passkey, Some(credential)) = (choice, with.credential) {
            let (Some(challenge), Some(user)) = (passkey, user) else {
                return Err(Refusal::InvalidSession.into());
            };
            let assertion = webauthn_sign_in::read(credential)?;
            self.answer_once(&waiting).await?;
            let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
            self.prove_passkey(&caller, &user, &assertion, challenge).await?;
            return self.after_passkey(&caller, user, waiting.step.so_far).await;
        }
        if self.is_answered(&waiting).await? {
            return Err(Refusal::SessionUsed.into());
        }
        let name = waiting.user_id.clone();
        match (choice, with.password, a) {
            (FirstChoice::Password, Some(password), _) => {
                let user = self.prove_password(caller, user, &name, password).await?;
                self.answer_once(&waiting).await?;
                let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
                self.after_first_factor(&caller, user, waiting.step.so_far).await
            }
            (FirstChoice::PasswordSrp, _, Some(a)) => {
                self.answer_once(&waiting).await?;
                let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
                let so_far = waiting.step.so_far;
                self.srp_challenge(&caller, &name, user.as_deref(), &a, so_far).await
            }
            (choice, _, _) => {
                self.answer_once(&waiting).await?;
                let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
                let so_far = waiting.step.so_far;
                self.ask_first(&caller, &name, user.as_deref(), choice, so_far).await
            }
        }
    }

    /// Takes the password that was asked for. A wrong one leaves the session good.
    ///
    /// # Errors
    /// [`Refusal::WrongCredentials`], [`Refusal::LockedOut`], [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], and what is refused after a right password.
    pub async fn answer_password(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        password: &Password,
    ) -> Result<Outcome> {
        let (waiting, user) =
            self.open_for::<FactorStep>(caller, reply.session, reply.username, reply.hash).await?;
        if !matches!(waiting.step.asked, Asked::Password) {
            return Err(Refusal::InvalidSession.into());
        }
        if self.is_answered(&waiting).await? {
            return Err(Refusal::SessionUsed.into());
        }
        let user = self.prove_password(caller, user, &waiting.user_id, password).await?;
        self.answer_once(&waiting).await?;
        let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
        self.after_first_factor(&caller, user, waiting.step.so_far).await
    }

    /// Takes the public value with which the password is to be proven.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], [`Refusal::InvalidSession`], [`Refusal::SessionExpired`],
    /// [`Refusal::SessionUsed`].
    pub async fn answer_password_srp(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        srp_a: &str,
    ) -> Result<Outcome> {
        let (waiting, user) =
            self.open_for::<FactorStep>(caller, reply.session, reply.username, reply.hash).await?;
        if !matches!(waiting.step.asked, Asked::PasswordSrp) {
            return Err(Refusal::InvalidSession.into());
        }
        let a = parse_a(srp_a)?;
        self.answer_once(&waiting).await?;
        let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
        let (name, so_far) = (waiting.user_id, waiting.step.so_far);
        self.srp_challenge(&caller, &name, user.as_deref(), &a, so_far).await
    }

    /// Signs somebody in who signed up, in the session of that sign-up, and was confirmed.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], and what is refused
    /// after a first factor.
    pub async fn sign_in_after_sign_up(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
    ) -> Result<Outcome> {
        caller.require(Flow::UserAuth)?;
        let (waiting, user) =
            self.open_for::<SignUpStep>(caller, reply.session, reply.username, reply.hash).await?;
        let user = user.filter(|_| waiting.step.is_confirmed).ok_or(Refusal::InvalidSession)?;
        self.ask_pre_authentication(caller, reply.username, Some(&*user)).await?;
        self.answer_once(&waiting).await?;
        let caller = Caller { metadata: Metadata::new(), ..caller.clone() };
        let so_far = SoFar::of(&caller);
        self.after_first_factor(&caller, user, so_far).await
    }

    /// A session in which somebody who signs up is known again, where the client signs in by choice.
    pub(crate) async fn sign_up_session(
        &self,
        caller: &Caller,
        user: &User,
        is_confirmed: bool,
    ) -> Result<Option<Session>> {
        if !caller.client.allows(Flow::UserAuth) {
            return Ok(None);
        }
        let (sub, user_id) = (Some(user.sub.clone()), user.username.clone());
        self.wait_session(caller, sub, user_id, SignUpStep { is_confirmed }).await.map(Some)
    }

    /// The session after a confirmation, for whoever has the one of the sign-up. Anything else is no reason
    /// not to confirm.
    pub(crate) async fn confirmed_session(
        &self,
        caller: &Caller,
        user: &User,
        session: Option<&Session>,
    ) -> Result<Option<Session>> {
        let Some(session) = session else { return Ok(None) };
        let Ok(waiting) = self.open_session::<SignUpStep>(&caller.client, session).await else {
            return Ok(None);
        };
        if waiting.sub.as_ref() != Some(&user.sub) || self.answer_once(&waiting).await.is_err() {
            return Ok(None);
        }
        self.sign_up_session(caller, user, true).await
    }

    /// Asks for what was chosen.
    async fn ask_first(
        &self,
        caller: &Caller,
        name: &Username,
        user: Option<&User>,
        choice: FirstChoice,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let challenge = match choice {
            FirstChoice::Password => Challenge::Password {
                session: self.wait_first(caller, name, user, Asked::Password, so_far).await?,
            },
            FirstChoice::PasswordSrp => Challenge::PasswordSrp {
                session: self.wait_first(caller, name, user, Asked::PasswordSrp, so_far).await?,
            },
            FirstChoice::EmailCode => {
                return self.send_first_code(caller, name, user, Contact::Email, so_far).await;
            }
            FirstChoice::SmsCode => {
                return self
                    .send_first_code(caller, name, user, Contact::PhoneNumber, so_far)
                    .await;
            }
            FirstChoice::Passkey => {
                // Whoever was offered one had one; by now it may be gone.
                let usable = self.usable_passkeys(caller, user).await?;
                let (usable, user) = usable.zip(user).ok_or(Refusal::InvalidSession)?;
                return self.ask_for_passkey(caller, user, &usable, so_far).await;
            }
        };
        Ok(Outcome::Challenge(challenge))
    }

    /// Sends a code as the only factor, and asks for it. Of somebody who does not exist it only looks so.
    pub(crate) async fn send_first_code(
        &self,
        caller: &Caller,
        name: &Username,
        user: Option<&User>,
        contact: Contact,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let who = self.counted_as(&caller.pool, user, name.as_str());
        let allowed = self.allow(&caller.pool.id, &who, Allowance::SignInCode).await;
        allowed.map_err(|error| match error {
            Error::Refused(Refusal::TooManyAttempts) => Refusal::TooManyCodes.into(),
            other => other,
        })?;
        let code = self.sign_in_code(match contact {
            Contact::Email => MAILED_DIGITS,
            Contact::PhoneNumber => SECOND_DIGITS,
        })?;
        let (user_id, session, delivery) = match user {
            Some(user) => {
                let about = caller.about(user, Occasion::Authentication);
                let value = user.attribute(contact.attribute()).unwrap_or_default().to_owned();
                let draft = self.draft_code(about, contact, &value).await?;
                let digest = self.sign_in_digest(&caller.pool.id, &user.sub, code.reveal());
                let asked = Asked::FirstCode(SentFactor { contact, value, digest });
                let session = self.wait_first(caller, name, Some(user), asked, so_far).await?;
                (user.username.clone(), session, self.send_surely(draft, code.reveal()).await?)
            }
            None => {
                let (user_id, _) = self.decoy(&caller.pool, name)?;
                let sent = SentFactor { contact, value: name.to_string(), digest: String::new() };
                let asked = Asked::FirstCode(sent);
                let session = self.wait_first(caller, name, None, asked, so_far).await?;
                (user_id, session, self.made_up_code(caller, name, contact))
            }
        };
        Ok(Outcome::Challenge(Challenge::Code { session, user_id, delivery, is_first: true }))
    }

    async fn wait_first(
        &self,
        caller: &Caller,
        name: &Username,
        user: Option<&User>,
        asked: Asked,
        so_far: SoFar,
    ) -> Result<Session> {
        let user_id = match user {
            Some(user) => user.username.clone(),
            None => self.decoy(&caller.pool, name)?.0,
        };
        let sub = user.map(|user| user.sub.clone());
        self.wait_session(caller, sub, user_id, FactorStep { asked, so_far }).await
    }

    /// What follows a right code that is the only factor. It proves the address, and confirms whoever was
    /// not.
    pub(crate) async fn after_first_code(
        &self,
        caller: &Caller,
        user: Kept<User>,
        sent: &SentFactor,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let pool = &caller.pool;
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        // What was offered a moment ago may not be what the user may do now.
        let choice = match sent.contact {
            Contact::Email => FirstChoice::EmailCode,
            Contact::PhoneNumber => FirstChoice::SmsCode,
        };
        let is_at = |user: &User| user.attribute(sent.contact.attribute()) == Some(&sent.value);
        if user.status == UserStatus::ResetRequired {
            return Err(Refusal::PasswordResetRequired.into());
        }
        if !choices(caller, Some(&*user)).contains(&choice) || !is_at(&user) {
            return Err(Refusal::InvalidSession.into());
        }
        let was_confirmed = user.status != UserStatus::Unconfirmed;
        if was_confirmed && user.is_verified(sent.contact) {
            return self.after_second_factor(caller, user, so_far).await;
        }
        let now = self.now();
        let change = |user: &mut User| {
            if !is_at(user) {
                return Err(Refusal::InvalidSession.into());
            }
            user.verify(sent.contact);
            if user.status == UserStatus::Unconfirmed {
                user.status = UserStatus::Confirmed;
            }
            user.modified_at = now;
            Ok(())
        };
        let (user, ()) = self.change_user(pool, &user.sub, change).await?;
        if !was_confirmed {
            let source = TriggerSource::PostConfirmationConfirmSignUp;
            let client = Some(&caller.client.id);
            let metadata = caller.metadata.clone();
            self.tell_post_confirmation(pool, client, source, &user, metadata).await?;
        }
        self.after_second_factor(caller, user, so_far).await
    }
}

/// How this user may begin, passkeys aside: the pool's word and the user's means.
fn choices(caller: &Caller, user: Option<&User>) -> Vec<FirstChoice> {
    let pool = &caller.pool;
    let has_password = user.is_none_or(|user| user.password.is_some());
    let may_use_code = |contact: Contact| match user {
        None => true,
        Some(user) => {
            let is_reachable = user.is_verified(contact)
                || (user.status == UserStatus::Unconfirmed
                    && user.attribute(contact.attribute()).is_some());
            is_reachable
                && user.status != UserStatus::ForceChangePassword
                && user.second_factors(pool).is_empty()
        }
    };
    let codes_are_enough = pool.settings.mfa.mode != MfaMode::On;
    let all = [
        FirstChoice::PasswordSrp,
        FirstChoice::Password,
        FirstChoice::EmailCode,
        FirstChoice::SmsCode,
    ];
    all.into_iter()
        .filter(|choice| match choice.contact() {
            None => pool.settings.allows_first(FirstFactor::Password) && has_password,
            Some(contact) => {
                codes_are_enough
                    && pool.settings.allows_first(FirstFactor::Code(contact))
                    && may_use_code(contact)
            }
        })
        .collect()
}

fn parse_a(srp_a: &str) -> Result<PublicA> {
    PublicA::parse(srp_a).map_err(|_| Refusal::invalid("SRP_A is not a valid public value.").into())
}
