//! `DescribeTerms`: tells of a document of terms.

use crate::{Idp, convert::terms::terms_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeTerms};

impl Operation<Idp> for DescribeTerms {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let terms = idp.pools.terms(&pool.id, &input.terms_id).await?;
        Ok(Self::Output { terms: Some(terms_type(&terms)) })
    }
}
