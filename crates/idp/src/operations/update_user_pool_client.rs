//! `UpdateUserPoolClient`: replaces the settings of an app client. What is left out has its default
//! again; the secret stays.

use crate::{Idp, convert::client, provision};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateUserPoolClient};

impl Operation<Idp> for UpdateUserPoolClient {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        let request = client::as_creation(input, &client.settings.name);
        let client = provision::change_client(idp, &client, request).await?;
        let secret = idp.pools.client_secrets(&client)?.into_iter().next();
        Ok(Self::Output { user_pool_client: Some(client::client_type(&client, secret)?) })
    }
}
