//! `ListUserImportJobs`: the import jobs of a pool, a page at a time.

use crate::{
    Idp,
    convert::{import::import_job_type, page::limit},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListUserImportJobs};

/// The most jobs that the model lets an answer have.
const MOST: usize = 50;

impl Operation<Idp> for ListUserImportJobs {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let limit = limit(Some(input.max_results)).min(MOST);
        let token = input.pagination_token.as_deref();
        let page = idp.pools.list_import_jobs(&input.user_pool_id, limit, token).await?;
        let jobs = page.items.iter().map(|job| import_job_type(idp, job)).collect();
        Ok(Self::Output { user_import_jobs: Some(jobs), pagination_token: page.next })
    }
}
