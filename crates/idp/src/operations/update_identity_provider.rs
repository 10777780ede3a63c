//! `UpdateIdentityProvider`: replaces what is given of an identity provider.

use crate::{
    Idp,
    convert::identity_provider::{self, identity_provider_type, settings},
};
use pool::{Error, ProviderSettings};
use wire::{Access, Operation, cognito_idp::UpdateIdentityProvider};

impl Operation<Idp> for UpdateIdentityProvider {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        identity_provider::refuse_pool(&input.provider_name)?;
        let mut provider = idp.pools.identity_provider(&pool.id, &input.provider_name).await?;
        let before = idp.pools.provider_settings(&provider)?;
        let given = ProviderSettings {
            details: input.provider_details.unwrap_or(before.details),
            mapping: input.attribute_mapping.unwrap_or(before.mapping),
            identifiers: input.idp_identifiers.unwrap_or(before.identifiers),
            acr_mapping: input.acr_mapping.unwrap_or(before.acr_mapping),
        };
        let settings = settings(&pool, provider.kind, given)?;
        idp.pools.change_identity_provider(&mut provider, settings).await?;
        Ok(Self::Output { identity_provider: identity_provider_type(&idp.pools, &provider)? })
    }
}
