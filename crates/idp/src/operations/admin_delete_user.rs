//! `AdminDeleteUser`: deletes a user.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::AdminDeleteUser};

impl Operation<Idp> for AdminDeleteUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        idp.pools.delete_user(&pool.id, &user.sub).await?;
        Ok(NoOutput)
    }
}
