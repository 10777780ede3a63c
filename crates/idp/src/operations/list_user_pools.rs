//! `ListUserPools`: the pools of the region that the call was signed for, a page at a time.

use crate::{
    Idp,
    convert::{page::limit, user_pool::description},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListUserPools};

impl Operation<Idp> for ListUserPools {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let limit = limit(Some(input.max_results));
        let token = input.next_token.as_deref();
        let page = idp.pools.list_pools(&idp.region, limit, token).await?;
        let user_pools: Result<Vec<_>, Error> =
            page.items.iter().map(|pool| description(pool)).collect();
        Ok(Self::Output { user_pools: Some(user_pools?), next_token: page.next })
    }
}
