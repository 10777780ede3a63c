//! `ListUserPoolClientSecrets`: which secrets an app client has, without their values.

use crate::{Idp, convert::secret::descriptor};
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::ListUserPoolClientSecrets};

impl Operation<Idp> for ListUserPoolClientSecrets {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        // There are two at most, so there is no second page.
        if input.next_token.is_some() {
            return Err(Refusal::invalid("Invalid pagination token.").into());
        }
        let secrets = client.secrets.iter().map(|secret| descriptor(secret, None)).collect();
        Ok(Self::Output { client_secrets: Some(secrets), next_token: None })
    }
}
