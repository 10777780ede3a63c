//! `GetDevice`: tells users about one of their devices.

use crate::{Idp, convert::device};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetDevice};

impl Operation<Idp> for GetDevice {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer_of_device::<Self>(input.access_token.as_ref()).await?;
        bearer.pool.require_devices()?;
        let key = device::key(&input.device_key)?;
        let device = idp.pools.device(&bearer.user, &key).await?;
        Ok(Self::Output { device: device::device_type(&device) })
    }
}
