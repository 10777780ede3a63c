//! `ListGroups`: the groups of a pool, a page at a time.

use crate::{
    Idp,
    convert::{group::group_type, page::limit},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListGroups};

impl Operation<Idp> for ListGroups {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let limit = limit(input.limit);
        let token = input.next_token.as_deref();
        let page = idp.pools.list_groups(&input.user_pool_id, limit, token).await?;
        let groups = page.items.iter().map(|group| group_type(group)).collect();
        Ok(Self::Output { groups: Some(groups), next_token: page.next })
    }
}
