//! `DeleteResourceServer`: deletes a resource server.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteResourceServer};

impl Operation<Idp> for DeleteResourceServer {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let server = idp.pools.resource_server(&pool.id, &input.identifier).await?;
        idp.pools
            .commit(|commit| {
                commit.delete(&server);
            })
            .await?;
        Ok(NoOutput)
    }
}
