//! `AdminGetUser`: tells about a user.

use crate::{
    Idp,
    convert::{
        mfa,
        user::{attribute_list, status},
    },
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminGetUser};

impl Operation<Idp> for AdminGetUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        Ok(Self::Output {
            username: user.username.clone(),
            user_attributes: Some(attribute_list(&user)),
            user_create_date: Some(user.created_at.into()),
            user_last_modified_date: Some(user.modified_at.into()),
            enabled: Some(user.is_enabled),
            user_status: Some(status(user.status)),
            mfa_options: mfa::options(&user),
            preferred_mfa_setting: mfa::preferred(&user),
            user_mfa_setting_list: mfa::setting_list(&user),
        })
    }
}
