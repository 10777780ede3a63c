//! `AdminLinkProviderForUser`: says that somebody at a provider is a user of the pool.

use crate::{
    Idp,
    convert::identity_provider::{elsewhere, pool_of},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminLinkProviderForUser};

impl Operation<Idp> for AdminLinkProviderForUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = pool_of(idp, &input.user_pool_id).await?;
        let to = elsewhere(&input.destination_user, "DestinationUser")?;
        let from = elsewhere(&input.source_user, "SourceUser")?;
        idp.pools.link_identity(&pool, to, from).await?;
        Ok(Self::Output::default())
    }
}
