//! `DescribeTermsByClient`: tells of a client's document of one kind.

use crate::{Idp, convert::terms::terms_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeTermsByClient};

impl Operation<Idp> for DescribeTermsByClient {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        let terms = idp.pools.terms_of(&client.pool, &client.id, &input.terms_name).await?;
        Ok(Self::Output { terms: Some(terms_type(&terms)) })
    }
}
