//! `AdminSetUserSettings`: turns a user's codes by text message on and off, in the old way.

use crate::{Idp, convert::mfa::sms_preference};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminSetUserSettings};

impl Operation<Idp> for AdminSetUserSettings {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let preferences = sms_preference(&input.mfa_options)?;
        idp.pools.prefer_factors_as_admin(&pool, &user, &preferences).await?;
        Ok(Self::Output::default())
    }
}
