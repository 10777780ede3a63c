//! `DescribeManagedLoginBranding`: tells of a style.

use crate::{Idp, convert::branding::branding_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeManagedLoginBranding};

impl Operation<Idp> for DescribeManagedLoginBranding {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let (branding, style) =
            idp.pools.branding(&pool.id, &input.managed_login_branding_id).await?;
        let managed_login_branding = branding_type(&branding, style)?;
        Ok(Self::Output { managed_login_branding: Some(managed_login_branding) })
    }
}
