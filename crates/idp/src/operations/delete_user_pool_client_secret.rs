//! `DeleteUserPoolClientSecret`: puts a secret of an app client out of use, at once.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::DeleteUserPoolClientSecret};

impl Operation<Idp> for DeleteUserPoolClientSecret {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        idp.pools.delete_client_secret(&client, &input.client_secret_id).await?;
        Ok(Self::Output::default())
    }
}
