//! How does a user prove a second time who they are?
//!
//! The codes of an authenticator and those that are sent are looked at here. A guess is counted under the
//! user before it is looked at, whatever session it comes with, and a wrong one leaves its session good.
//! The right one ends it.

use crate::{
    Allowance, Caller, Challenge, Contact, Delivery, Ending, Error, Outcome, Pools, Refusal,
    Result, SecondFactor, User, UserPool,
    challenge::{Asked, FactorStep, SentFactor, SetUpStage, SetUpStep, SoFar, Waiting},
    factors::Next,
    is_email, is_phone_number,
    message::Occasion,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use names::{Code, SecretHash, Session, Sub, UserPoolId, Username};
use store::Kept;

/// Who answers a challenge, and which.
pub struct Reply<'a> {
    pub username: &'a Username,
    pub session: &'a Session,
    pub hash: Option<&'a SecretHash>,
}

/// Which code is told, as the challenge is called in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeOf {
    /// `SOFTWARE_TOKEN_MFA`.
    SoftwareToken,
    /// `SMS_MFA`.
    SmsMfa,
    /// `EMAIL_OTP`, whether it is the only factor or the second.
    Email,
    /// `SMS_OTP`.
    SmsOtp,
}

impl Caller {
    /// Whether one of these factors can be set up in a sign-in. A number can on the pages alone.
    fn sets_up_one_of(&self, factors: &[SecondFactor]) -> bool {
        let can =
            |factor: &SecondFactor| *factor != SecondFactor::Sms || self.ending == Ending::Browser;
        factors.iter().any(can)
    }
}

/// The digits of a code that comes after a password.
pub(crate) const SECOND_DIGITS: usize = 6;

impl Pools {
    /// Asks for a second factor where the pool and the user have one.
    pub(crate) async fn ask_second_factor(
        &self,
        caller: &Caller,
        user: Kept<User>,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let (sub, user_id) = (Some(user.sub.clone()), user.username.clone());
        let next = if so_far.needs_factor() {
            user.factor_at_risk(&caller.pool)
        } else {
            user.next_factor(&caller.pool)
        };
        let challenge = match next {
            Next::Nothing => return self.after_second_factor(caller, user, so_far).await,
            Next::One(factor) => return self.ask_factor(caller, &user, factor, so_far).await,
            Next::Choice(factors) => {
                let step = FactorStep { asked: Asked::Second(factors.clone()), so_far };
                let session = self.wait_session(caller, sub, user_id.clone(), step).await?;
                Challenge::SelectMfa { session, user_id, factors }
            }
            Next::SetUp(factors) if !caller.sets_up_one_of(&factors) => {
                return Err(Refusal::NoSecondFactor.into());
            }
            Next::SetUp(factors) => {
                let step = SetUpStep { stage: SetUpStage::Asked, so_far };
                let session = self.wait_session(caller, sub, user_id.clone(), step).await?;
                Challenge::SetUpMfa { session, user_id, factors }
            }
        };
        Ok(Outcome::Challenge(challenge))
    }

    /// Asks for a factor that the user has.
    async fn ask_factor(
        &self,
        caller: &Caller,
        user: &User,
        factor: SecondFactor,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let Some(contact) = factor.contact() else {
            let (sub, user_id) = (Some(user.sub.clone()), user.username.clone());
            let step = FactorStep { asked: Asked::SoftwareToken, so_far };
            let session = self.wait_session(caller, sub, user_id.clone(), step).await?;
            let device_name =
                user.factors.software_token.as_ref().and_then(|token| token.name.clone());
            return Ok(Outcome::Challenge(Challenge::SoftwareToken {
                session,
                user_id,
                device_name,
            }));
        };
        let address = user.attribute(contact.attribute()).unwrap_or_default();
        self.send_second_code(caller, user, (contact, address), Asked::SecondCode, so_far).await
    }

    /// Sends a code to an address or number, and asks for it.
    async fn send_second_code(
        &self,
        caller: &Caller,
        user: &User,
        (contact, address): (Contact, &str),
        asked: fn(SentFactor) -> Asked,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let (sub, user_id) = (Some(user.sub.clone()), user.username.clone());
        let about = caller.about(user, Occasion::Authentication);
        let draft = self.draft_code(about, contact, address).await?;
        let code = self.sign_in_code(SECOND_DIGITS)?;
        let digest = self.sign_in_digest(&caller.pool.id, &user.sub, code.reveal());
        let sent = SentFactor { contact, value: address.to_owned(), digest };
        let step = FactorStep { asked: asked(sent), so_far };
        let session = self.wait_session(caller, sub, user_id.clone(), step).await?;
        let delivery = self.send_surely(draft, code.reveal()).await?;
        Ok(Outcome::Challenge(Challenge::Code { session, user_id, delivery, is_first: false }))
    }

