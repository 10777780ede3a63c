//! `RevokeToken`: ends the one session of a refresh token.

use crate::Idp;
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::RevokeToken};

impl Operation<Idp> for RevokeToken {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client(&input.client_id).await.map_err(as_wrong_secret)?;
        idp.pools.check_client_secret(&client, input.client_secret.as_ref())?;
        idp.pools.revoke(&client, &input.token).await?;
        Ok(Self::Output::default())
    }
}

/// The operation has no word for a client that is missing.
fn as_wrong_secret(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::NoClient(_)) => Refusal::WrongClientSecret.into(),
        other => other,
    }
}
