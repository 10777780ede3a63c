//! `DeleteGroup`: deletes a group. Its members are in it no more.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteGroup};

impl Operation<Idp> for DeleteGroup {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let group = idp.pools.group(&pool.id, &input.group_name).await?;
        idp.pools.delete_group(&group).await?;
        Ok(NoOutput)
    }
}
