//! `DescribeUserPoolDomain`: tells about a domain. One that nobody has is described by nothing.

use crate::{Idp, convert::domain::description};
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{DescribeUserPoolDomain, DomainDescriptionType},
};

impl Operation<Idp> for DescribeUserPoolDomain {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let description = match idp.pools.find_domain(&input.domain).await? {
            Some(domain) => {
                idp.pools.require_need(&domain.pool).await?;
                description(&domain, idp.pools.account())?
            }
            None => DomainDescriptionType::default(),
        };
        Ok(Self::Output { domain_description: Some(description) })
    }
}
