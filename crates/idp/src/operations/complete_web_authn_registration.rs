//! `CompleteWebAuthnRegistration`: keeps the passkey that a browser made.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::CompleteWebAuthnRegistration};

impl Operation<Idp> for CompleteWebAuthnRegistration {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let (pool, user) = (&bearer.pool, &bearer.user);
        idp.pools.finish_passkey(pool, user, &bearer.client, &input.credential).await?;
        Ok(Self::Output {})
    }
}
