//! `SetUserPoolMfaConfig`: says with what people prove a second time who they are.

use crate::{Idp, convert::mfa};
use pool::Error;
use store::Kept;
use wire::{Access, Operation, cognito_idp::SetUserPoolMfaConfig};

impl Operation<Idp> for SetUserPoolMfaConfig {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let mut pool = Kept::clone(&*idp.pools.pool(&input.user_pool_id).await?);
        let says_role =
            input.sms_mfa_configuration.as_ref().is_some_and(|sms| sms.sms_configuration.is_some());
        mfa::configure(&mut pool.settings, input)?;
        if says_role {
            idp.pools.try_sms_role(&pool.settings).await?;
        }
        pool.modified_at = idp.pools.now();
        idp.pools
            .commit(|commit| {
                commit.save(&pool);
            })
            .await?;
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
