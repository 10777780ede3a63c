//! `VerifySoftwareToken`: takes the first code of an authenticator.

use crate::{Idp, sign_in::Either};
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{VerifySoftwareToken, VerifySoftwareTokenResponseType},
};

impl Operation<Idp> for VerifySoftwareToken {
    const ACCESS: Access = Access::AccessTokenOrSession;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let (code, name) = (input.user_code.as_str(), input.friendly_device_name);
        let session = match Either::of(input.access_token.as_ref(), input.session.as_ref())? {
            Either::Bearer(token) => {
                let bearer = idp.bearer::<Self>(token).await?;
                idp.pools.verify_software_token(&bearer, code, name).await?;
                None
            }
            Either::SigningIn(session) => {
                Some(idp.pools.verify_in_sign_in(session, code, name).await?)
            }
        };
        Ok(Self::Output { status: Some(VerifySoftwareTokenResponseType::Success), session })
    }
}
