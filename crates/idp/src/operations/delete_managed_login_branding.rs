//! `DeleteManagedLoginBranding`: deletes a style.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteManagedLoginBranding};

impl Operation<Idp> for DeleteManagedLoginBranding {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let (branding, _) = idp.pools.branding(&pool.id, &input.managed_login_branding_id).await?;
        idp.pools.delete_branding(&branding).await?;
        Ok(NoOutput)
    }
}
