//! How does an authenticator get its secret, and which of its codes count?
//!
//! A secret is shown once, when it is made. It counts once its first code was told: until then it waits in
//! the session of a challenge, or beside the user for the session of the tokens that asked for it. No
//! session sees another's.

use crate::{
    Bearer, Error, MfaMode, Pools, Refusal, Result, SecondFactor, SoftwareToken, User, UserPool,
    challenge::{SetUpStage, SetUpStep},
};
use crypto::TotpSecret;
use jiff::{SignedDuration, Timestamp};
use names::{Session, Sub, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record};
use zeroize::Zeroizing;

/// How long a secret waits for its first code.
const WAIT: SignedDuration = SignedDuration::from_mins(15);

/// A secret that waits for its first code beside its user.
#[derive(Serialize, Deserialize)]
struct NewSecret {
    pool: UserPoolId,
    sub: Sub,
    /// The session whose tokens asked for it.
    origin: String,
    sealed: String,
    ends_at: Timestamp,
}

impl NewSecret {
    fn key_of(pool: &UserPoolId, sub: &Sub) -> Key {
        Key::new(User::partition(pool, sub), "new software token")
    }
}

impl Record for NewSecret {
    const KIND: &'static str = "new software token";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.sub)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

/// A secret as its user gets it.
pub struct GivenSecret {
    /// Base32, to be typed or scanned.
    pub text: Zeroizing<String>,
    /// Where to go on, if it was asked for in a sign-in.
    pub session: Option<Session>,
}

impl Pools {
    /// Gives somebody who is signed in a secret for an authenticator. The one in use counts until the first
    /// code of this one was right.
    ///
    /// # Errors
    /// [`Refusal::SoftwareTokensOff`], [`Refusal::Contended`].
    pub async fn associate_software_token(&self, bearer: &Bearer) -> Result<GivenSecret> {
        let Bearer { pool, user, origin, .. } = bearer;
        require_on(pool)?;
        let secret = TotpSecret::generate(self.random());
        let new = NewSecret {
            pool: pool.id.clone(),
            sub: user.sub.clone(),
            origin: origin.clone(),
            sealed: self.seal_software_token(&pool.id, &user.sub, &secret),
            ends_at: self.now() + WAIT,
        };
        // Of two who ask at once one would be shown a secret that nothing comes of, and is told instead.
        let before = self.records().get::<NewSecret>(&new.key(), self.now()).await?;
        self.commit(|commit| match before {
            Some(mut before) => {
                *before = new;
                commit.save(&before);
            }
            None => {
                commit.create(&new);
            }
        })
        .await?;
        Ok(GivenSecret { text: secret.to_base32(), session: None })
    }

    /// Gives somebody who needs a second factor to sign in a secret for an authenticator.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SoftwareTokensOff`].
    pub async fn associate_in_sign_in(&self, session: &Session) -> Result<GivenSecret> {
        let (caller, waiting) = self.open_clientless::<SetUpStep>(session).await?;
        let user = self.set_up_user(&caller.pool, waiting.sub.as_ref()).await?;
        require_on(&caller.pool)?;
        if matches!(waiting.step.stage, SetUpStage::Verified) {
            return Err(Refusal::InvalidSession.into());
        }
        self.check_set_up(&caller, &user)?;
        let secret = TotpSecret::generate(self.random());
        let sealed = self.seal_software_token(&caller.pool.id, &user.sub, &secret);
        let step = SetUpStep { stage: SetUpStage::Given(sealed), so_far: waiting.step.so_far };
        let session = self.wait_session(&caller, waiting.sub, waiting.user_id, step).await?;
        Ok(GivenSecret { text: secret.to_base32(), session: Some(session) })
    }

