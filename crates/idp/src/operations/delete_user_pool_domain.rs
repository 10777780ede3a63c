//! `DeleteUserPoolDomain`: takes a domain from a pool.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::DeleteUserPoolDomain};

impl Operation<Idp> for DeleteUserPoolDomain {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let domain = idp.pools.domain(&pool.id, &input.domain).await?;
        idp.pools
            .commit(|commit| {
                commit.delete(&domain);
            })
            .await?;
        Ok(Self::Output {})
    }
}
