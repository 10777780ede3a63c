//! `DescribeManagedLoginBrandingByClient`: tells of the style of a client.

use crate::{Idp, convert::branding::branding_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeManagedLoginBrandingByClient};

impl Operation<Idp> for DescribeManagedLoginBrandingByClient {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        let (branding, style) = idp.pools.branding_of(&client.pool, &client.id).await?;
        let managed_login_branding = branding_type(&branding, style)?;
        Ok(Self::Output { managed_login_branding: Some(managed_login_branding) })
    }
}
