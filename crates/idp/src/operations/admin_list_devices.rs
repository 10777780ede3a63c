//! `AdminListDevices`: the devices that a user has confirmed, a page at a time.

use crate::{
    Idp,
    convert::{device, page::limit},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminListDevices};

impl Operation<Idp> for AdminListDevices {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let found = idp.pools.user(&pool, &input.username).await;
        let user = found.map_err(device::without_no_user)?;
        pool.require_devices()?;
        let (limit, token) = (limit(input.limit), input.pagination_token.as_deref());
        let page = idp.pools.list_devices(&user, limit, token).await?;
        let account = idp.pools.account();
        let devices = page.items.iter();
        let devices = devices.map(|it| device::device_type_for_admin(it, &user, account)).collect();
        Ok(Self::Output { devices: Some(devices), pagination_token: page.next })
    }
}
