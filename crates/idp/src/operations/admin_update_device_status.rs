//! `AdminUpdateDeviceStatus`: says whether a user's device is to be remembered.

use crate::{Idp, convert::device};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminUpdateDeviceStatus};

impl Operation<Idp> for AdminUpdateDeviceStatus {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        pool.require_devices()?;
        let key = device::key(&input.device_key)?;
        let is_remembered = device::is_remembered(input.device_remembered_status);
        idp.pools.set_device_remembered(&user, &key, is_remembered).await?;
        Ok(Self::Output::default())
    }
}
