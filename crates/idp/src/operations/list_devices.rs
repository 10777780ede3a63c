//! `ListDevices`: the devices that users have confirmed, a page at a time.

use crate::{
    Idp,
    convert::{device::device_type, page::limit},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListDevices};

impl Operation<Idp> for ListDevices {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        bearer.pool.require_devices()?;
        let (limit, token) = (limit(input.limit), input.pagination_token.as_deref());
        let page = idp.pools.list_devices(&bearer.user, limit, token).await?;
        let devices = page.items.iter().map(|device| device_type(device)).collect();
        Ok(Self::Output { devices: Some(devices), pagination_token: page.next })
    }
}
