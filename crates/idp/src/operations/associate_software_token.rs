//! `AssociateSoftwareToken`: gives somebody a secret for an authenticator.

use crate::{Idp, sign_in::Either};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AssociateSoftwareToken};

impl Operation<Idp> for AssociateSoftwareToken {
    const ACCESS: Access = Access::AccessTokenOrSession;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let given = match Either::of(input.access_token.as_ref(), input.session.as_ref())? {
            Either::Bearer(token) => {
                let bearer = idp.bearer::<Self>(token).await?;
                idp.pools.associate_software_token(&bearer).await?
            }
            Either::SigningIn(session) => idp.pools.associate_in_sign_in(session).await?,
        };
        Ok(Self::Output { secret_code: Some(given.text.to_string()), session: given.session })
    }
}
