//! `CreateIdentityProvider`: lets people of somebody else's into a pool.

use crate::{Idp, convert::identity_provider::identity_provider_type, provision};
use pool::Error;
use wire::{Access, Operation, cognito_idp::CreateIdentityProvider};

impl Operation<Idp> for CreateIdentityProvider {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let provider = provision::make_identity_provider(idp, &pool, input).await?;
        Ok(Self::Output { identity_provider: identity_provider_type(&idp.pools, &provider)? })
    }
}
