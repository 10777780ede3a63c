//! `GetGroup`: tells about a group.

use crate::{Idp, convert::group::group_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetGroup};

impl Operation<Idp> for GetGroup {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let group = idp.pools.group(&pool.id, &input.group_name).await?;
        Ok(Self::Output { group: Some(group_type(&group)) })
    }
}
