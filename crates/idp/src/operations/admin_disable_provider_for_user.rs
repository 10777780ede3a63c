//! `AdminDisableProviderForUser`: ends the link between somebody at a provider and a user of the pool.

use crate::{
    Idp,
    convert::identity_provider::{elsewhere, pool_of},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminDisableProviderForUser};

impl Operation<Idp> for AdminDisableProviderForUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = pool_of(idp, &input.user_pool_id).await?;
        idp.pools.unlink_identity(&pool, elsewhere(&input.user, "User")?).await?;
        Ok(Self::Output::default())
    }
}
