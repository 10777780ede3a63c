//! How does somebody sign in with a passkey?
//!
//! The challenge is sealed into the session, which is the client's and the user's, and the first answer to it
//! is the last. A passkey proves that somebody has it, so it is one factor, unless the pool counts one whose
//! authenticator looked who it is as two.

use crate::{
    Caller, Challenge, Error, Flow, MfaMode, Outcome, Passkey, Pools, Refusal, RelyingParty, Reply,
    Result, User, UserPool, UserStatus,
    challenge::{Asked, FactorStep, Kind, SoFar},
    webauthn::{Passkeys, TRIES},
    webauthn_options::request_options,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::webauthn::{Assertion, Expected};
use events::cognito::Metadata;
use names::{Session, Sub, Username};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Kept, Refused};

/// A challenge to whoever has a passkey: nobody has said yet who they are.
#[derive(Serialize, Deserialize)]
struct OfferStep {
    challenge: String,
}

impl Kind for OfferStep {
    const NAME: &'static str = "PASSKEY_OFFER";
}

/// What a page asks a browser before anybody has said who they are.
pub struct PasskeyOffer {
    pub session: Session,
    /// What is handed to `navigator.credentials.get`.
    pub options: Value,
}

/// The passkeys with which a user may begin, and what they were made for.
pub(crate) struct Usable {
    relying_party: RelyingParty,
    passkeys: Vec<Passkey>,
}

impl Pools {
    /// The passkeys with which this user may begin a sign-in here and now.
    pub(crate) async fn usable_passkeys(
        &self,
        caller: &Caller,
        user: Option<&User>,
    ) -> Result<Option<Usable>> {
        let pool = &caller.pool;
        let relying_party = match self.relying_party(pool).await {
            Ok(relying_party) => relying_party,
            Err(Error::Refused(_)) => return Ok(None),
            Err(broken) => return Err(broken),
        };
        let Some(user) = user else {
            // Somebody who does not exist is looked for as somebody who does.
            let nobody = Sub::parse(self.random().uuid_v4())
                .map_err(|_| Error::internal("a generated sub is malformed"))?;
            let key = Passkeys::key_of(&pool.id, &nobody);
            self.records().get::<Passkeys>(&key, self.now()).await?;
            return Ok(None);
        };
        if !may_begin(pool, user) {
            return Ok(None);
        }
        let mut passkeys = self.passkeys(user).await?;
        passkeys.retain(|passkey| passkey.relying_party == relying_party.as_str());
        Ok((!passkeys.is_empty()).then_some(Usable { relying_party, passkeys }))
    }

    /// What a page hands to `navigator.credentials.get`.
    pub(crate) fn passkey_options(
        &self,
        caller: &Caller,
        usable: &Usable,
        challenge: &str,
    ) -> Value {
        let Usable { relying_party, passkeys } = usable;
        let timeout = caller.client.settings.session_life();
        request_options(&caller.pool, relying_party.as_str(), challenge, passkeys, timeout)
    }

    /// Asks for a passkey.
    pub(crate) async fn ask_for_passkey(
        &self,
        caller: &Caller,
        user: &User,
        usable: &Usable,
        so_far: SoFar,
    ) -> Result<Outcome> {
        let challenge = self.new_passkey_challenge();
        let options = self.passkey_options(caller, usable, &challenge);
        let (sub, user_id) = (Some(user.sub.clone()), user.username.clone());
        let step = FactorStep { asked: Asked::Passkey(challenge), so_far };
        let session: Session = self.wait_session(caller, sub, user_id, step).await?;
        Ok(Outcome::Challenge(Challenge::Passkey { session, options }))
    }

