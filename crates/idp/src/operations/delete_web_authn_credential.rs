//! `DeleteWebAuthnCredential`: users forget one of their passkeys.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::DeleteWebAuthnCredential};

impl Operation<Idp> for DeleteWebAuthnCredential {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        idp.pools.delete_passkey(&bearer.user, &input.credential_id).await?;
        Ok(Self::Output {})
    }
}
