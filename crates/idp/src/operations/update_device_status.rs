//! `UpdateDeviceStatus`: users say whether one of their devices is to be remembered.

use crate::{Idp, convert::device};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateDeviceStatus};

impl Operation<Idp> for UpdateDeviceStatus {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        bearer.pool.require_devices()?;
        let key = device::key(&input.device_key)?;
        let is_remembered = device::is_remembered(input.device_remembered_status);
        idp.pools.set_device_remembered(&bearer.user, &key, is_remembered).await?;
        Ok(Self::Output::default())
    }
}
