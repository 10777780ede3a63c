//! `UpdateResourceServer`: replaces name and scopes of a resource server.

use crate::{
    Idp,
    convert::resource_server::{resource_server_type, scopes},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateResourceServer};

impl Operation<Idp> for UpdateResourceServer {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let mut server = idp.pools.resource_server(&pool.id, &input.identifier).await?;
        server.name = input.name;
        server.scopes = scopes(input.scopes)?;
        idp.pools
            .commit(|commit| {
                commit.save(&server);
            })
            .await?;
        Ok(Self::Output { resource_server: resource_server_type(&server) })
    }
}
