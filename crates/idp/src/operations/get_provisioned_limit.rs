//! `GetProvisionedLimit`: how many requests of a category an account may make a second.

use crate::{
    Idp,
    convert::limit::{category, limit_type},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetProvisionedLimit};

impl Operation<Idp> for GetProvisionedLimit {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let category = category(&input.limit_definition)?;
        let limit = idp.pools.provisioned_limit(&idp.region, category).await?;
        Ok(Self::Output { limit: limit_type(&limit, input.limit_definition) })
    }
}
