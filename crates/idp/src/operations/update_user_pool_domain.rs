//! `UpdateUserPoolDomain`: changes what a domain of a pool is like, not its name.

use crate::{
    Idp,
    convert::domain::{Given, change, distribution},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateUserPoolDomain};

impl Operation<Idp> for UpdateUserPoolDomain {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let mut domain = idp.pools.domain(&pool.id, &input.domain).await?;
        let given = Given {
            managed_login_version: input.managed_login_version,
            custom: input.custom_domain_config,
            routing: input.routing,
        };
        given.check_plan(&pool)?;
        change(&mut domain, &given)?;
        idp.pools
            .commit(|commit| {
                commit.save(&domain);
            })
            .await?;
        Ok(Self::Output {
            managed_login_version: domain.managed_login_version,
            cloud_front_domain: distribution(&domain),
            routing: given.routing,
        })
    }
}
