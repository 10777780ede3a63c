//! `AdminRemoveUserFromGroup`: takes a user out of a group.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::AdminRemoveUserFromGroup};

impl Operation<Idp> for AdminRemoveUserFromGroup {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        idp.pools.leave_group(&pool, &input.username, &input.group_name).await?;
        Ok(NoOutput)
    }
}
