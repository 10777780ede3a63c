//! `ListTerms`: the documents of terms of a pool, a page at a time.

use crate::{
    Idp,
    convert::{page::limit, terms::terms_description},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListTerms};

impl Operation<Idp> for ListTerms {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let limit = limit(input.max_results);
        let token = input.next_token.as_deref();
        let page = idp.pools.list_terms(&input.user_pool_id, limit, token).await?;
        let terms = page.items.iter().map(|terms| terms_description(terms)).collect();
        Ok(Self::Output { terms, next_token: page.next })
    }
}
