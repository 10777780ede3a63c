//! `StartWebAuthnRegistration`: begins to make a passkey for somebody who is signed in.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::StartWebAuthnRegistration};

impl Operation<Idp> for StartWebAuthnRegistration {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let (pool, user) = (&bearer.pool, &bearer.user);
        let credential_creation_options =
            idp.pools.begin_passkey(pool, user, &bearer.client).await?;
        Ok(Self::Output { credential_creation_options })
    }
}
