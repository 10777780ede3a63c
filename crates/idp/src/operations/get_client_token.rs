//! `GetClientToken`: a token for an application itself, as the token endpoint gives it for `client_credentials`.

use crate::Idp;
use pool::{Error, Refusal};
use wire::{
    Access, Operation,
    cognito_idp::{ClientAuthenticationResultType, GetClientToken},
};

impl Operation<Idp> for GetClientToken {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let caller = idp.pools.caller(&input.client_id, metadata).await?;
        idp.pools.check_client_secret(&caller.client, Some(&input.secret)).map_err(as_denied)?;
        let issued = idp.pools.issue_to_machine(&caller, input.scopes.as_deref()).await;
        let token = issued.map_err(|error| match error {
            // The flow that the operation asks for is no value of `ExplicitAuthFlows` in the service model; what a
            // client can have is the grant of the same meaning (docs/quirks.md).
            Error::Refused(Refusal::FlowNotAllowed) => {
                let text = "ALLOW_CLIENT_TOKEN_AUTH flow not enabled for this client";
                Refusal::NotAllowed(text.into()).into()
            }
            other => other,
        })?;
        Ok(Self::Output {
            client_authentication_result: Some(ClientAuthenticationResultType {
                access_token: Some(token.access),
                expires_in: i32::try_from(token.expires_in).ok(),
                token_type: Some("Bearer".to_owned()),
            }),
        })
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
