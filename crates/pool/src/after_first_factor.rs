//! What comes between the first factor and the tokens, and in which order?
//!
//! Cognito's order: the user's state, a password of their own, a remembered device, a second factor, tokens.
//! Each step either asks something, and whoever takes the answer calls the function after it, or calls that
//! function itself. Where functions decide, they are asked once the pool has nothing more to ask.

use crate::{
    Caller, Ending, Outcome, Pools, Refusal, Result, User, UserStatus, challenge::SoFar,
    tokens::SignInDevice,
};
use events::cognito::TriggerSource;
use store::Kept;

impl Pools {
    /// What follows a first factor that was right: a password, a proof of it, a code that was sent.
    ///
    /// # Errors
    /// [`Refusal::Disabled`], [`Refusal::NotConfirmed`], [`Refusal::PasswordResetRequired`],
    /// [`Refusal::TemporaryPasswordExpired`], and what the pool's functions refuse.
    pub(crate) async fn after_first_factor(
        &self,
        caller: &Caller,
        user: Kept<User>,
        so_far: SoFar,
    ) -> Result<Outcome> {
        if caller.pool.settings.threats.is_on() {
            return self.go_on_watched(caller, user, so_far).await;
        }
        self.after_threats(caller, user, so_far).await
    }

    /// What follows once a sign-in was looked at, where anybody looks.
    pub(crate) async fn after_threats(
        &self,
        caller: &Caller,
        user: Kept<User>,
        so_far: SoFar,
    ) -> Result<Outcome> {
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        match user.status {
            UserStatus::Unconfirmed => Err(Refusal::NotConfirmed.into()),
            UserStatus::ResetRequired => Err(Refusal::PasswordResetRequired.into()),
            UserStatus::ForceChangePassword => {
                self.ask_for_new_password(caller, &user, so_far).await
            }
            UserStatus::Confirmed | UserStatus::ExternalProvider => {
                self.after_new_password(caller, user, so_far).await
            }
        }
    }

    /// What follows once the user's password is the user's own.
    pub(crate) async fn after_new_password(
        &self,
        caller: &Caller,
        user: Kept<User>,
        so_far: SoFar,
    ) -> Result<Outcome> {
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        if caller.pool.device_replaces_second_factor() && !so_far.needs_factor() {
            let device = self.offered_device(caller, &user, &so_far.device).await?;
            if let Some(device) = device.filter(|device| device.is_remembered) {
                return self.ask_for_device(caller, &user, &device, true, so_far).await;
            }
        }
        self.after_device(caller, user, so_far).await
    }

    /// What follows where no remembered device stands in for a second factor.
    pub(crate) async fn after_device(
        &self,
        caller: &Caller,
        user: Kept<User>,
        so_far: SoFar,
    ) -> Result<Outcome> {
        self.ask_second_factor(caller, user, so_far).await
    }

    /// What follows once the pool has nothing more to ask: where functions decide, they go on.
    pub(crate) async fn after_second_factor(
        &self,
        caller: &Caller,
        user: Kept<User>,
        mut so_far: SoFar,
    ) -> Result<Outcome> {
        match so_far.custom.take() {
            Some(mut steps) => {
                if so_far.device.key.is_some() {
                    steps.device = so_far.device;
                }
                self.go_on(caller, Some(user), steps).await
            }
            None => self.finish(caller, user, so_far).await,
        }
    }

    /// Ends a sign-in with its tokens, once a remembered device has proven itself.
    pub(crate) async fn finish(
        &self,
        caller: &Caller,
        user: Kept<User>,
        mut so_far: SoFar,
    ) -> Result<Outcome> {
        let known = self.offered_device(caller, &user, &so_far.device).await?;
        if let Some(device) =
            known.as_ref().filter(|device| device.is_remembered && !so_far.device.is_proven)
        {
            return self.ask_for_device(caller, &user, device, false, so_far).await;
        }
        self.weigh_late(caller, &user, &mut so_far).await?;
        let device = match known {
            Some(device) => SignInDevice::Known(device.key.clone()),
            // The pages know their visitors by a session of their own.
            None if caller.pool.settings.devices.is_some() && caller.ending == Ending::Tokens => {
                SignInDevice::New(self.new_device(&user)?)
            }
            None => SignInDevice::Untold,
        };
        let source = if so_far.device.is_proven {
            TriggerSource::TokenGenerationAuthenticateDevice
        } else if so_far.chose_password {
            TriggerSource::TokenGenerationNewPasswordChallenge
        } else {
            TriggerSource::TokenGenerationAuthentication
        };
        let outcome = self.sign_in(caller, &user, source, device).await?;
        self.note_sign_in(caller, &user, &so_far).await?;
        Ok(outcome)
    }
}
