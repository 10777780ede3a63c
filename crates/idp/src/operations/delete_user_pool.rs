//! `DeleteUserPool`: deletes a pool with everything in it.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteUserPool};

impl Operation<Idp> for DeleteUserPool {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        idp.pools.delete_pool(&pool).await?;
        Ok(NoOutput)
    }
}
