//! `AdminAddUserToGroup`: puts a user into a group. Twice is as good as once.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::AdminAddUserToGroup};

impl Operation<Idp> for AdminAddUserToGroup {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        idp.pools.join_group(&pool, &input.username, &input.group_name).await?;
        Ok(NoOutput)
    }
}
