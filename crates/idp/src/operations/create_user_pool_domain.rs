//! `CreateUserPoolDomain`: gives a pool a domain for its pages and OAuth 2.0 endpoints.

use crate::{
    Idp,
    convert::domain::{Given, distribution, domain},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::CreateUserPoolDomain};

impl Operation<Idp> for CreateUserPoolDomain {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let given = Given {
            managed_login_version: input.managed_login_version,
            custom: input.custom_domain_config,
            routing: input.routing,
        };
        given.check_plan(&pool)?;
        let domain = domain(input.domain, pool.id.clone(), &given, idp.pools.now())?;
        idp.pools.create_domain(&domain).await?;
        Ok(Self::Output {
            managed_login_version: domain.managed_login_version,
            cloud_front_domain: distribution(&domain),
            routing: given.routing,
        })
    }
}
