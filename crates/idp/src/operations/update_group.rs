//! `UpdateGroup`: changes what is given of a group.

use crate::{
    Idp,
    convert::group::{group_type, precedence},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateGroup};

impl Operation<Idp> for UpdateGroup {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let mut group = idp.pools.group(&pool.id, &input.group_name).await?;
        group.description = input.description.or(group.description.take());
        group.role_arn = input.role_arn.or(group.role_arn.take());
        group.precedence = precedence(input.precedence).or(group.precedence);
        group.modified_at = idp.pools.now();
        idp.pools
            .commit(|commit| {
                commit.save(&group);
            })
            .await?;
        Ok(Self::Output { group: Some(group_type(&group)) })
    }
}
