//! `DescribeUserPoolClient`: tells how an app client is set up, its secret included.

use crate::{Idp, convert::client::client_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeUserPoolClient};

impl Operation<Idp> for DescribeUserPoolClient {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        let secret = idp.pools.client_secrets(&client)?.into_iter().next();
        Ok(Self::Output { user_pool_client: Some(client_type(&client, secret)?) })
    }
}
