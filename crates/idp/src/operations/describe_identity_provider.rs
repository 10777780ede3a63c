//! `DescribeIdentityProvider`: tells about an identity provider, secrets included.

use crate::{Idp, convert::identity_provider::identity_provider_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeIdentityProvider};

impl Operation<Idp> for DescribeIdentityProvider {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let provider = idp.pools.identity_provider(&pool.id, &input.provider_name).await?;
        Ok(Self::Output { identity_provider: identity_provider_type(&idp.pools, &provider)? })
    }
}