    /// Takes the first code of an authenticator of somebody who is signed in.
    ///
    /// # Errors
    /// [`Refusal::NotEnrolled`] for a wrong code, [`Refusal::NoSoftwareToken`],
    /// [`Refusal::SoftwareTokensOff`], [`Refusal::SecondFactorsOff`], [`Refusal::LockedOut`].
    pub async fn verify_software_token(
        &self,
        bearer: &Bearer,
        code: &str,
        name: Option<String>,
    ) -> Result<()> {
        let Bearer { pool, user, origin, .. } = bearer;
        let mfa = &pool.settings.mfa;
        // The secret was given while there were second factors.
        if mfa.mode == MfaMode::Off && mfa.allows_software_token {
            return Err(Refusal::SecondFactorsOff.into());
        }
        require_on(pool)?;
        let key = NewSecret::key_of(&pool.id, &user.sub);
        let new = self.records().get::<NewSecret>(&key, self.now()).await?;
        let new = new.filter(|new| new.origin == *origin).ok_or(Refusal::NoSoftwareToken)?;
        let token = self.enrolled(pool, &user.sub, &new.sealed, code, name).await?;
        let now = self.now();
        let change = |user: &mut User| {
            user.factors.software_token = Some(token.clone());
            user.modified_at = now;
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await?;
        self.commit(|commit| {
            commit.delete(&new);
        })
        .await?;
        self.forget_code_guesses(&pool.id, user.sub.as_str()).await
    }

    /// Takes the first code of an authenticator in a sign-in that needs one, and turns it on.
    ///
    /// # Errors
    /// [`Refusal::NotEnrolled`] for a wrong code (the session is still good then),
    /// [`Refusal::NoSoftwareToken`], [`Refusal::LockedOut`], [`Refusal::InvalidSession`],
    /// [`Refusal::SessionExpired`], [`Refusal::SessionUsed`].
    pub async fn verify_in_sign_in(
        &self,
        session: &Session,
        code: &str,
        name: Option<String>,
    ) -> Result<Session> {
        let (caller, waiting) = self.open_clientless::<SetUpStep>(session).await?;
        let pool = &caller.pool;
        let user = self.set_up_user(pool, waiting.sub.as_ref()).await?;
        let sealed = match &waiting.step.stage {
            SetUpStage::Given(sealed) => sealed,
            SetUpStage::Asked => return Err(Refusal::NoSoftwareToken.into()),
            SetUpStage::Verified => return Err(Refusal::InvalidSession.into()),
        };
        if self.is_answered(&waiting).await? {
            return Err(Refusal::SessionUsed.into());
        }
        self.check_set_up(&caller, &user)?;
        let token = self.enrolled(pool, &user.sub, sealed, code, name).await?;
        self.answer_once(&waiting).await?;
        let now = self.now();
        let change = |user: &mut User| {
            if !user.second_factors(pool).is_empty() {
                return Err(Refusal::InvalidSession.into());
            }
            user.factors.software_token = Some(token.clone());
            user.factors.enable(SecondFactor::SoftwareToken);
            user.modified_at = now;
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await?;
        self.forget_code_guesses(&pool.id, user.sub.as_str()).await?;
        let step = SetUpStep { stage: SetUpStage::Verified, so_far: waiting.step.so_far };
        self.wait_session(&caller, waiting.sub, waiting.user_id, step).await
    }

    /// Takes a code of a user's authenticator in a sign-in. It and those before it count no more: in one
    /// commit with the look at it, so that of two who tell the same code one is refused.
    pub(crate) async fn take_software_code(
        &self,
        pool: &UserPool,
        user: &User,
        code: &str,
    ) -> Result<Kept<User>> {
        let now = self.now();
        let change = |user: &mut User| {
            let token = user.factors.software_token.as_mut().ok_or(Refusal::NoSoftwareToken)?;
            let secret = self.open_software_token(&pool.id, &user.sub, &token.sealed)?;
            let step = secret.step_of(code, now).ok_or(Refusal::WrongFactorCode)?;
            if step <= token.last_step {
                return Err(Refusal::SoftwareTokenUsed.into());
            }
            token.last_step = step;
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await.map(|(user, ())| user)
    }

    /// An authenticator whose first code is right.
    async fn enrolled(
        &self,
        pool: &UserPool,
        sub: &Sub,
        sealed: &str,
        code: &str,
        name: Option<String>,
    ) -> Result<SoftwareToken> {
        self.count_code_guess(&pool.id, sub.as_str()).await?;
        let secret = self.open_software_token(&pool.id, sub, sealed)?;
        let last_step = secret.step_of(code, self.now()).ok_or(Refusal::NotEnrolled)?;
        Ok(SoftwareToken { sealed: sealed.to_owned(), name, last_step })
    }

    async fn set_up_user(&self, pool: &UserPool, sub: Option<&Sub>) -> Result<Kept<User>> {
        self.require_home(&pool.id).await?;
        let sub = sub.ok_or(Refusal::InvalidSession)?;
        let user = self.user_by_sub(&pool.id, sub).await.map_err(|error| match error {
            Error::Refused(Refusal::NoUser) => Refusal::InvalidSession.into(),
            other => other,
        })?;
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        Ok(user)
    }

    fn seal_software_token(&self, pool: &UserPoolId, sub: &Sub, secret: &TotpSecret) -> String {
        let seal = &self.house().seals.software_tokens;
        seal.seal_text(self.random(), secret.reveal(), &bound_to(pool, sub))
    }

    fn open_software_token(
        &self,
        pool: &UserPoolId,
        sub: &Sub,
        sealed: &str,
    ) -> Result<TotpSecret> {
        let plain = self.house().seals.software_tokens.open_text(sealed, &bound_to(pool, sub));
        let plain = plain.map_err(|_| {
            Error::internal("a software token does not open: is this the master key?")
        })?;
        Ok(TotpSecret::from_bytes(&plain))
    }
}

fn bound_to(pool: &UserPoolId, sub: &Sub) -> Vec<u8> {
    format!("{pool}\n{sub}").into_bytes()
}

/// Refuses an authenticator where the pool takes none. Those that people have already stay good.
fn require_on(pool: &UserPool) -> Result<()> {
    let mfa = &pool.settings.mfa;
    if mfa.mode != MfaMode::Off && mfa.allows_software_token {
        return Ok(());
    }
    Err(Refusal::SoftwareTokensOff.into())
}
