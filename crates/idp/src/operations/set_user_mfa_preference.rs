//! `SetUserMFAPreference`: users turn their second factors on and off.

use crate::{
    Idp,
    convert::mfa::{Wishes, preferences},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::SetUserMFAPreference};

impl Operation<Idp> for SetUserMFAPreference {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let preferences = preferences(Wishes {
            sms: input.sms_mfa_settings,
            software_token: input.software_token_mfa_settings,
            email: input.email_mfa_settings,
            web_authn: input.web_authn_mfa_settings,
        });
        idp.pools.prefer_factors(&bearer.pool, &bearer.user, &preferences).await?;
        Ok(Self::Output::default())
    }
}
