//! `UpdateTerms`: changes a document of terms; what is not given stays.

use crate::{
    Idp,
    convert::terms::{check_links, terms_type},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UpdateTerms};

impl Operation<Idp> for UpdateTerms {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let mut terms = idp.pools.terms(&pool.id, &input.terms_id).await?;
        if let Some(name) = input.terms_name {
            terms.name = name;
        }
        if let Some(links) = input.links {
            check_links(&links)?;
            terms.links = links;
        }
        terms.modified_at = idp.pools.now();
        idp.pools.save_terms(&terms).await?;
        Ok(Self::Output { terms: Some(terms_type(&terms)) })
    }
}
