//! `ListIdentityProviders`: the identity providers of a pool, a page at a time.

use crate::{
    Idp,
    convert::{identity_provider::provider_description, page::limit},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListIdentityProviders};

impl Operation<Idp> for ListIdentityProviders {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let limit = limit(input.max_results);
        let token = input.next_token.as_deref();
        let page = idp.pools.list_identity_providers(&input.user_pool_id, limit, token).await?;
        let providers = page.items.iter().map(|provider| provider_description(provider));
        Ok(Self::Output { providers: providers.collect(), next_token: page.next })
    }
}
