//! `DescribeUserPool`: tells how a pool is set up.

use crate::{Idp, convert::user_pool::user_pool_type};
use pool::{DomainKind, Error};
use wire::{Access, Operation, cognito_idp::DescribeUserPool};

impl Operation<Idp> for DescribeUserPool {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let users = idp.pools.estimated_users(&pool).await?;
        let mut user_pool = user_pool_type(&pool, users, idp.pools.account())?;
        for domain in idp.pools.domains_of(&pool.id).await? {
            let name = Some(domain.name.clone());
            match domain.kind {
                DomainKind::Prefix => user_pool.domain = name,
                DomainKind::Custom => user_pool.custom_domain = name,
            }
        }
        Ok(Self::Output { user_pool: Some(user_pool) })
    }
}
