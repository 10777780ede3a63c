//! `DeleteTerms`: deletes a document of terms.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteTerms};

impl Operation<Idp> for DeleteTerms {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let terms = idp.pools.terms(&pool.id, &input.terms_id).await?;
        idp.pools
            .commit(|commit| {
                commit.delete(&terms);
            })
            .await?;
        Ok(NoOutput)
    }
}
