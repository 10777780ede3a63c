//! `AdminGetDevice`: tells about a user's device.

use crate::{Idp, convert::device};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminGetDevice};

impl Operation<Idp> for AdminGetDevice {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let found = idp.pools.user(&pool, &input.username).await;
        let user = found.map_err(device::without_no_user)?;
        pool.require_devices()?;
        let found = idp.pools.device(&user, &device::key(&input.device_key)?).await?;
        let device = device::device_type_for_admin(&found, &user, idp.pools.account());
        Ok(Self::Output { device })
    }
}
