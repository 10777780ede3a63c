//! `DescribeResourceServer`: tells about a resource server.

use crate::{Idp, convert::resource_server::resource_server_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeResourceServer};

impl Operation<Idp> for DescribeResourceServer {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let server = idp.pools.resource_server(&pool.id, &input.identifier).await?;
        Ok(Self::Output { resource_server: resource_server_type(&server) })
    }
}
