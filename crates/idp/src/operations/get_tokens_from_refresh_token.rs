//! `GetTokensFromRefreshToken`: goes on with a session by its refresh token, and exchanges the token where
//! the client says so.

use crate::{
    Idp,
    convert::{auth::result, device},
};
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::GetTokensFromRefreshToken};

impl Operation<Idp> for GetTokensFromRefreshToken {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let mut caller = idp.caller(&input.client_id, metadata, None, None).await?;
        caller.device = input.device_key.as_deref().map(device::key).transpose()?;
        let secret = input.client_secret.as_ref();
        let tokens = idp.pools.exchange(&caller, &input.refresh_token, secret).await;
        let tokens = tokens.map_err(as_not_authorized)?;
        Ok(Self::Output { authentication_result: Some(result(tokens)) })
    }
}

/// The operation has no word of its own for a wrong secret.
fn as_not_authorized(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::WrongClientSecret) => {
            Refusal::NotAllowed("The client or its secret is not valid.".into()).into()
        }
        other => other,
    }
}
