//! `DeleteUserPoolClient`: deletes an app client. Its tokens are nothing from then on.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteUserPoolClient};

impl Operation<Idp> for DeleteUserPoolClient {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        idp.pools.delete_client(&client).await?;
        Ok(NoOutput)
    }
}
