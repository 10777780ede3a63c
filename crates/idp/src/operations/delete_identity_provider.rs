//! `DeleteIdentityProvider`: lets nobody in from there any more. Its users stay.

use crate::{Idp, convert::identity_provider};
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteIdentityProvider};

impl Operation<Idp> for DeleteIdentityProvider {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        identity_provider::refuse_pool(&input.provider_name)?;
        let provider = idp.pools.identity_provider(&pool.id, &input.provider_name).await?;
        idp.pools.delete_identity_provider(&provider).await?;
        Ok(NoOutput)
    }
}
