//! `CreateTerms`: keeps a document of terms that a client's pages link to.

use crate::{
    Idp,
    convert::terms::{check_links, terms_type},
};
use pool::{Error, Terms};
use wire::{Access, Operation, cognito_idp::CreateTerms};

impl Operation<Idp> for CreateTerms {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        let links = input.links.unwrap_or_default();
        check_links(&links)?;
        let now = idp.pools.now();
        let terms = Terms {
            id: idp.pools.random().uuid_v4(),
            pool: client.pool.clone(),
            client: client.id.clone(),
            name: input.terms_name,
            links,
            created_at: now,
            modified_at: now,
        };
        idp.pools.create_terms(&terms).await?;
        Ok(Self::Output { terms: Some(terms_type(&terms)) })
    }
}
