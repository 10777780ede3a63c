//! `GetUser`: tells users about themselves, as far as their app may read.

use crate::{
    Idp,
    convert::{mfa, user::attribute_list_of},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetUser};

impl Operation<Idp> for GetUser {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let client = idp.pools.client(&bearer.client).await?;
        let may_read = |name: &str| !name.starts_with("dev:") && client.settings.may_read(name);
        Ok(Self::Output {
            username: bearer.user.username.clone(),
            user_attributes: attribute_list_of(&bearer.user, may_read),
            mfa_options: mfa::options(&bearer.user),
            preferred_mfa_setting: mfa::preferred(&bearer.user),
            user_mfa_setting_list: mfa::setting_list(&bearer.user),
        })
    }
}
