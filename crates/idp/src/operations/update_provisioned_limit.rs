//! `UpdateProvisionedLimit`: keeps how many requests of a category an account wants to make a second.

use crate::{
    Idp,
    convert::limit::{category, limit_type},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateProvisionedLimit};

impl Operation<Idp> for UpdateProvisionedLimit {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let category = category(&input.limit_definition)?;
        let value = input.requested_limit_value;
        let limit = idp.pools.set_provisioned_limit(&idp.region, category, value).await?;
        Ok(Self::Output { limit: limit_type(&limit, input.limit_definition) })
    }
}
