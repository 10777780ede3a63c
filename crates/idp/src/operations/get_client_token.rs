//! `GetClientToken`: a token for an application itself, which no client can be set up for.

use crate::Idp;
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::GetClientToken};

impl Operation<Idp> for GetClientToken {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client(&input.client_id).await?;
        idp.pools.check_client_secret(&client, Some(&input.secret)).map_err(as_denied)?;
        // The flow that the operation asks for is no value of `ExplicitAuthFlows` in the service model, so no
        // client has it (docs/quirks.md).
        let text = "ALLOW_CLIENT_TOKEN_AUTH flow not enabled for this client";
        Err(Refusal::NotAllowed(text.into()).into())
    }
}

/// The operation does not declare the error that `RevokeToken` has for this.
pub(super) fn as_denied(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::WrongClientSecret) => {
            Refusal::NotAllowed("The client or its secret is not valid.".into()).into()
        }
        other => other,
    }
}
