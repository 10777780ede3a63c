//! `UpdateUserAttributes`: users change attributes of themselves, as far as their app may write.

use crate::{
    Idp,
    convert::user::{attributes, delivery},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateUserAttributes};

impl Operation<Idp> for UpdateUserAttributes {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let changes = attributes(input.user_attributes);
        let metadata = input.client_metadata.unwrap_or_default();
        let sent = idp.pools.update_attributes(&bearer, changes, &metadata).await?;
        let list = sent.into_iter().map(delivery).collect();
        Ok(Self::Output { code_delivery_details_list: Some(list) })
    }
}
