//! `ConfirmDevice`: keeps the device that the session of the token began on.

use crate::{Idp, convert::device};
use pool::{DeviceVerifier, Error, Refusal};
use wire::{Access, Operation, cognito_idp::ConfirmDevice};

impl Operation<Idp> for ConfirmDevice {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let key = device::key(&input.device_key)?;
        let config = input.device_secret_verifier_config.unwrap_or_default();
        let (Some(salt), Some(verifier)) = (&config.salt, &config.password_verifier) else {
            return Err(Refusal::invalid("Invalid device secret verifier given.").into());
        };
        let verifier = DeviceVerifier { salt, verifier };
        let asks = idp.pools.confirm_device(&bearer, &key, &verifier, input.device_name).await?;
        Ok(Self::Output { user_confirmation_necessary: Some(asks) })
    }
}
