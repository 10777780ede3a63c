//! `ListWebAuthnCredentials`: tells users which passkeys they have, a page at a time.

use crate::{Idp, convert::passkey};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListWebAuthnCredentials};

impl Operation<Idp> for ListWebAuthnCredentials {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let limit = passkey::limit(input.max_results);
        let page =
            idp.pools.list_passkeys(&bearer.user, limit, input.next_token.as_deref()).await?;
        let credentials = page.items.into_iter().map(passkey::description).collect();
        Ok(Self::Output { credentials, next_token: page.next })
    }
}