    /// Asks a browser for a passkey of anybody, where pool and client take them. It is the same for everyone, so
    /// it tells nobody who exists and who has one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn offer_passkey(&self, caller: &Caller) -> Result<Option<PasskeyOffer>> {
        let Ok(relying_party) = self.relying_party(&caller.pool).await else { return Ok(None) };
        if !caller.client.allows(Flow::UserAuth) {
            return Ok(None);
        }
        let challenge = self.new_passkey_challenge();
        let timeout = caller.client.settings.session_life();
        let options =
            request_options(&caller.pool, relying_party.as_str(), &challenge, &[], timeout);
        // There has to be a name, and nobody is asked for it.
        let nobody = Username::parse(caller.client.id.as_str())
            .map_err(|_| Error::internal("the id of a client is no name"))?;
        let session = self.wait_session(caller, None, nobody, OfferStep { challenge }).await?;
        Ok(Some(PasskeyOffer { session, options }))
    }

    /// Takes what a browser answered to an offer: the passkey itself says whose it is. Right or wrong, the
    /// session ends.
    ///
    /// # Errors
    /// As [`Pools::answer_passkey`].
    pub async fn accept_passkey(
        &self,
        caller: &Caller,
        session: &Session,
        credential: &str,
    ) -> Result<Outcome> {
        let waiting = self.open_session::<OfferStep>(&caller.client, session).await?;
        let assertion = read(credential)?;
        self.answer_once(&waiting).await?;
        let caller = &Caller { event_id: waiting.event_id, ..caller.clone() };
        let handle = assertion.user_handle().and_then(|handle| str::from_utf8(handle).ok());
        let sub = handle.and_then(|handle| Sub::parse(handle).ok()).ok_or(Refusal::WrongPasskey)?;
        let user = match self.user_by_sub(&caller.pool.id, &sub).await {
            Err(Error::Refused(Refusal::NoUser)) => return Err(Refusal::WrongPasskey.into()),
            found => found?,
        };
        self.prove_passkey(caller, &user, &assertion, &waiting.step.challenge).await?;
        // Only now is it known of whom the function before a sign-in is to be asked.
        self.ask_pre_authentication(caller, &user.username, Some(&user)).await?;
        let caller = &Caller { metadata: Metadata::new(), ..caller.clone() };
        self.after_passkey(caller, user, SoFar::of(caller)).await
    }

    /// Takes what a page answered: W3C's `AuthenticationResponseJSON`. Right or wrong, the session ends; only
    /// what cannot be read at all leaves it good.
    ///
    /// # Errors
    /// [`Refusal::WrongPasskey`], [`Refusal::Invalid`], [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`], and what is refused after a first factor.
    pub async fn answer_passkey(
        &self,
        caller: &Caller,
        reply: &Reply<'_>,
        credential: &str,
    ) -> Result<Outcome> {
        let (waiting, user) =
            self.open_for::<FactorStep>(caller, reply.session, reply.username, reply.hash).await?;
        let (Asked::Passkey(challenge), Some(user)) = (&waiting.step.asked, user) else {
            return Err(Refusal::InvalidSession.into());
        };
        let assertion = read(credential)?;
        self.answer_once(&waiting).await?;
        let caller = &Caller { event_id: waiting.event_id, ..caller.clone() };
        self.prove_passkey(caller, &user, &assertion, challenge).await?;
        self.after_passkey(caller, user, waiting.step.so_far).await
    }

    /// Looks whether a passkey of this user answered this challenge.
    pub(crate) async fn prove_passkey(
        &self,
        caller: &Caller,
        user: &User,
        assertion: &Assertion,
        challenge: &str,
    ) -> Result<()> {
        let pool = &caller.pool;
        let relying_party = self.relying_party(pool).await.map_err(|error| match error {
            Error::Refused(_) => Refusal::InvalidSession.into(),
            broken => broken,
        })?;
        let relying_party = relying_party.as_str();
        let needs_verification = pool.settings.mfa.passkeys.needs_verification();
        let expected = Expected { challenge, relying_party, needs_verification };
        let is_theirs =
            assertion.user_handle().is_none_or(|handle| handle == user.sub.as_str().as_bytes());
        let id = assertion.id();
        for _ in 0..TRIES {
            let mut passkeys = self.find_passkeys(user).await?.ok_or(Refusal::WrongPasskey)?;
            // Only among the user's own: somebody else's passkey proves somebody else.
            let passkey = passkeys.list.iter_mut().find(|passkey| passkey.id == id);
            let passkey = passkey
                .filter(|passkey| is_theirs && passkey.relying_party == relying_party)
                .ok_or(Refusal::WrongPasskey)?;
            let key = URL_SAFE_NO_PAD
                .decode(&passkey.public_key)
                .map_err(|_| Error::internal("the key of a passkey is malformed"))?;
            let counter = assertion.verify(&expected, &key, passkey.counter);
            let counter = counter.map_err(|bad| {
                tracing::info!(%bad, "a passkey was refused");
                Refusal::WrongPasskey
            })?;
            if counter == passkey.counter {
                return Ok(());
            }
            // In one commit with the look at it: of two that say the same number one is refused.
            passkey.counter = counter;
            let saved = self.try_commit(|commit| {
                commit.save(&passkeys);
            });
            match saved.await {
                Ok(()) => return Ok(()),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    /// What follows a right passkey: nothing more is asked, since where a passkey is not enough none is
    /// asked for.
    pub(crate) async fn after_passkey(
        &self,
        caller: &Caller,
        user: Kept<User>,
        so_far: SoFar,
    ) -> Result<Outcome> {
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        if user.status == UserStatus::ResetRequired {
            return Err(Refusal::PasswordResetRequired.into());
        }
        // What was offered a moment ago may not be what the user may do now.
        if !may_begin(&caller.pool, &user) {
            return Err(Refusal::InvalidSession.into());
        }
        self.after_second_factor(caller, user, so_far).await
    }
}

/// Reads what a page answered.
///
/// # Errors
/// [`Refusal::Invalid`].
pub(crate) fn read(credential: &str) -> Result<Assertion, Refusal> {
    Assertion::parse(credential).map_err(|_| Refusal::invalid("CREDENTIAL is not valid."))
}

/// Whether a passkey of this user would be enough.
fn may_begin(pool: &UserPool, user: &User) -> bool {
    let is_ready = match user.status {
        UserStatus::Confirmed | UserStatus::ExternalProvider | UserStatus::ResetRequired => true,
        UserStatus::Unconfirmed | UserStatus::ForceChangePassword => false,
    };
    let mfa = &pool.settings.mfa;
    let needs_second = mfa.mode == MfaMode::On || !user.second_factors(pool).is_empty();
    let counts_twice =
        mfa.passkeys.counts_twice == Some(true) && user.factors.passkey_counts_twice != Some(false);
    is_ready && (!needs_second || counts_twice)
}
