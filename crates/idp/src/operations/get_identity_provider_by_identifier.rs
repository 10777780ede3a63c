//! `GetIdentityProviderByIdentifier`: tells which identity provider an identifier means.

use crate::{Idp, convert::identity_provider::identity_provider_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetIdentityProviderByIdentifier};

impl Operation<Idp> for GetIdentityProviderByIdentifier {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let provider = idp.pools.identity_provider_by(&pool.id, &input.idp_identifier).await?;
        Ok(Self::Output { identity_provider: identity_provider_type(&idp.pools, &provider)? })
    }
}