    /// Takes a code, of an authenticator or sent.
    ///
    /// # Errors
    /// [`Refusal::WrongFactorCode`] or [`Refusal::WrongOneTimeCode`] (after which the session is still good),
    /// [`Refusal::SoftwareTokenUsed`], [`Refusal::NoSoftwareToken`], [`Refusal::LockedOut`],
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], and what functions refuse.
    pub async fn answer_code(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        of: CodeOf,
        code: &str,
    ) -> Result<Outcome> {
        let Reply { username, session, hash } = reply;
        let (waiting, user) = self.open_for::<FactorStep>(caller, session, username, *hash).await?;
        let is_asked = match (&waiting.step.asked, of) {
            (Asked::SoftwareToken, of) => of == CodeOf::SoftwareToken,
            (Asked::SecondCode(sent) | Asked::SetUpCode(sent), of) => match sent.contact {
                Contact::Email => of == CodeOf::Email,
                Contact::PhoneNumber => of == CodeOf::SmsMfa,
            },
            (Asked::FirstCode(sent), of) => match sent.contact {
                Contact::Email => of == CodeOf::Email,
                Contact::PhoneNumber => of == CodeOf::SmsOtp,
            },
            _ => false,
        };
        if !is_asked {
            return Err(Refusal::InvalidSession.into());
        }
        if self.is_answered(&waiting).await? {
            return Err(Refusal::SessionUsed.into());
        }
        let pool = &caller.pool;
        let who = self.counted_as(pool, user.as_deref(), waiting.user_id.as_str());
        self.count_code_guess(&pool.id, &who).await?;
        let wrong = async |user: &User, error: Error| {
            self.wrong_code(caller, &waiting.event_id, user, &waiting.step.so_far, error).await
        };
        let (user, name) = match &waiting.step.asked {
            Asked::SoftwareToken => {
                let user = user.ok_or(Refusal::InvalidSession)?;
                let taken = match self.take_software_code(pool, &user, code).await {
                    Ok(taken) => taken,
                    Err(error) => return Err(wrong(&user, error).await),
                };
                (taken, SecondFactor::SoftwareToken.as_str())
            }
            Asked::SecondCode(sent) | Asked::SetUpCode(sent) => {
                let user = user.ok_or(Refusal::InvalidSession)?;
                let digest = self.sign_in_digest(&pool.id, &user.sub, code);
                if !crypto::equal(digest.as_bytes(), sent.digest.as_bytes()) {
                    return Err(wrong(&user, Refusal::WrongFactorCode.into()).await);
                }
                let user = match waiting.step.asked {
                    Asked::SetUpCode(_) => self.set_up_contact(pool, &user, sent).await?,
                    _ => self.prove_contact(pool, user, sent).await?,
                };
                let factor = match sent.contact {
                    Contact::Email => SecondFactor::Email,
                    Contact::PhoneNumber => SecondFactor::Sms,
                };
                (user, factor.as_str())
            }
            Asked::FirstCode(sent) => {
                // For somebody who does not exist no code was made, so none is right.
                let user = user.ok_or(Refusal::WrongOneTimeCode)?;
                let digest = self.sign_in_digest(&pool.id, &user.sub, code);
                if !crypto::equal(digest.as_bytes(), sent.digest.as_bytes()) {
                    return Err(wrong(&user, Refusal::WrongOneTimeCode.into()).await);
                }
                self.answer_once(&waiting).await?;
                self.forget_code_guesses(&pool.id, &who).await?;
                let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
                return self.after_first_code(&caller, user, sent, waiting.step.so_far).await;
            }
            _ => return Err(Refusal::InvalidSession.into()),
        };
        self.answer_once(&waiting).await?;
        self.forget_code_guesses(&pool.id, &who).await?;
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
        let mut so_far = waiting.step.so_far;
        so_far.push(name);
        so_far.met_factor = true;
        self.after_second_factor(&caller, user, so_far).await
    }

    /// Takes the choice of a second factor, and asks for it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for one that was not offered, [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`].
    pub async fn answer_mfa_choice(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        factor: Option<SecondFactor>,
    ) -> Result<Outcome> {
        let Reply { username, session, hash } = reply;
        let (waiting, user) = self.open_for::<FactorStep>(caller, session, username, *hash).await?;
        let (Asked::Second(offered), Some(user)) = (&waiting.step.asked, user) else {
            return Err(Refusal::InvalidSession.into());
        };
        let is_there = |factor: &SecondFactor| {
            offered.contains(factor) && user.second_factors(&caller.pool).contains(factor)
        };
        let factor = factor.filter(is_there);
        let factor = factor
            .ok_or_else(|| Refusal::invalid("The MFA type that was selected is not offered."))?;
        self.answer_once(&waiting).await?;
        let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
        self.ask_factor(&caller, &user, factor, waiting.step.so_far).await
    }

    /// Goes on once a second factor was set up; or sends a code to the address that is to be one.
    ///
    /// # Errors
    /// [`Refusal::NoSoftwareToken`] if none was set up (the session is still good then),
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SessionUsed`].
    pub async fn answer_mfa_setup(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        email: Option<&str>,
    ) -> Result<Outcome> {
        let Reply { username, session, hash } = reply;
        let (waiting, user) = self.open_for::<SetUpStep>(caller, session, username, *hash).await?;
        let user = user.ok_or(Refusal::InvalidSession)?;
        let called = Caller { event_id: waiting.event_id.clone(), ..caller.clone() };
        match (&waiting.step.stage, email) {
            (SetUpStage::Verified, _) => {
                self.answer_once(&waiting).await?;
                if !user.is_enabled {
                    return Err(Refusal::Disabled.into());
                }
                self.after_second_factor(&called, user, waiting.step.so_far).await
            }
            (SetUpStage::Asked | SetUpStage::Given(_), Some(email)) => {
                self.prove_new_factor(&called, waiting, &user, (Contact::Email, email)).await
            }
            (SetUpStage::Asked | SetUpStage::Given(_), None) => {
                Err(Refusal::NoSoftwareToken.into())
            }
        }
    }

    /// Sends a code to the address or number that is to be a second factor, in a sign-in that needs one.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for what is no address or number or is not taken by the pool (the session is still
    /// good then), [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SessionUsed`].
    pub async fn send_set_up_code(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        (contact, address): (Contact, &str),
    ) -> Result<Outcome> {
        let Reply { username, session, hash } = reply;
        let (waiting, user) = self.open_for::<SetUpStep>(caller, session, username, *hash).await?;
        let user = user.ok_or(Refusal::InvalidSession)?;
        if matches!(waiting.step.stage, SetUpStage::Verified) {
            return Err(Refusal::InvalidSession.into());
        }
        let called = Caller { event_id: waiting.event_id.clone(), ..caller.clone() };
        self.prove_new_factor(&called, waiting, &user, (contact, address)).await
    }

    async fn prove_new_factor(
        &self,
        caller: &Caller,
        waiting: Waiting<SetUpStep>,
        user: &User,
        (contact, address): (Contact, &str),
    ) -> Result<Outcome> {
        let mfa = &caller.pool.settings.mfa;
        let (is_taken, is_address, untaken, malformed) = match contact {
            Contact::Email => (
                mfa.allows(SecondFactor::Email),
                is_email(address),
                "Email MFA is not enabled for the user pool.",
                "Invalid email address format.",
            ),
            Contact::PhoneNumber => (
                mfa.allows(SecondFactor::Sms),
                is_phone_number(address),
                "SMS MFA is not enabled for the user pool.",
                "Invalid phone number format.",
            ),
        };
        if !is_taken {
            return Err(Refusal::invalid(untaken).into());
        }
        if !is_address {
            return Err(Refusal::invalid(malformed).into());
        }
        self.check_set_up(caller, user)?;
        self.answer_once(&waiting).await?;
        let so_far = waiting.step.so_far;
        self.send_second_code(caller, user, (contact, address), Asked::SetUpCode, so_far).await
    }

    /// Sends another code for a challenge that waits for one. The session of the code before is used up.
    ///
    /// # Errors
    /// [`Refusal::TooManyCodes`] (after which the session is still good), [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], [`Refusal::NotDelivered`].
    pub async fn resend_sign_in_code(&self, caller: &Caller, reply: &Reply<'_>) -> Result<Outcome> {
        let Reply { username, session, hash } = reply;
        let (mut waiting, user) =
            self.open_for::<FactorStep>(caller, session, username, *hash).await?;
        if self.is_answered(&waiting).await? {
            return Err(Refusal::SessionUsed.into());
        }
        let so_far = std::mem::take(&mut waiting.step.so_far);
        let called = &Caller { event_id: waiting.event_id.clone(), ..caller.clone() };
        let outcome = match (&waiting.step.asked, user) {
            (Asked::FirstCode(sent), user) => {
                let user = user.as_deref();
                self.send_first_code(called, username, user, sent.contact, so_far).await?
            }
            (Asked::SecondCode(sent), Some(user)) => {
                self.allow_sign_in_code(&called.pool, &user).await?;
                let to = (sent.contact, sent.value.as_str());
                self.send_second_code(called, &user, to, Asked::SecondCode, so_far).await?
            }
            (Asked::SetUpCode(sent), Some(user)) => {
                self.allow_sign_in_code(&called.pool, &user).await?;
                let to = (sent.contact, sent.value.as_str());
                self.send_second_code(called, &user, to, Asked::SetUpCode, so_far).await?
            }
            _ => return Err(Refusal::InvalidSession.into()),
        };
        self.answer_once(&waiting).await?;
        Ok(outcome)
    }

    async fn allow_sign_in_code(&self, pool: &UserPool, user: &User) -> Result<()> {
        let allowed = self.allow(&pool.id, user.sub.as_str(), Allowance::SignInCode).await;
        allowed.map_err(|error| match error {
            Error::Refused(Refusal::TooManyAttempts) => Refusal::TooManyCodes.into(),
            other => other,
        })
    }

    /// Refuses to set up a factor in a sign-in of somebody who has one meanwhile: only that one counts.
    pub(crate) fn check_set_up(&self, caller: &Caller, user: &User) -> Result<()> {
        if user.second_factors(&caller.pool).is_empty() {
            return Ok(());
        }
        Err(Refusal::InvalidSession.into())
    }

    /// Says of an address or number that a code came back from that it is the user's. One that is somebody
    /// else's sign-in name stays unproven; the code was right all the same.
    async fn prove_contact(
        &self,
        pool: &UserPool,
        user: Kept<User>,
        sent: &SentFactor,
    ) -> Result<Kept<User>> {
        let is_at = |user: &User| user.attribute(sent.contact.attribute()) == Some(&sent.value);
        if user.is_verified(sent.contact) || !is_at(&user) {
            return Ok(user);
        }
        let now = self.now();
        let change = |user: &mut User| {
            if is_at(user) {
                user.verify(sent.contact);
                user.modified_at = now;
            }
            Ok(())
        };
        match self.change_user(pool, &user.sub, change).await {
            Err(Error::Refused(Refusal::AliasExists(_))) => Ok(user),
            changed => changed.map(|(user, ())| user),
        }
    }

    /// Makes an address or number that a code came back from the user's, and a factor.
    async fn set_up_contact(
        &self,
        pool: &UserPool,
        user: &User,
        sent: &SentFactor,
    ) -> Result<Kept<User>> {
        let factor = match sent.contact {
            Contact::Email => SecondFactor::Email,
            Contact::PhoneNumber => SecondFactor::Sms,
        };
        let now = self.now();
        let change = |user: &mut User| {
            if !user.second_factors(pool).is_empty() {
                return Err(Refusal::InvalidSession.into());
            }
            user.set_attribute(sent.contact.attribute(), &sent.value);
            user.verify(sent.contact);
            user.factors.enable(factor);
            user.modified_at = now;
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await.map(|(user, ())| user)
    }

    /// A new code to sign in with.
    pub(crate) fn sign_in_code(&self, digits: usize) -> Result<Code> {
        let text = match &self.house().fixed_code {
            Some(fixed) => fixed.reveal().to_owned(),
            None => self.random().digits(digits),
        };
        Code::parse(text).map_err(|_| Error::internal("a code is malformed"))
    }

    /// What a challenge remembers of a code.
    pub(crate) fn sign_in_digest(&self, pool: &UserPoolId, sub: &Sub, code: &str) -> String {
        let parts = [pool.as_str(), sub.as_str(), "sign-in", code];
        let parts: Vec<&[u8]> = parts.iter().flat_map(|part| [part.as_bytes(), b"\n"]).collect();
        STANDARD_NO_PAD.encode(crypto::hmac_sha256(&self.house().seals.codes, &parts))
    }

    /// Where a code would go that is sent to somebody who does not exist.
    pub(crate) fn made_up_code(
        &self,
        caller: &Caller,
        name: &Username,
        contact: Contact,
    ) -> Delivery {
        let made_up = self.made_up_delivery(&caller.pool, name);
        if made_up.contact == contact {
            return made_up;
        }
        let digits = crypto::hmac_sha256(&self.house().seals.decoys, &[name.as_str().as_bytes()]);
        let number: String =
            digits.iter().take(4).map(|byte| char::from(b'0' + byte % 10)).collect();
        Delivery::to(contact, &format!("+{number}"))
    }
}
