//! `DescribeUserPool`: tells how a pool is set up.

use crate::{Idp, convert::user_pool::user_pool_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeUserPool};

impl Operation<Idp> for DescribeUserPool {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let users = idp.pools.estimated_users(&pool).await?;
        let user_pool = user_pool_type(&pool, users, idp.pools.account())?;
        Ok(Self::Output { user_pool: Some(user_pool) })
    }
}
