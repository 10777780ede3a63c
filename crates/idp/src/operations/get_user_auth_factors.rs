//! `GetUserAuthFactors`: tells users how they can sign in.

use crate::{
    Idp,
    convert::mfa::{auth_factors, preferred, setting_list},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetUserAuthFactors};

impl Operation<Idp> for GetUserAuthFactors {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let user = &bearer.user;
        let factors = auth_factors(&idp.pools, &bearer.pool, user).await?;
        Ok(Self::Output {
            username: user.username.clone(),
            preferred_mfa_setting: preferred(user),
            user_mfa_setting_list: setting_list(user),
            configured_user_auth_factors: Some(factors),
        })
    }
}
