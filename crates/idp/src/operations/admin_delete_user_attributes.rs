//! `AdminDeleteUserAttributes`: removes attributes of a user.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminDeleteUserAttributes};

impl Operation<Idp> for AdminDeleteUserAttributes {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let names = input.user_attribute_names;
        idp.pools.delete_attributes_as_admin(&pool, &input.username, names).await?;
        Ok(Self::Output::default())
    }
}
