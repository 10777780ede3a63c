//! `GetUserAttributeVerificationCode`: sends users a code to prove an address of theirs.

use crate::{Idp, convert::user::delivery};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetUserAttributeVerificationCode};

impl Operation<Idp> for GetUserAttributeVerificationCode {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let metadata = input.client_metadata.unwrap_or_default();
        let sent =
            idp.pools.send_verification_code(&bearer, &input.attribute_name, &metadata).await?;
        Ok(Self::Output { code_delivery_details: Some(delivery(sent)) })
    }
}
