//! `CreateUserPoolClient`: makes an app client.

use crate::{Idp, convert::client::client_type, provision};
use pool::Error;
use wire::{Access, Operation, cognito_idp::CreateUserPoolClient};

impl Operation<Idp> for CreateUserPoolClient {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let id = provision::new_client_id(idp)?;
        let client = provision::make_client(idp, id, None, input).await?;
        let secret = idp.pools.client_secrets(&client)?.into_iter().next();
        Ok(Self::Output { user_pool_client: Some(client_type(&client, secret)?) })
    }
}
