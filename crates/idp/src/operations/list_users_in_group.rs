//! `ListUsersInGroup`: the users in a group, a page at a time.

use crate::{
    Idp,
    convert::{
        page::limit,
        user::{attribute_list, user_type},
    },
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListUsersInGroup};

impl Operation<Idp> for ListUsersInGroup {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let group = idp.pools.group(&pool.id, &input.group_name).await?;
        let limit = limit(input.limit);
        let page = idp.pools.list_members(&group, limit, input.next_token.as_deref()).await?;
        let users = page.items.iter().map(|user| user_type(user, attribute_list(user)));
        Ok(Self::Output { users: Some(users.collect()), next_token: page.next })
    }
}
