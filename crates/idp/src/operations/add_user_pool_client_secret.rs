//! `AddUserPoolClientSecret`: gives an app client a second secret, which is told in the answer and never again.

use crate::{Idp, convert::secret::descriptor};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AddUserPoolClientSecret};

impl Operation<Idp> for AddUserPoolClientSecret {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        let secret = match input.client_secret {
            Some(given) => given,
            None => idp.pools.new_client_secret()?,
        };
        let kept = idp.pools.add_client_secret(&client, &secret).await?;
        Ok(Self::Output { client_secret_descriptor: Some(descriptor(&kept, Some(secret))) })
    }
}
