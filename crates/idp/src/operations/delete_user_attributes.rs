//! `DeleteUserAttributes`: users remove attributes of themselves, as far as their app may write.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::DeleteUserAttributes};

impl Operation<Idp> for DeleteUserAttributes {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        idp.pools.delete_attributes(&bearer, input.user_attribute_names).await?;
        Ok(Self::Output::default())
    }
}
