//! `AdminListGroupsForUser`: the groups a user is in, those that count most first.

use crate::{
    Idp,
    convert::{group::group_type, page::limit},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminListGroupsForUser};

impl Operation<Idp> for AdminListGroupsForUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let limit = limit(input.limit);
        let page = idp.pools.list_groups_of(&user, limit, input.next_token.as_deref()).await?;
        let groups = page.items.iter().map(|group| group_type(group)).collect();
        Ok(Self::Output { groups: Some(groups), next_token: page.next })
    }
}
