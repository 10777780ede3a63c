//! `GetDerivedToken`: a narrower token in exchange for one, which this version has not.

use crate::{Idp, operations::get_client_token::as_denied};
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::GetDerivedToken};

impl Operation<Idp> for GetDerivedToken {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client(&input.client_id).await?;
        idp.pools.check_client_secret(&client, input.client_secret.as_ref()).map_err(as_denied)?;
        if input.actor_token.is_some() && input.actor_token_type.is_none() {
            return Err(Refusal::invalid("ActorTokenType is required with an ActorToken.").into());
        }
        if input.audiences.is_some() && input.resources.is_some() {
            let text = "Audiences and Resources cannot be requested together.";
            return Err(Refusal::invalid(text).into());
        }
        // Which claims an exchanged token has is not known well enough to issue one (docs/quirks.md).
        Err(Refusal::Unsupported("Token exchange is not supported.".into()).into())
    }
}
