//! `AddCustomAttributes`: lets the users of a pool have more attributes.

use crate::{Idp, convert::schema};
use pool::{AttributeRequest, Error, Refusal};
use wire::{Access, Operation, cognito_idp::AddCustomAttributes};

impl Operation<Idp> for AddCustomAttributes {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let given = input.custom_attributes.into_iter().map(schema::request);
        let wanted = given.collect::<Result<Vec<AttributeRequest>, Refusal>>()?;
        let now = idp.pools.now();
        idp.pools.check_no_import(&input.user_pool_id).await?;
        idp.pools
            .change_pool(&input.user_pool_id, |pool| {
                pool.modified_at = now;
                pool.schema.extend(&wanted)
            })
            .await?;
        Ok(Self::Output::default())
    }
}
