//! `AdminGetUserAuthFactors`: tells how a user can sign in.

use crate::{
    Idp,
    convert::mfa::{auth_factors, preferred, setting_list},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminGetUserAuthFactors};

impl Operation<Idp> for AdminGetUserAuthFactors {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let factors = auth_factors(&idp.pools, &pool, &user).await?;
        Ok(Self::Output {
            username: user.username.clone(),
            preferred_mfa_setting: preferred(&user),
            user_mfa_setting_list: setting_list(&user),
            configured_user_auth_factors: Some(factors),
        })
    }
}
