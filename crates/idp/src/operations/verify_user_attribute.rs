//! `VerifyUserAttribute`: users prove an address of theirs by the code that was sent there.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::VerifyUserAttribute};

impl Operation<Idp> for VerifyUserAttribute {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        idp.pools.verify_attribute(&bearer, &input.attribute_name, &input.code).await?;
        Ok(Self::Output::default())
    }
}
