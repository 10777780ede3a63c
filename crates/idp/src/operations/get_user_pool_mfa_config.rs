//! `GetUserPoolMfaConfig`: tells with what people prove a second time who they are.

use crate::{Idp, convert::mfa};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetUserPoolMfaConfig};

impl Operation<Idp> for GetUserPoolMfaConfig {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let settings = &pool.settings;
        Ok(Self::Output {
            sms_mfa_configuration: mfa::sms_configuration(settings)?,
            software_token_mfa_configuration: mfa::software_token_configuration(settings),
            email_mfa_configuration: mfa::email_configuration(settings),
            mfa_configuration: Some(mfa::mode_type(settings.mfa.mode)),
            web_authn_configuration: mfa::web_authn_configuration(settings),
        })
    }
}
