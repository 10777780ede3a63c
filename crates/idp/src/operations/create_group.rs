//! `CreateGroup`: makes a group.

use crate::{
    Idp,
    convert::group::{group_type, precedence},
};
use pool::{Error, Group};
use wire::{Access, Operation, cognito_idp::CreateGroup};

impl Operation<Idp> for CreateGroup {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let now = idp.pools.now();
        let group = Group {
            pool: pool.id.clone(),
            name: input.group_name,
            generation: idp.pools.random().uuid_v4(),
            description: input.description,
            role_arn: input.role_arn,
            precedence: precedence(input.precedence),
            created_at: now,
            modified_at: now,
        };
        idp.pools.create_group(&group).await?;
        Ok(Self::Output { group: Some(group_type(&group)) })
    }
}
