//! `AdminForgetDevice`: forgets a user's device.

use crate::{Idp, convert::device};
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::AdminForgetDevice};

impl Operation<Idp> for AdminForgetDevice {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        pool.require_devices()?;
        idp.pools.forget_device(&user, &device::key(&input.device_key)?).await?;
        Ok(NoOutput)
    }
}
