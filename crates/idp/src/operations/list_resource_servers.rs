//! `ListResourceServers`: the resource servers of a pool, a page at a time.

use crate::{
    Idp,
    convert::{page::limit, resource_server::resource_server_type},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListResourceServers};

impl Operation<Idp> for ListResourceServers {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let limit = limit(input.max_results);
        let token = input.next_token.as_deref();
        let page = idp.pools.list_resource_servers(&input.user_pool_id, limit, token).await?;
        let resource_servers = page.items.iter().map(|server| resource_server_type(server));
        Ok(Self::Output { resource_servers: resource_servers.collect(), next_token: page.next })
    }
}
