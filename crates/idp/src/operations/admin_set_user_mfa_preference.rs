//! `AdminSetUserMFAPreference`: turns the second factors of a user on and off.

use crate::{
    Idp,
    convert::mfa::{Wishes, preferences},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminSetUserMFAPreference};

impl Operation<Idp> for AdminSetUserMFAPreference {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let preferences = preferences(Wishes {
            sms: input.sms_mfa_settings,
            software_token: input.software_token_mfa_settings,
            email: input.email_mfa_settings,
            web_authn: input.web_authn_mfa_settings,
        });
        idp.pools.prefer_factors_as_admin(&pool, &user, &preferences).await?;
        Ok(Self::Output::default())
    }
}
