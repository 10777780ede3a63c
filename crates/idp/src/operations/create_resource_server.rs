//! `CreateResourceServer`: makes a resource server.

use crate::{
    Idp,
    convert::resource_server::{resource_server_type, scopes},
};
use pool::{Error, ResourceServer};
use wire::{Access, Operation, cognito_idp::CreateResourceServer};

impl Operation<Idp> for CreateResourceServer {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let server = ResourceServer {
            pool: pool.id.clone(),
            identifier: input.identifier,
            name: input.name,
            scopes: scopes(input.scopes)?,
        };
        idp.pools.create_resource_server(&server).await?;
        Ok(Self::Output { resource_server: resource_server_type(&server) })
    }
}
