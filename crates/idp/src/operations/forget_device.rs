//! `ForgetDevice`: users forget one of their devices.

use crate::{Idp, convert::device};
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::ForgetDevice};

impl Operation<Idp> for ForgetDevice {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer_of_device::<Self>(input.access_token.as_ref()).await?;
        bearer.pool.require_devices()?;
        idp.pools.forget_device(&bearer.user, &device::key(&input.device_key)?).await?;
        Ok(NoOutput)
    }
}
